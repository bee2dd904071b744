import Primitives

/// The status of an AnalysisRun while it is worked on: a view over its JSON that keeps the fields it does not know.
struct RunStatus: Sendable {
  private var base: JSONValue
  private(set) var results: [MetricResult]

  init(_ json: JSONValue) {
    base = json.object == nil ? .object([:]) : json
    results = (json["metricResults"]?.array ?? []).map(MetricResult.init)
  }

  var phase: AnalysisPhase? { base["phase"]?.string.flatMap(AnalysisPhase.init) }

  var startedAt: Instant? { base["startedAt"]?.string.flatMap(Instant.init) }

  func result(of name: String) -> MetricResult? { results.first { $0.name == name } }

  /// Puts a result in the place that its metric has in the specification.
  mutating func set(_ result: MetricResult, in run: ResolvedRun) {
    if let index = results.firstIndex(where: { $0.name == result.name }) {
      results[index] = result
      return
    }
    let order = run.metrics.map(\.name)
    let place = order.firstIndex(of: result.name) ?? order.count
    let index = results.firstIndex { (order.firstIndex(of: $0.name) ?? order.count) > place }
    results.insert(result, at: index ?? results.count)
  }

  mutating func start(now: Instant) {
    if startedAt == nil { base["startedAt"] = .string(now.rfc3339) }
    if phase == nil || phase == .pending { base["phase"] = .string(AnalysisPhase.running.rawValue) }
  }

  /// The message of a run that is not over; empty for none.
  mutating func note(_ message: String) { base["message"] = message.isEmpty ? nil : .string(message) }

  mutating func complete(_ phase: AnalysisPhase, message: String, now: Instant) {
    base["phase"] = .string(phase.rawValue)
    base["message"] = message.isEmpty ? nil : .string(message)
    if base["completedAt"]?.string == nil { base["completedAt"] = .string(now.rfc3339) }
  }

  /// Counts metrics, not measurements, by their final phase.
  mutating func summarize(_ run: ResolvedRun) {
    for (key, isDryRun) in [("runSummary", false), ("dryRunSummary", true)] {
      let names = run.metrics.map(\.name).filter { run.dryRun.contains($0) == isDryRun }
      var counts: [AnalysisPhase: Int] = [:]
      for name in names {
        guard let phase = result(of: name)?.phase, phase.isCompleted else { continue }
        counts[phase, default: 0] += 1
      }
      var summary: JSONValue = .object([:])
      if !names.isEmpty { summary["count"] = JSONValue(names.count) }
      for (phase, count) in counts { summary[phase.rawValue.lowercased()] = JSONValue(count) }
      base[key] = summary
    }
  }

  var json: JSONValue {
    var json = base
    json["metricResults"] = results.isEmpty ? base["metricResults"] : .array(results.map(\.json))
    return json
  }
}
