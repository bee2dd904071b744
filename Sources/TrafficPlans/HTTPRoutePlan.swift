import KubeModel
package import Primitives

/// Gateway API's HTTPRoute: every rule that has both services gets both weights and those of experiments, and the
/// managed routes are rules of their own in front; everything else stays as it is.
package enum HTTPRoutePlan {
  /// Plans the patch that gives the route the wanted weights and managed routes.
  package static func plan(_ weights: TrafficWeights, route: JSONValue) -> RoutePlan {
    switch pairs(of: weights, in: route) {
    case .failure(let problem): return .problem(problem.description)
    case .success(let pairs):
      let rules = HTTPRouteRules(route, managedNames: weights.managedNames)
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
      return change(route, .array([test(route)] + changes))
    }
  }

  /// What is wrong with the shape of the route, so that it cannot be given any weights; nil when nothing is.
  package static func problem(_ weights: TrafficWeights, route: JSONValue) -> String? {
    guard case .failure(let problem) = pairs(of: weights, in: route) else { return nil }
    return problem.description
  }

  /// Rules come and go with their place in the list: where managed ones are about, the list is written as a whole.
  private static func replace(_ rules: HTTPRouteRules, _ weights: TrafficWeights, _ route: JSONValue)
    -> RoutePlan
  {
    let wanted = JSONValue.array(rules.with(weights, weights.managedRoutes))
    guard wanted != route.spec["rules"] else { return .unchanged }
    return change(route, [test(route), ["op": "replace", "path": "/spec/rules", "value": wanted]])
  }

  private static func change(_ route: JSONValue, _ patch: JSONValue) -> RoutePlan {
    .changes([.patch(RouteAddress(.httpRoutes, ObjectKey(route)), patch)])
  }

  private static func test(_ route: JSONValue) -> JSONValue {
    ["op": "test", "path": "/metadata/resourceVersion", "value": .string(route.resourceVersion)]
  }

  /// Whether the live route has routes that steps added, which lead to the canary whatever the weights say.
  package static func hasManagedRoutes(_ weights: TrafficWeights, in route: JSONValue) -> Bool {
    HTTPRouteRules(route, managedNames: weights.managedNames).hasManaged
  }

  /// The share of `weights.total` that the live route gives the canary, the greatest over the rules and rounded up; nil
  /// when the route does not have the needed shape.
  package static func canaryWeight(_ weights: TrafficWeights, in route: JSONValue) -> Int? {
    guard case .success(let pairs) = pairs(of: weights, in: route) else { return nil }
    return pairs.map { pair in
      let sum = pair.canary.weight + pair.stable.weight + pair.additionalWeight
      return sum == 0 ? 0 : (pair.canary.weight * weights.total + sum - 1) / sum
    }.max()
  }

  /// Whether any rule of the live route sends requests to the service.
  package static func leads(_ route: JSONValue, to service: String) -> Bool {
    (route.spec["rules"]?.array ?? []).enumerated().contains { index, rule in
      backends(named: service, in: rule, index: index).contains { $0.weight > 0 }
    }
  }

  /// Whether every gateway that reports on the route has accepted its present generation; nil when none reports.
  package static func isAccepted(_ route: JSONValue) -> Bool? {
    let parents = route.status["parents"]?.array ?? []
    guard !parents.isEmpty else { return nil }
    return parents.allSatisfy { parent in
      (parent["conditions"]?.array ?? []).contains { condition in
        condition["type"] == "Accepted" && condition["status"] == "True"
          && (condition["observedGeneration"]?.int ?? route.generation) >= route.generation
      }
    }
  }

  private struct Backend {
    let rule: Int
    let index: Int
    let weight: Int

    /// As a JSON patch names it.
    var weightPath: String { "/spec/rules/\(rule)/backendRefs/\(index)/weight" }
  }

  private struct Pair {
    let canary: Backend
    let stable: Backend
    /// What experiments have in the same rule.
    let hasAdditional: Bool
    let additionalWeight: Int
  }

  private struct Problem: Error, CustomStringConvertible {
    let description: String
  }

  private static func pairs(of weights: TrafficWeights, in route: JSONValue) -> Result<[Pair], Problem> {
    var pairs: [Pair] = []
    for (ruleIndex, rule) in (route.spec["rules"]?.array ?? []).enumerated() {
      let canaries = backends(named: weights.canaryService, in: rule, index: ruleIndex)
      let stables = backends(named: weights.stableService, in: rule, index: ruleIndex)
      if canaries.count > 1 || stables.count > 1 {
        let name = canaries.count > 1 ? weights.canaryService : weights.stableService
        return .failure(
          Problem(description: describe(route) + " names service \"\(name)\" twice in rule \(ruleIndex)")
        )
      }
      if let canary = canaries.first, let stable = stables.first {
        let added = (rule["backendRefs"]?.array ?? []).filter { weights.isAdditional($0["name"]?.string) }
        pairs.append(
          Pair(
            canary: canary,
            stable: stable,
            hasAdditional: !added.isEmpty,
            additionalWeight: added.reduce(0) { $0 + ($1["weight"]?.int ?? 1) }
          )
        )
      }
    }
    guard !pairs.isEmpty else {
      let names = "\"\(weights.stableService)\" and \"\(weights.canaryService)\""
      return .failure(Problem(description: describe(route) + " has no rule with both backends \(names)"))
    }
    return .success(pairs)
  }

  private static func describe(_ route: JSONValue) -> String { "HTTPRoute \"\(ObjectKey(route))\"" }

  private static func backends(named name: String, in rule: JSONValue, index ruleIndex: Int) -> [Backend] {
    (rule["backendRefs"]?.array ?? []).enumerated().compactMap { index, backend in
      guard HTTPRouteRules.isService(backend, name) else { return nil }
      return Backend(rule: ruleIndex, index: index, weight: backend["weight"]?.int ?? 1)
    }
  }
}
