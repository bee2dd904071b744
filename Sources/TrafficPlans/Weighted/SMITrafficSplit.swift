package import KubeModel
package import Primitives

/// A TrafficSplit of the Service Mesh Interface, which the rollout owns: it is made with the first weights and stays
/// with all requests for stable when no release is in flight (reference, section 6.5).
package struct SMITrafficSplit: TrafficRouter {
  package let address: RouteAddress
  private let rootService: String?

  /// Reads `smi`.
  package init(_ smi: JSONValue, rollout: ObjectKey) {
    let name = smi["trafficSplitName"]?.string ?? rollout.name
    address = RouteAddress(.trafficSplits, ObjectKey(namespace: rollout.namespace, name: name))
    rootService = smi["rootService"]?.string
  }

  package var required: [RouteAddress] { [] }

  package var derived: [RouteAddress] { [address] }

  package func plan(_ weights: TrafficWeights, _ live: LiveRoutes) -> RoutePlan {
    if let problem = problem(weights, live) { return .problem(problem) }
    guard let object = live[address] else { return .changes([.create(address, made(weights))]) }
    var wanted = object
    wanted.set(.string(rootService ?? weights.stableService), at: "spec", "service")
    wanted.set(.array(backends(weights, like: object)), at: "spec", "backends")
    return .change(address, from: object, to: wanted)
  }

  package func problem(_ weights: TrafficWeights, _ live: LiveRoutes) -> String? {
    guard let object = live[address] else { return nil }
    guard let owner = object.controllerReference else {
      return "\(address) is there already, and no Rollout controls it"
    }
    guard owner["uid"] == weights.owner["uid"] else {
      let other = "\(owner["kind"]?.string ?? "") \"\(owner["name"]?.string ?? "")\""
      return "\(address) is controlled by \(other), not by this Rollout"
    }
    return object.isBeingDeleted ? "\(address) is being deleted" : nil
  }

  private func made(_ weights: TrafficWeights) -> JSONValue {
    [
      "apiVersion": .string(address.type.apiVersion), "kind": .string(address.type.kind),
      "metadata": [
        "name": .string(address.key.name), "namespace": .string(address.key.namespace),
        "ownerReferences": [weights.owner],
      ],
      "spec": [
        "service": .string(rootService ?? weights.stableService),
        "backends": .array(backends(weights, like: .null)),
      ],
    ]
  }

  /// Canary, stable, experiments. Weights are numbers; in the first version of the API they may be quantities, and one
  /// that says the same stays there as it is.
  private func backends(_ weights: TrafficWeights, like object: JSONValue) -> [JSONValue] {
    let isFirst = object.apiVersion.hasSuffix("/v1alpha1")
    let live = Self.backends(of: object)
    let additional = weights.additional.map { ($0.service, $0.weight) }
    let wanted = [(weights.canaryService, weights.canary), (weights.stableService, weights.stable)]
    return (wanted + additional).map { service, weight in
      let given = live.first { $0["service"]?.string == service }
      if isFirst, let given, given["weight"]?.string != nil {
        if Self.thousandths(given) == weight * 1000 { return given }
        return ["service": .string(service), "weight": .string("\(weight)")]
      }
      return ["service": .string(service), "weight": JSONValue(weight)]
    }
  }

  private static func backends(of object: JSONValue) -> [JSONValue] {
    object.spec["backends"]?.array ?? []
  }

  /// A weight, which may be a quantity or a number with a fraction; nil when it is neither.
  private static func thousandths(_ backend: JSONValue) -> Int? {
    let greatest = 1_000_000_000.0
    guard let text = backend["weight"]?.string else {
      return backend["weight"]?.double.map { Int((min(1e6, max(0, $0)) * 1000).rounded(.up)) }
    }
    // As mantissa and power of ten, without the unit.
    let parts = Quantity(text)?.plainText.split(separator: "e").compactMap { Double($0) } ?? []
    guard parts.count == 2 else { return nil }
    var number = parts[0] * 1000
    for _ in 0..<min(20, Int(abs(parts[1]))) { number *= parts[1] < 0 ? 0.1 : 10 }
    return Int(min(greatest, max(0, number)).rounded(.up))
  }

  /// Without the object nothing is split: the service answers with the pods that it selects by itself.
  package func canaryWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    guard let object = live[address] else { return 0 }
    var (canary, sum) = (0, 0)
    for backend in Self.backends(of: object) {
      guard let weight = Self.thousandths(backend) else { return nil }
      if backend["service"]?.string == weights.canaryService { canary += weight }
      sum += weight
    }
    return Share.part(canary, of: sum, total: weights.total)
  }

  package func proof(_ weights: TrafficWeights, _ live: LiveRoutes) -> RouteProof {
    .silent("the service mesh")
  }

  package func leads(to service: String, _ live: LiveRoutes) -> Bool {
    guard let object = live[address] else { return false }
    return Self.backends(of: object).contains { backend in
      backend["service"]?.string == service && Self.thousandths(backend) != 0
    }
  }
}

extension TrafficRouting {
  /// The router of `trafficRouting.smi`.
  @Sendable static func smiUnits(_ routing: JSONValue, _ rollout: ObjectKey) -> [Unit] {
    guard let smi = routing["smi"] else { return [] }
    return [Unit(router: SMITrafficSplit(smi, rollout: rollout), field: "smi.trafficSplitName")]
  }
}
