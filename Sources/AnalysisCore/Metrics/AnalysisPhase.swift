/// The phase of a measurement, of a metric or of a whole run, spelled as in their status.
package enum AnalysisPhase: String, Sendable, Hashable, CaseIterable {
  case pending = "Pending"
  case running = "Running"
  case successful = "Successful"
  case failed = "Failed"
  case error = "Error"
  case inconclusive = "Inconclusive"

  /// Whether the phase is final: nothing follows it.
  package var isCompleted: Bool {
    switch self {
    case .pending, .running: false
    case .successful, .failed, .error, .inconclusive: true
    }
  }

  /// Rank by gravity, in the order of Argo Rollouts: Successful, Running, Pending, Inconclusive, Error, Failed.
  private var gravity: Int {
    switch self {
    case .successful: 0
    case .running: 1
    case .pending: 2
    case .inconclusive: 3
    case .error: 4
    case .failed: 5
    }
  }

  /// Whether this phase outweighs the other when phases of several metrics are folded into one.
  package func isWorse(than other: AnalysisPhase) -> Bool { gravity > other.gravity }
}
