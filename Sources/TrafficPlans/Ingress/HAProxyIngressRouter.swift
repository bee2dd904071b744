import KubeModel
package import Primitives

/// One Ingress of haproxy-ingress: while the canary has a share, it leads to a Service with the pods of both revisions,
/// among which blue/green annotations split the requests by pod-template hash. It is named by a plugin key of our own.
///
/// Both are written in one patch, since the Service would send requests to the canary's pods without the annotations.
/// The controller gives the pods that they do not name no requests, so an Ingress that leads to further services is
/// refused. It reports nothing.
package struct HAProxyIngressRouter: EditingRouter {
  private let ingress: RouteAddress
  private let rootService: String
  private let balance: BlueGreenBalance
  private let affinity: IngressAffinity

  /// One of the Ingresses of the plugin's settings.
  package init(ingress name: String, plugin: JSONValue, namespace: String) {
    let given = plugin["annotationPrefix"]?.string ?? ""
    let prefix = given.isEmpty ? "haproxy-ingress.github.io" : given
    ingress = RouteAddress(.ingresses, ObjectKey(namespace: namespace, name: name))
    rootService = plugin["rootService"]?.string ?? ""
    balance = BlueGreenBalance(prefix: prefix)
    affinity = IngressAffinity(prefix: prefix)
  }

  package var required: [RouteAddress] { [ingress] }

  func changes(_ weights: TrafficWeights, _ live: LiveRoutes) throws(RouteProblem) -> [RouteChange] {
    let object = try object(ingress, live)
    try check(object, weights)
    var wanted = affinity.marked(object, weights)
    wanted = balance.written(wanted, weights)
    let service = weights.canary > 0 ? rootService : weights.stableService
    wanted.set(Self.led(object.spec, to: service), at: "spec")
    return [RouteChange.patch(ingress, from: object, to: wanted)].compactMap(\.self)
  }

  private func check(_ object: JSONValue, _ weights: TrafficWeights) throws(RouteProblem) {
    let services = Self.services(object.spec)
    guard !rootService.isEmpty else {
      throw RouteProblem("no rootService is named that has the pods of both revisions, for \(ingress)")
    }
    guard services.contains(weights.stableService) || services.contains(rootService) else {
      throw RouteProblem("\(ingress) does not lead to service \"\(weights.stableService)\"")
    }
    if let other = services.first(where: { $0 != weights.stableService && $0 != rootService }) {
      throw RouteProblem("\(ingress) leads to service \"\(other)\" too, which the weights would cut off")
    }
    guard weights.canary == 0 || !weights.canaryHash.isEmpty && !weights.stableHash.isEmpty else {
      throw RouteProblem("\(ingress) cannot tell the pods of both revisions apart: a hash is missing")
    }
    guard weights.additional.isEmpty else {
      throw RouteProblem("\(ingress) cannot give the pods of experiments a share")
    }
    guard weights.total <= 256 else {
      throw RouteProblem("\(ingress) takes weights up to 256, not \(weights.total)")
    }
  }

  /// What is not the stable revision's share, so that an older canary counts, too.
  package func canaryWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    share(of: { !isStable($0, weights) }, whenAside: 0, weights, live)
  }

  package func stableWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    share(of: { isStable($0, weights) }, whenAside: weights.total, weights, live)
  }

  /// Once the canary has become stable, what is left is of the revision before it.
  private func isStable(_ hash: String, _ weights: TrafficWeights) -> Bool {
    (hash == weights.stableHash) != (weights.canaryHash == weights.stableHash)
  }

  private func share(
    of isMeant: (String) -> Bool,
    whenAside aside: Int,
    _ weights: TrafficWeights,
    _ live: LiveRoutes
  ) -> Int? {
    guard let object = live[ingress] else { return nil }
    let services = Self.services(object.spec)
    guard services.contains(rootService) else {
      return services.contains(weights.stableService) ? aside : nil
    }
    guard let entries = balance.read(object), !weights.stableHash.isEmpty else { return nil }
    let sum = entries.reduce(0) { $0 + $1.weight }
    let part = entries.reduce(0) { isMeant($1.hash) ? $0 + $1.weight : $0 }
    return Share.part(part, of: sum, total: weights.total)
  }

  package func proof(_ weights: TrafficWeights, _ live: LiveRoutes) -> RouteProof {
    .silent("haproxy-ingress")
  }

  package func leads(to service: String, _ live: LiveRoutes) -> Bool {
    live[ingress].map { Self.services($0.spec).contains(service) } ?? false
  }

  package func canStick(_ stickiness: Stickiness) -> Bool { stickiness == .both }
}

// MARK: - Backends

extension HAProxyIngressRouter {
  /// The services of all paths and of the default backend.
  private static func services(_ spec: JSONValue) -> Set<String> {
    let paths = (spec["rules"]?.array ?? []).flatMap { $0.at("http", "paths")?.array ?? [] }
    let backends = paths.map { $0["backend"] ?? .null } + [spec["defaultBackend"]].compactMap(\.self)
    return Set(backends.map { $0.at("service", "name")?.string ?? $0.at("resource", "name")?.string ?? "" })
  }

  /// The spec with all backends led to the service.
  private static func led(_ spec: JSONValue, to service: String) -> JSONValue {
    var spec = spec
    let rules = spec["rules"]?.array ?? []
    if !rules.isEmpty {
      spec["rules"] = .array(
        rules.map { rule in
          guard let paths = rule.at("http", "paths")?.array else { return rule }
          var rule = rule
          rule.set(.array(paths.map { led(backendOf: $0, "backend", to: service) }), at: "http", "paths")
          return rule
        }
      )
    }
    return spec["defaultBackend"] == nil ? spec : led(backendOf: spec, "defaultBackend", to: service)
  }

  private static func led(backendOf value: JSONValue, _ field: String, to service: String) -> JSONValue {
    var value = value
    value.set(.string(service), at: field, "service", "name")
    return value
  }
}
