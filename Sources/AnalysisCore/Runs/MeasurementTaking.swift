import KubeModel
package import Primitives

/// The metric of a run with its arguments put in, secrets included, ready to be asked; nil when the run has none of
/// that name.
package func metricToMeasure(
  _ name: String,
  of run: JSONValue,
  secrets: [SecretKeyReference: String] = [:]
) throws(ArgumentError) -> MetricSpec? {
  try resolvedMetrics(of: run.spec, secrets: secrets).first { $0.name == name }
}

extension MetricSpec {
  /// The finished measurement for a provider's answer: the conditions are asked about it.
  ///
  /// `shortfall` says in the provider's words that the answer rests on a part of the data only, `isEmpty` that it holds
  /// no data though it has a form. Values of secrets, given as `redacting`, become `*****` in the message, the value and
  /// the metadata. `zoneFile` gives the files of the tz database, see ``ExpressionClock``.
  package func measurement(
    of value: MetricValue,
    valueText: String? = nil,
    metadata: [String: String] = [:],
    shortfall: String? = nil,
    isEmpty: Bool? = nil,
    startedAt: Instant,
    finishedAt: Instant,
    zoneFile: @escaping @Sendable (String) -> [UInt8]? = { _ in nil },
    redacting secrets: some Sequence<String> = EmptyCollection()
  ) -> Measurement {
    let clock = ExpressionClock(now: finishedAt, zoneFile: zoneFile)
    var assessment = assess(value, isEmpty: isEmpty, clock: clock)
    if assessment.gap == nil, let shortfall {
      assessment = Assessment(.partial, "the provider answered with a part of the data: \(shortfall)")
    }
    let measurement = Measurement(
      phase: assessment.phase,
      value: valueText ?? value.valueText,
      message: assessment.message,
      startedAt: startedAt,
      finishedAt: finishedAt,
      metadata: metadata
    )
    guard let gap = assessment.gap else { return measurement.redacting(secrets) }
    return marked(measurement, gap).redacting(secrets)
  }

  /// The measurement for a provider that refused the question or whose answer cannot be read, with the reason.
  package func measurement(
    failing reason: String,
    metadata: [String: String] = [:],
    startedAt: Instant,
    finishedAt: Instant,
    redacting secrets: some Sequence<String> = EmptyCollection()
  ) -> Measurement {
    let measurement = Measurement(
      phase: .error,
      message: reason,
      startedAt: startedAt,
      finishedAt: finishedAt,
      metadata: metadata
    )
    return marked(measurement, .error).redacting(secrets)
  }

  /// The measurement when fewer requests than `minSamples` stand behind the value: it says nothing and counts nowhere.
  ///
  /// Nil when there are enough.
  package func insufficientMeasurement(
    of value: MetricValue,
    samples: Double,
    startedAt: Instant,
    finishedAt: Instant,
    redacting secrets: some Sequence<String> = EmptyCollection()
  ) -> Measurement? {
    guard let least = minSamples?.count, !(samples >= least) else { return nil }
    let counted = "\(GoFormat.plain(samples)) of at least \(GoFormat.plain(least)) requests"
    let measurement = Measurement(
      phase: .inconclusive,
      value: value.valueText,
      message: "insufficient evidence: \(counted)",
      startedAt: startedAt,
      finishedAt: finishedAt,
      metadata: [
        Measurement.evidenceKey: Measurement.insufficient, "samples": GoFormat.plain(samples),
      ]
    )
    return measurement.redacting(secrets)
  }

  /// The measurement with the phase that the gap's policy gives it, and with its gap in the metadata.
  private func marked(_ measurement: Measurement, _ gap: AnswerGap) -> Measurement {
    var measurement = measurement
    if policy(for: gap) == .fail { measurement.phase = .failed }
    if gap != .error { measurement.metadata[AnswerGap.metadataKey] = gap.rawValue }
    return measurement
  }
}

extension Measurement {
  /// The measurement with every occurrence of a secret replaced by `*****`, and with texts cut to what a status should
  /// hold.
  func redacting(_ secrets: some Sequence<String>) -> Measurement {
    let hidden = secrets.filter { !$0.isEmpty }
    func clean(_ text: String, limit: Int) -> String {
      var text = text
      for secret in hidden { text = Self.replace(secret, in: text) }
      return text.utf8.count > limit ? String(text.prefix(limit)) + "…" : text
    }
    var copy = self
    copy.value = clean(value, limit: 4096)
    copy.message = clean(message, limit: 1024)
    copy.metadata = metadata.mapValues { clean($0, limit: 4096) }
    return copy
  }

  private static func replace(_ secret: String, in text: String) -> String {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var start = 0
    for place in ByteSearch.all(of: secret, in: text) {
      result += bytes[start..<place] + Array("*****".utf8)
      start = place + secret.utf8.count
    }
    return String(decoding: result + bytes[start...], as: UTF8.self)
  }
}
