import Primitives

/// One entry of `status.metricResults`: a view over its JSON that keeps the fields it does not know.
struct MetricResult: Sendable {
  private var base: JSONValue
  let name: String
  var phase: AnalysisPhase
  var message: String
  /// Completed measurements that were no errors.
  var count: Int
  var successful: Int
  var failed: Int
  var inconclusive: Int
  var error: Int
  var consecutiveError: Int
  var consecutiveSuccess: Int
  var isDryRun: Bool
  var metadata: [String: String]
  /// Not before this time is the provider asked again that did not answer; known to this process only.
  private(set) var retryAt: Instant?
  /// The last ones, oldest first.
  private(set) var measurements: [JSONValue] {
    didSet { last = measurements.last.map(Measurement.init) }
  }
  /// The last measurement, if there was any.
  private(set) var last: Measurement?

  init(_ json: JSONValue) {
    base = json
    name = json["name"]?.string ?? ""
    phase = json["phase"]?.string.flatMap(AnalysisPhase.init) ?? .pending
    message = json["message"]?.string ?? ""
    count = json["count"]?.int ?? 0
    successful = json["successful"]?.int ?? 0
    failed = json["failed"]?.int ?? 0
    inconclusive = json["inconclusive"]?.int ?? 0
    error = json["error"]?.int ?? 0
    consecutiveError = json["consecutiveError"]?.int ?? 0
    consecutiveSuccess = json["consecutiveSuccess"]?.int ?? 0
    isDryRun = json["dryRun"]?.bool ?? false
    metadata = json["metadata"]?.object?.compactMapValues(\.string) ?? [:]
    measurements = json["measurements"]?.array ?? []
    last = measurements.last.map(Measurement.init)
  }

  /// Whether a measurement that was begun has not ended.
  var isInFlight: Bool { last.map { !$0.phase.isCompleted } ?? false }

  /// Since when the metric has waited for evidence, and for what; nil when its last answer was one.
  var waiting: (since: Instant, reason: String)? {
    guard let since = metadata[Self.waitingSince].flatMap(Instant.init) else { return nil }
    return (since, metadata[Self.waitingFor] ?? "")
  }

  /// Texts in the metadata survive under every set of definitions; other fields of ours would be pruned.
  private static let waitingSince = "waitingSince"
  private static let waitingFor = "waitingFor"

  /// Waits for evidence, from now on or still.
  private mutating func wait(for reason: String, since: Instant) {
    if waiting == nil { metadata[Self.waitingSince] = since.exactText }
    metadata[Self.waitingFor] = reason
  }

  private mutating func answered() {
    metadata[Self.waitingSince] = nil
    metadata[Self.waitingFor] = nil
  }

  /// Takes in that the provider could not be asked: nothing is counted.
  mutating func postpone(_ postponement: Postponement) {
    wait(for: postponement.reason, since: postponement.since)
    retryAt = postponement.retryAt
  }

  /// Takes in a measurement: it replaces the one in flight, or is appended, and counts once it has ended.
  mutating func take(_ measurement: Measurement) {
    if isInFlight {
      measurements[measurements.count - 1] = measurement.json
    } else {
      measurements.append(measurement.json)
    }
    retryAt = nil
    if measurement.phase.isCompleted, measurement.isInsufficient {
      wait(
        for: measurement.message,
        since: measurement.startedAt ?? measurement.finishedAt ?? Instant(secondsSinceEpoch: 0)
      )
      consecutiveError = 0
      return
    }
    switch measurement.phase {
    case .pending, .running: return answered()
    case .successful: successful += 1
    case .failed: failed += 1
    case .inconclusive: inconclusive += 1
    case .error: error += 1
    }
    let isError = measurement.phase == .error
    if !isError { answered() }
    count += isError ? 0 : 1
    consecutiveError = isError ? consecutiveError + 1 : 0
    consecutiveSuccess = measurement.phase == .successful ? consecutiveSuccess + 1 : 0
  }

  /// Ends the measurement in flight without counting it, since it says nothing.
  mutating func endInFlight(now: Instant) {
    guard var measurement = last, isInFlight else { return }
    measurement.phase = .inconclusive
    measurement.message = "Metric Terminated"
    measurement.finishedAt = now
    measurement.resumeAt = nil
    measurements[measurements.count - 1] = measurement.json
  }

  /// Forgets the oldest measurements beyond the limit.
  ///
  /// Returns the Jobs of those.
  mutating func keep(last limit: Int) -> [JobReference] {
    guard measurements.count > limit else { return [] }
    let old = measurements.prefix(measurements.count - limit).compactMap { JobReference(measurement: $0) }
    measurements.removeFirst(measurements.count - limit)
    return old
  }

  var json: JSONValue {
    var json = base
    json["name"] = .string(name)
    json["phase"] = .string(phase.rawValue)
    json["message"] = message.isEmpty ? nil : .string(message)
    let counters = [
      ("count", count), ("successful", successful), ("failed", failed), ("inconclusive", inconclusive),
      ("error", error), ("consecutiveError", consecutiveError), ("consecutiveSuccess", consecutiveSuccess),
    ]
    for (key, number) in counters { json[key] = number == 0 ? nil : JSONValue(number) }
    json["dryRun"] = isDryRun ? true : nil
    json["metadata"] = metadata.isEmpty ? nil : JSONValue(metadata)
    json["measurements"] = measurements.isEmpty ? nil : .array(measurements)
    return json
  }
}
