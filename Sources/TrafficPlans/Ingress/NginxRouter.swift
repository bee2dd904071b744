package import KubeModel
package import Primitives

/// One Ingress of ingress-nginx that people wrote, and the canary Ingress beside it, which is made from it and owned by
/// the Rollout (reference, section 6.3).
///
/// The controller reports nothing about either. At rest the canary Ingress stays, with the weight 0.
package struct NginxRouter: EditingRouter {
  private let stable: RouteAddress
  private let canary: RouteAddress
  private let settings: CanaryIngress

  /// One of the Ingresses of `trafficRouting.nginx`.
  package init(stableIngress: String, nginx: JSONValue, rollout: ObjectKey) {
    let name = "\(rollout.name)-\(stableIngress)".utf8.prefix(246)
    stable = RouteAddress(.ingresses, ObjectKey(namespace: rollout.namespace, name: stableIngress))
    canary = RouteAddress(
      .ingresses,
      ObjectKey(namespace: rollout.namespace, name: String(decoding: name, as: UTF8.self) + "-canary")
    )
    settings = CanaryIngress(nginx)
  }

  package var required: [RouteAddress] { [stable] }

  package var derived: [RouteAddress] { [canary] }

  func changes(_ weights: TrafficWeights, _ live: LiveRoutes) throws(RouteProblem) -> [RouteChange] {
    let ingress = try object(stable, live)
    let marked = settings.affinity.marked(ingress, weights)
    guard let wanted = settings.wanted(canary.key, from: marked, weights) else {
      throw RouteProblem("\(stable) has no rule with service \"\(weights.stableService)\"")
    }
    // A cookie goes before the weight does, so that nobody is kept at the canary by it.
    let change = RouteChange.patch(stable, from: ingress, to: marked)
    guard let present = try derivedObject(canary, weights, live) else {
      return [change, .create(canary, wanted)].compactMap(\.self)
    }
    let edited = settings.merged(wanted, into: present)
    return [change, RouteChange.patch(canary, from: present, to: edited)].compactMap(\.self)
  }

  package func canaryWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    guard let split = split(weights, live) else { return nil }
    return Share.part(split.canary, of: split.total, total: weights.total)
  }

  package func stableWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    guard let split = split(weights, live) else { return nil }
    return Share.part(split.total - split.canary, of: split.total, total: weights.total)
  }

  private func split(_ weights: TrafficWeights, _ live: LiveRoutes) -> (canary: Int, total: Int)? {
    guard let ingress = live[stable], CanaryIngress.leads(ingress, to: weights.stableService) else {
      return nil
    }
    guard let present = live[canary] else { return (0, weights.total) }
    return settings.split(present)
  }

  package func proof(_ weights: TrafficWeights, _ live: LiveRoutes) -> RouteProof { .silent("ingress-nginx") }

  package func leads(to service: String, _ live: LiveRoutes) -> Bool {
    if let ingress = live[stable], CanaryIngress.leads(ingress, to: service) { return true }
    guard let present = live[canary], CanaryIngress.leads(present, to: service) else { return false }
    return settings.hasRequestRules(present) || settings.split(present)?.canary != 0
  }

  /// The controller keeps a user of either part there by one and the same cookie.
  package func canStick(_ stickiness: Stickiness) -> Bool { stickiness == .both }
}
