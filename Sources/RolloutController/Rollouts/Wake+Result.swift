import KubeRuntime
import Primitives
import RolloutCore

extension Wake {
  /// When the queue should bring the object back: as the plan says, or after the limit, whichever is earlier.
  func result(now: Instant, by limit: Duration? = nil) -> ReconcileResult {
    guard case .at(let instant) = self else { return limit.map { .again(after: $0) } ?? .done }
    let wait = max(.milliseconds(5), instant - now)
    return .again(after: min(wait, limit ?? wait))
  }
}
