package import KubeModel
import Primitives

/// One route of the Gateway API: every rule that has both services gets both weights and those of experiments, and the
/// managed routes are rules of their own in front; everything else stays as it is.
///
/// A patch holds for the generation that it was planned from: every change of the rules is another one, and none comes
/// back, while gateways may write the status as often as they like.
package struct GatewayRouter: TrafficRouter {
  /// What requests a route is for.
  package enum Kind: String, Sendable, CaseIterable {
    case http, grpc, tcp, tls

    package var type: ResourceType {
      switch self {
      case .http: .httpRoutes
      case .grpc: .grpcRoutes
      case .tcp: .tcpRoutes
      case .tls: .tlsRoutes
      }
    }
  }

  package let kind: Kind
  package let address: RouteAddress

  package init(_ kind: Kind, _ key: ObjectKey) {
    self.kind = kind
    address = RouteAddress(kind.type, key)
  }

  package var required: [RouteAddress] { [address] }

  package func plan(_ weights: TrafficWeights, _ live: LiveRoutes) -> RoutePlan {
    guard let route = live[address] else { return .problem("\(address) not found") }
    switch pairs(of: weights, in: route) {
    case .failure(let problem): return .problem(problem.description)
    case .success(let pairs):
      let rules = GatewayRouteRules(route, kind, managedNames: weights.managedNames)
      if rules.hasManaged || !weights.managedRoutes.isEmpty || !weights.additional.isEmpty
        || pairs.contains(where: \.hasAdditional)
      {
        return replace(rules, weights, route)
      }
      let wanted = pairs.flatMap { [($0.canary, weights.canary), ($0.stable, weights.stable)] }
      let changes = wanted.filter { $0.0.weight != $0.1 }.map { backend, weight -> JSONValue in
        ["op": "add", "path": .string(backend.weightPath), "value": JSONValue(weight)]
      }
      guard !changes.isEmpty else { return .unchanged }
      return patch(route, changes)
    }
  }

  package func problem(_ weights: TrafficWeights, _ live: LiveRoutes) -> String? {
    guard let route = live[address] else { return "\(address) not found" }
    guard case .failure(let problem) = pairs(of: weights, in: route) else { return nil }
    return problem.description
  }

  /// Rules come and go with their place in the list: where managed ones are about, the list is written as a whole.
  private func replace(_ rules: GatewayRouteRules, _ weights: TrafficWeights, _ route: JSONValue) -> RoutePlan
  {
    let wanted = JSONValue.array(rules.with(weights, weights.managedRoutes))
    guard wanted != route.spec["rules"] else { return .unchanged }
    return patch(route, [["op": "replace", "path": "/spec/rules", "value": wanted]])
  }

  private func patch(_ route: JSONValue, _ operations: [JSONValue]) -> RoutePlan {
    let generation = route.at("metadata", "generation").map { ("generation", $0) }
    let (field, value) = generation ?? ("resourceVersion", .string(route.resourceVersion))
    let test: JSONValue = ["op": "test", "path": .string("/metadata/\(field)"), "value": value]
    return .changes([.patch(address, .array([test] + operations))])
  }

  package func hasManagedRoutes(_ weights: TrafficWeights, _ live: LiveRoutes) -> Bool {
    live[address].map { GatewayRouteRules($0, kind, managedNames: weights.managedNames).hasManaged } ?? false
  }

  package func canaryWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    guard let route = live[address], case .success(let pairs) = pairs(of: weights, in: route) else {
      return nil
    }
    return pairs.map { pair in
      let sum = pair.canary.share + pair.stable.share + pair.additional
      return sum == 0 ? 0 : (pair.canary.share * weights.total + sum - 1) / sum
    }.max()
  }

  package func leads(to service: String, _ live: LiveRoutes) -> Bool {
    (live[address]?.spec["rules"]?.array ?? []).enumerated().contains { index, rule in
      backends(named: service, in: rule, index: index).contains { $0.weight > 0 }
    }
  }

  /// Every gateway that reports on the route must have accepted its present generation.
  package func proof(_ weights: TrafficWeights, _ live: LiveRoutes) -> RouteProof {
    guard let route = live[address], let parents = route.status["parents"]?.array, !parents.isEmpty else {
      return .silent("the gateway")
    }
    let isAccepted = parents.allSatisfy { parent in
      (parent["conditions"]?.array ?? []).contains { condition in
        condition["type"] == "Accepted" && condition["status"] == "True"
          && (condition["observedGeneration"]?.int ?? route.generation) >= route.generation
      }
    }
    return isAccepted ? .followed : .lagging(nil)
  }

  package func refusal(of route: ManagedRoute) -> String? { kind.refusal(of: route) }
}

// MARK: - Backends

extension GatewayRouter {
  private struct Backend {
    let rule: Int
    let index: Int
    let weight: Int

    /// The weight as far as the API allows it.
    var share: Int { GatewayRouter.share(weight) }

    /// As a JSON patch names it.
    var weightPath: String { "/spec/rules/\(rule)/backendRefs/\(index)/weight" }
  }

  private struct Pair {
    let canary: Backend
    let stable: Backend
    /// What experiments have in the same rule.
    let hasAdditional: Bool
    let additional: Int
  }

  private struct Problem: Error, CustomStringConvertible {
    let description: String
  }

  private static func share(_ weight: Int) -> Int { min(1_000_000, max(0, weight)) }

  private func pairs(of weights: TrafficWeights, in route: JSONValue) -> Result<[Pair], Problem> {
    var pairs: [Pair] = []
    for (ruleIndex, rule) in (route.spec["rules"]?.array ?? []).enumerated() {
      let canaries = backends(named: weights.canaryService, in: rule, index: ruleIndex)
      let stables = backends(named: weights.stableService, in: rule, index: ruleIndex)
      if canaries.count > 1 || stables.count > 1 {
        let name = canaries.count > 1 ? weights.canaryService : weights.stableService
        return .failure(
          Problem(description: "\(address) names service \"\(name)\" twice in rule \(ruleIndex)")
        )
      }
      if let canary = canaries.first, let stable = stables.first {
        let added = (rule["backendRefs"]?.array ?? []).filter { weights.isAdditional($0["name"]?.string) }
        pairs.append(
          Pair(
            canary: canary,
            stable: stable,
            hasAdditional: !added.isEmpty,
            additional: added.reduce(0) { $0 + Self.share($1["weight"]?.int ?? 1) }
          )
        )
      }
    }
    guard !pairs.isEmpty else {
      let names = "\"\(weights.stableService)\" and \"\(weights.canaryService)\""
      return .failure(Problem(description: "\(address) has no rule with both backends \(names)"))
    }
    return .success(pairs)
  }

  private func backends(named name: String, in rule: JSONValue, index ruleIndex: Int) -> [Backend] {
    (rule["backendRefs"]?.array ?? []).enumerated().compactMap { index, backend in
      guard GatewayRouteRules.isService(backend, name) else { return nil }
      return Backend(rule: ruleIndex, index: index, weight: backend["weight"]?.int ?? 1)
    }
  }
}
