package import KubeModel
import Primitives

/// Traefik's TraefikService: the weights of both services in `spec.weighted.services` (reference, section 6.8).
///
/// Traefik reports nothing about the object.
package struct TraefikRouter: EditingRouter {
  private let service: RouteAddress

  /// `trafficRouting.traefik`, for a Rollout of the namespace.
  package init(weightedService name: String, namespace: String, type: ResourceType = .traefikServices) {
    service = RouteAddress(type, ObjectKey(namespace: namespace, name: name))
  }

  package var required: [RouteAddress] { [service] }

  private static let dialect = ServicePair.Dialect(name: "name", port: "port", unsaid: 1) {
    $0["kind"]?.string ?? "Service" == "Service"
  }

  func changes(_ weights: TrafficWeights, _ live: LiveRoutes) throws(RouteProblem) -> [RouteChange] {
    let object = try object(service, live)
    let list = Self.services(object)
    guard let pair = try pair(list, weights) else {
      let names = "\"\(weights.stableService)\" and \"\(weights.canaryService)\""
      throw RouteProblem("\(service) does not have both services \(names) in spec.weighted.services")
    }
    var wanted = object
    wanted.set(.array(pair.weighed(list, Self.dialect, weights)), at: "spec", "weighted", "services")
    wanted.set(sticky(object, weights), at: "spec", "weighted", "sticky")
    return [RouteChange.patch(service, from: object, to: wanted)].compactMap(\.self)
  }

  package func canaryWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    guard let object = live[service] else { return nil }
    let list = Self.services(object)
    let pair = try? pair(list, weights)
    return pair?.share(list, Self.dialect, weights)
  }

  package func proof(_ weights: TrafficWeights, _ live: LiveRoutes) -> RouteProof { .silent("Traefik") }

  package func leads(to name: String, _ live: LiveRoutes) -> Bool {
    live[service].map { Self.dialect.leads(Self.services($0), to: name) } ?? false
  }

  /// Its cookie names the service that answered, of either revision; one of weight 0 is not asked for again.
  package func canStick(_ stickiness: Stickiness) -> Bool { stickiness == .both }

  private func pair(_ list: [JSONValue], _ weights: TrafficWeights) throws(RouteProblem) -> ServicePair? {
    try ServicePair(in: list, Self.dialect, weights, of: "\(service)")
  }

  private static func services(_ object: JSONValue) -> [JSONValue] {
    object.spec.at("weighted", "services")?.array ?? []
  }

  /// What people wrote stays; a cookie of ours is there as long as the canary has a share.
  private func sticky(_ object: JSONValue, _ weights: TrafficWeights) -> JSONValue? {
    let present = object.spec.at("weighted", "sticky")
    if let present, !ReleaseCookie.isOurs(present.at("cookie", "name")?.string) { return present }
    guard weights.stickiness == .both, weights.canary > 0 else { return nil }
    return ["cookie": ["name": .string(ReleaseCookie.name(weights)), "httpOnly": true]]
  }
}
