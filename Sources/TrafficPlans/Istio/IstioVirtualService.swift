package import KubeModel
package import Primitives

/// One VirtualService of Istio: every chosen route gets both weights and those of experiments, in front of it stand the
/// routes of steps, and whatever else is in it stays as it is (reference, section 6.2).
package struct IstioVirtualService: ObjectRouter {
  package let address: RouteAddress
  private let choice: IstioRouteChoice
  private let parts: IstioParts

  /// Reads `virtualService`, or an entry of `virtualServices`, and the `destinationRule` beside it.
  package init(_ reference: JSONValue, destinationRule: JSONValue?, rollout: ObjectKey) {
    // `web.shop` and `web.shop.svc.cluster.local` are in the namespace shop.
    let words = (reference["name"]?.string ?? "").split(separator: ".").map(String.init)
    let namespace = words.count > 1 ? words[1] : rollout.namespace
    address = RouteAddress(.virtualServices, ObjectKey(namespace: namespace, name: words.first ?? ""))
    choice = IstioRouteChoice(reference)
    parts = IstioParts(destinationRule, rollout: rollout.name)
  }

  package func wanted(_ weights: TrafficWeights, _ object: JSONValue) throws(RouteProblem) -> JSONValue {
    let own = own(weights, object)
    var wanted = own
    var front: [(index: Int, routes: [JSONValue])] = []
    for place in try choice.places(in: own, parts, weights, address) {
      let subject = "\(address), \(own.describe(place)),"
      let route = try parts.weighed(own[place], weights, subject)
      wanted[place] = route
      if place.list == .http {
        let additions = IstioAdditions(route, parts, weights, number: front.count + 1, subject: subject)
        wanted[place] = try additions.marked()
        front.append((place.index, try additions.routes()))
      }
    }
    if front.isEmpty, !weights.managedRoutes.isEmpty {
      throw RouteProblem("\(address) has no http route that the routes of steps could stand in front of")
    }
    for (index, routes) in front.reversed() { wanted.insert(routes, at: index) }
    return wanted.put(into: object)
  }

  /// The routes without those that are added for a release.
  private func own(_ weights: TrafficWeights, _ object: JSONValue) -> IstioRoutes {
    IstioRoutes(object).removingHTTP { parts.isAdded($0, weights) }
  }

  package func canaryWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    share(weights, live, of: \.canary)
  }

  package func stableWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    share(weights, live, of: \.stable)
  }

  /// The greatest share of what the rollout has in a route: the parts of others are not its own to split.
  private func share(_ weights: TrafficWeights, _ live: LiveRoutes, of part: KeyPath<IstioParts.Sums, Int>)
    -> Int?
  {
    guard let object = live[address] else { return nil }
    let own = own(weights, object)
    do throws(RouteProblem) {
      return try choice.places(in: own, parts, weights, address).map { place in
        let sums = parts.sums(own[place], weights)
        let sum = sums.canary + sums.stable + sums.additional
        return Share.part(sums[keyPath: part], of: sum, total: weights.total)
      }.max()
    } catch {
      return nil
    }
  }

  package func hasManagedRoutes(_ weights: TrafficWeights, _ live: LiveRoutes) -> Bool {
    guard let object = live[address] else { return false }
    return IstioRoutes(object)[.http].contains { parts.isAdded($0, weights) }
  }

  package func leads(to service: String, _ live: LiveRoutes) -> Bool {
    guard let object = live[address] else { return false }
    let routes = IstioRoutes(object)
    return IstioRoutes.List.allCases.contains { list in
      routes[list].contains { IstioParts.leads($0, to: service) }
    }
  }

  package func proof(_ weights: TrafficWeights, _ live: LiveRoutes) -> RouteProof {
    IstioParts.proof(of: live[address])
  }

  package func refusal(of route: ManagedRoute) -> String? {
    choice.hasHTTP ? nil : "tls and tcp routes cannot tell requests apart"
  }

  package func canStick(_ stickiness: Stickiness) -> Bool { choice.hasHTTP }
}

extension TrafficRouting {
  /// The routers of `trafficRouting.istio`: its VirtualServices, and after them the DestinationRule.
  static func istioUnits(_ routing: JSONValue, _ rollout: ObjectKey) -> [Unit] {
    guard let istio = routing["istio"] else { return [] }
    let rule = istio["destinationRule"]
    let single = istio["virtualService"].map { [("istio.virtualService.name", $0)] } ?? []
    let several = (istio["virtualServices"]?.array ?? []).enumerated().map { index, reference in
      ("istio.virtualServices[\(index)].name", reference)
    }
    let services = (single + several).map { field, reference in
      Unit(
        router: IstioVirtualService(reference, destinationRule: rule, rollout: rollout),
        field: field
      )
    }
    guard let rule else { return services }
    let router = IstioDestinationRule(rule, rollout: rollout)
    return services + [Unit(router: router, field: "istio.destinationRule.name")]
  }
}
