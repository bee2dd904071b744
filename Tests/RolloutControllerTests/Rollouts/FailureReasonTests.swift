import KubeClient
import KubeModel
import Primitives
import RolloutCore
import Testing
import TrafficPlans

@testable import RolloutController

/// What the event on a Rollout calls a write that failed for good.
@Suite struct FailureReasonTests {
  private static let request = KubeRequest.patch(
    .httpRoutes,
    namespace: "shop",
    name: "web",
    .json([]),
    subresource: nil,
    options: PatchOptions()
  )

  @Test(arguments: [("web", "TrafficRoutingError"), ("other", "ReconciliationError")])
  func aRouteThatCannotBeWrittenIsATrafficRoutingError(_ name: String, _ reason: String) {
    let error = KubeError(.invalid, "\(Self.request.attempt): no such backend")
    let route = RouteAddress(.httpRoutes, ObjectKey(namespace: "shop", name: name))
    #expect(RolloutReconciler.reason(of: error, [.changeRoute(.patch(route, []))]) == reason)
  }
}
