package import Primitives

/// Something worth telling of an AnalysisRun: a metric, or the run itself, has ended (reference, section 7.4).
package struct RunEvent: Sendable, Hashable {
  /// `MetricSuccessful`, `AnalysisRunFailed` and so on.
  package let reason: String
  package let message: String
  package let isWarning: Bool

  private init(_ subject: String, _ words: String, _ phase: AnalysisPhase) {
    reason = subject + phase.rawValue
    message = "\(words) Completed. Result: \(phase.rawValue)"
    isWarning = phase == .failed || phase == .error
  }

  /// What ended between two statuses of a run, the metrics in their order and the run last.
  package static func between(_ old: JSONValue, _ new: JSONValue) -> [RunEvent] {
    var events = (new["metricResults"]?.array ?? []).compactMap { result -> RunEvent? in
      let name = result["name"]?.string ?? ""
      let before = old["metricResults"]?.array?.first { $0["name"]?.string == name }
      return ended(from: before, to: result).map { RunEvent("Metric", "Metric '\(name)'", $0) }
    }
    if let phase = ended(from: old, to: new) { events.append(RunEvent("AnalysisRun", "Analysis", phase)) }
    return events
  }

  /// The phase in which it ended; nil when it goes on, or had ended before.
  private static func ended(from old: JSONValue?, to new: JSONValue) -> AnalysisPhase? {
    guard let phase = AnalysisPhase(rawValue: new["phase"]?.string ?? ""), phase.isCompleted,
      old?["phase"]?.string.flatMap(AnalysisPhase.init)?.isCompleted != true
    else { return nil }
    return phase
  }
}
