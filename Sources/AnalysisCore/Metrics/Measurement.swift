package import Primitives

/// One measurement of a metric, as it stands in `status.metricResults[].measurements[]`.
package struct Measurement: Sendable, Hashable {
  package var phase: AnalysisPhase
  /// The provider's answer as text, for people.
  package var value: String
  package var message: String
  package var startedAt: Instant?
  /// Nil while the measurement is in flight.
  package var finishedAt: Instant?
  /// When to look again at a measurement in flight.
  package var resumeAt: Instant?
  package var metadata: [String: String]

  package init(
    phase: AnalysisPhase,
    value: String = "",
    message: String = "",
    startedAt: Instant? = nil,
    finishedAt: Instant? = nil,
    resumeAt: Instant? = nil,
    metadata: [String: String] = [:]
  ) {
    self.phase = phase
    self.value = value
    self.message = message
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.resumeAt = resumeAt
    self.metadata = metadata
  }

  /// Reads a measurement leniently; one without a phase that is known is still running.
  package init(_ json: JSONValue) {
    self.init(
      phase: json["phase"]?.string.flatMap(AnalysisPhase.init) ?? .running,
      value: json["value"]?.string ?? "",
      message: json["message"]?.string ?? "",
      startedAt: json["startedAt"]?.string.flatMap(Instant.init),
      finishedAt: json["finishedAt"]?.string.flatMap(Instant.init),
      resumeAt: json["resumeAt"]?.string.flatMap(Instant.init),
      metadata: json["metadata"]?.object?.compactMapValues(\.string) ?? [:]
    )
  }

  /// The measurement as JSON, without the fields that are empty.
  ///
  /// Times keep their fraction of a second, so that an interval below a second is not measured in a burst.
  package var json: JSONValue {
    var json: JSONValue = ["phase": .string(phase.rawValue)]
    if !value.isEmpty { json["value"] = .string(value) }
    if !message.isEmpty { json["message"] = .string(message) }
    json["startedAt"] = startedAt.map { .string($0.exactText) }
    json["finishedAt"] = finishedAt.map { .string($0.exactText) }
    json["resumeAt"] = resumeAt.map { .string($0.exactText) }
    if !metadata.isEmpty { json["metadata"] = JSONValue(metadata) }
    return json
  }
}

extension Measurement {
  /// Whether too few requests stood behind the value, so that it says nothing yet.
  package var isInsufficient: Bool { metadata[Self.evidenceKey] == Self.insufficient }

  /// Why an Error measurement has no value.
  package var gap: AnswerGap? {
    metadata[AnswerGap.metadataKey].flatMap(AnswerGap.init) ?? (phase == .error ? .error : nil)
  }

  static let evidenceKey = "evidence"
  static let insufficient = "insufficient"
}

extension Instant {
  /// RFC 3339, with six digits only where the second has a fraction.
  var exactText: String { nanosecondsSinceEpoch % 1_000_000_000 == 0 ? rfc3339 : rfc3339Micro }
}
