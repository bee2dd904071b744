import KubeModel
import Primitives
import TrafficPlans

/// What is known of whether the data plane serves the weights, as the status tells it.
extension Situation {
  /// Whether all routers serve the wanted weight: false while one lags, nil while one of those that have done as they were told
  /// gives no proof. What a plan is about to write is not served yet.
  func isVerified(_ canary: CanaryStrategy, _ draft: Draft) -> Bool? {
    guard !routers.isEmpty else { return nil }
    let changed = Set(
      draft.effects.compactMap { effect -> RouteAddress? in
        guard case .changeRoute(let change) = effect else { return nil }
        return change.address
      }
    )
    let place = place(canary, draft.status)
    var isSilent = false
    for (router, live) in routers {
      guard let live else { return false }
      let proof = router.proof(place, live)
      if case .silent = proof {
        isSilent = true
      } else if proof.isLagging || !changed.isDisjoint(with: router.required + router.derived) {
        return false
      }
    }
    return isSilent ? nil : true
  }

  /// `status.alb` or `status.albs`: what the witnesses have said. What one does not tell now stays as it was told last.
  func noteLoadBalancers(_ canary: CanaryStrategy, _ draft: inout Draft) {
    let place = place(canary, draft.status)
    let isAsked = routers.contains { router, live in
      live.map { live in router.witnesses(live).contains { live[$0] != nil } } ?? true
    }
    guard isAsked else { return draft.status.loadBalancers = [] }
    let known = draft.status.loadBalancers
    draft.status.loadBalancers = routers.compactMap { router, live in
      if let told = live.flatMap({ router.testimony(place, $0) }) { return told }
      let names = router.required.filter { $0.type == .ingresses }.map(\.key.name)
      return known.first { names.contains($0["ingress"]?.string ?? "") }
    }
    draft.status.listsLoadBalancers = canary.routing.units.contains { $0.field.hasPrefix("alb.ingresses") }
  }
}
