import KubeModel
import Primitives

/// One ApisixRoute: the rules that the rollout names get both weights, and a header route is an ApisixRoute of its own,
/// owned by the Rollout, that is asked before it (reference, section 6.9).
///
/// The controller says in a condition which generation it has put to use.
package struct ApisixRouter: EditingRouter {
  private let route: RouteAddress
  private let rules: [String]
  private let headers: [RouteAddress]

  /// `trafficRouting.apisix.route`. Without names of rules the one that is called like the route is meant; the managed
  /// routes are those of `trafficRouting`.
  package init(route name: String, rules: [String], managedRoutes: [String], namespace: String) {
    route = RouteAddress(.apisixRoutes, ObjectKey(namespace: namespace, name: name))
    self.rules = rules.isEmpty ? [name] : rules
    headers = managedRoutes.reduce(into: []) { headers, name in
      let address = RouteAddress(.apisixRoutes, ObjectKey(namespace: namespace, name: name))
      if !headers.contains(address) { headers.append(address) }
    }
  }

  package var required: [RouteAddress] { [route] }

  package var derived: [RouteAddress] { headers }

  private static let dialect = ServicePair.Dialect(name: "serviceName", port: "servicePort", unsaid: 100) {
    _ in true
  }

  func changes(_ weights: TrafficWeights, _ live: LiveRoutes) throws(RouteProblem) -> [RouteChange] {
    let object = try object(route, live)
    guard !headers.contains(route) else {
      throw RouteProblem("\(route) has the name of a managed route, which would replace it")
    }
    var wanted = object
    for (index, rule, pair) in try selected(object, weights) {
      var rule = rule
      rule["backends"] = .array(pair.weighed(rule["backends"]?.array ?? [], Self.dialect, weights))
      wanted.replace(rule, at: index, of: "http")
    }
    let change = RouteChange.patch(route, from: object, to: wanted)
    return [change].compactMap(\.self) + (try headerChanges(object, weights, live))
  }

  /// The rules that the rollout names, with their places and those of the services in them.
  private func selected(_ object: JSONValue, _ weights: TrafficWeights)
    throws(RouteProblem) -> [(index: Int, rule: JSONValue, pair: ServicePair)]
  {
    let all = object.spec["http"]?.array ?? []
    var selected: [(Int, JSONValue, ServicePair)] = []
    for name in rules {
      let places = all.indices.filter { all[$0]["name"]?.string == name }
      guard let index = places.first else { throw RouteProblem("\(route) has no rule \"\(name)\"") }
      guard places.count == 1 else { throw RouteProblem("\(route) has two rules \"\(name)\"") }
      let backends = all[index]["backends"]?.array ?? []
      let place = "\(route), rule \"\(name)\","
      guard let pair = try ServicePair(in: backends, Self.dialect, weights, of: place) else {
        let names = "\"\(weights.stableService)\" and \"\(weights.canaryService)\""
        throw RouteProblem("\(place) does not have both backends \(names)")
      }
      selected.append((index, all[index], pair))
    }
    return selected
  }

  private func headerChanges(_ object: JSONValue, _ weights: TrafficWeights, _ live: LiveRoutes)
    throws(RouteProblem) -> [RouteChange]
  {
    var changes: [RouteChange] = []
    for (place, address) in headers.enumerated() {
      let managed = weights.managedRoutes.first { $0.name == address.key.name && $0.action == .canary }
      guard let managed else {
        // What is not ours is left alone where nothing is wanted of it.
        guard let present = live[address], present.isControlled(by: weights.owner) else { continue }
        changes.append(.delete(address, resourceVersion: present.resourceVersion))
        continue
      }
      let wanted = ApisixHeaderRoute(
        managed: managed,
        precedence: headers.count - place,
        rules: try selected(object, weights).map { ($0.rule, $0.pair.canary) }
      ).object(address, from: object, weights)
      guard let present = try derivedObject(address, weights, live) else {
        changes.append(.create(address, wanted))
        continue
      }
      var edited = present
      edited["spec"] = wanted.spec
      changes += [RouteChange.patch(address, from: present, to: edited)].compactMap(\.self)
    }
    return changes
  }

  package func canaryWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    guard let object = live[route], let selected = try? selected(object, weights) else { return nil }
    return selected.map { _, rule, pair in
      pair.share(rule["backends"]?.array ?? [], Self.dialect, weights)
    }.max()
  }

  package func hasManagedRoutes(_ weights: TrafficWeights, _ live: LiveRoutes) -> Bool {
    headers.contains { live[$0]?.isControlled(by: weights.owner) ?? false }
  }

  package func leads(to service: String, _ live: LiveRoutes) -> Bool {
    ([route] + headers).contains { address in
      (live[address]?.spec["http"]?.array ?? []).contains {
        Self.dialect.leads($0["backends"]?.array ?? [], to: service)
      }
    }
  }

  /// The first conditions are those of version 1 of the controller, the last one that of version 2.
  package func proof(_ weights: TrafficWeights, _ live: LiveRoutes) -> RouteProof {
    let answers = ([route] + headers).compactMap { live[$0] }
      .map { $0.isFollowed(by: ["ResourcesAvailable", "ResourceSynced", "Accepted"]) }
    guard answers.contains(where: { $0 != nil }) else { return .silent("APISIX") }
    return answers.allSatisfy { $0 == true } ? .followed : .lagging(nil)
  }

  package func refusal(of route: ManagedRoute) -> String? {
    route.action == .canary ? nil : "an ApisixRoute cannot mirror requests"
  }
}
