import Primitives
import TrafficPlans

/// Requests that come after the routes have let go, because somebody on their way keeps to an answer that was given
/// before: a resolver for the time to live of a record, a load balancer for that of its cookies.
extension Situation {
  /// The least time between the moment at which the last route gives the canary nothing any more and the end of its
  /// pods.
  var lingering: Duration { lingering { _ in true } }

  /// The same for revisions that no Service selects any more. Who routes within the cluster asks the Services anew; what
  /// is written outside of it are addresses, and nobody knows what stands behind them.
  var lingeringOutside: Duration {
    lingering { router in router.required.contains { $0.outside != nil } }
  }

  private func lingering(_ counts: (any TrafficRouter) -> Bool) -> Duration {
    routers.reduce(.zero) { longest, unit in
      guard let live = unit.live, counts(unit.router) else { return longest }
      return max(longest, unit.router.lingering(live))
    }
  }
}
