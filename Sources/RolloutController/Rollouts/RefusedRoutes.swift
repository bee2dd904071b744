import KubeClient
import Primitives
import RolloutCore
import TrafficPlans

/// Which routers of a plan failed, so that an abort reaches all others, and nothing but routes is written any more.
struct RefusedRoutes {
  private let rollout: JSONValue
  private var failure: KubeError?
  /// Objects of the routers that failed: what follows for one of them came to be planned after what did not happen.
  private var addresses: Set<RouteAddress> = []

  init(_ rollout: JSONValue) { self.rollout = rollout }

  /// Whether the effect belongs to a router that failed; throws that failure for anything but a route.
  func mustSkip(_ effect: Effect) throws(KubeError) -> Bool {
    guard let failure else { return false }
    guard case .changeRoute(let change) = effect else { throw failure }
    return addresses.contains(change.address)
  }

  /// Remembers the first failure of a route; throws every other one.
  mutating func note(_ error: KubeError, of effect: Effect) throws(KubeError) {
    guard case .changeRoute(let change) = effect, error.code != .cancelled else { throw error }
    failure = failure ?? error
    addresses.insert(change.address)
    for router in RolloutSpec(rollout).canary?.routing.routers ?? [] {
      let all = router.required + router.derived
      if all.contains(change.address) { addresses.formUnion(all) }
    }
  }

  /// Throws the first failure.
  func check() throws(KubeError) {
    if let failure { throw failure }
  }
}
