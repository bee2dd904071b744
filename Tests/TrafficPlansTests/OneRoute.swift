import KubeModel
import Primitives
import TrafficPlans

/// The router of one HTTPRoute, asked with the object alone.
struct OneRoute {
  let router = GatewayRouter(.http, ObjectKey(namespace: "shop", name: "web"))

  func live(_ route: JSONValue) -> LiveRoutes { [router.address: route] }

  /// The only patch that the route needs; nil when it needs none, or has a problem.
  func patch(_ weights: TrafficWeights, _ route: JSONValue) -> JSONValue? {
    guard case .changes(let changes) = router.plan(weights, live(route)), changes.count == 1,
      case .patch(router.address, let patch) = changes[0]
    else { return nil }
    return patch
  }
}
