package import KubeModel
package import Primitives

/// The routers that `trafficRouting` of a canary names, in the order in which they are asked (reference, section 1.4).
package struct TrafficRouting: Sendable, Hashable {
  /// A router, and where the spec names it.
  package struct Unit: Sendable {
    package let router: any TrafficRouter
    /// The field below `trafficRouting`, such as `plugins.argoproj-labs/gatewayAPI.httpRoute`.
    package let field: String
  }

  /// The key of `plugins` under which a Rollout names its Gateway API routes.
  package static let gatewayPlugin = "argoproj-labs/gatewayAPI"

  /// All kinds of objects that any router reads or writes.
  package static let types: [ResourceType] =
    GatewayRouter.Kind.allCases.map(\.type) + [
      .virtualServices, .destinationRules, .ingresses, .trafficSplits, .mappings, .traefikServices,
      .apisixRoutes, .httpProxies,
    ]

  /// Who reads which field, or key of `plugins`, in the order in which Argo Rollouts asks its routers.
  private static let readers: [(field: String, read: @Sendable (JSONValue, ObjectKey) -> [Unit])] = [
    ("istio", istioUnits), ("nginx", nginxUnits), ("alb", albUnits), ("smi", smiUnits),
    ("ambassador", ambassadorUnits), ("traefik", traefikUnits), ("apisix", apisixUnits),
    (gatewayPlugin, gatewayUnits), (contourPlugin, contourUnits), (haproxyPlugin, haproxyUnits),
    (powerDNSPlugin, powerDNSUnits),
  ]

  /// The fields of `trafficRouting`, and keys of its `plugins`, that name a router of Serin's own.
  package static let known = Set(readers.map(\.field))

  package let units: [Unit]
  /// The same without their fields.
  package let routers: [any TrafficRouter]
  /// All objects that the routers read or write.
  package let addresses: [RouteAddress]
  /// What all of it follows from.
  private let source: JSONValue
  private let rollout: ObjectKey

  /// Reads `trafficRouting` of the rollout; what is wrong in it names no router.
  package init(_ routing: JSONValue?, rollout: ObjectKey) {
    source = routing ?? .null
    self.rollout = rollout
    let given = routing ?? .null
    units = Self.readers.flatMap { $0.read(given, rollout) } + Self.pluginUnits(given, rollout)
    routers = units.map(\.router)
    addresses = routers.flatMap { $0.required + $0.derived }.reduce(into: []) { addresses, address in
      if !addresses.contains(address) { addresses.append(address) }
    }
  }

  /// Who outside of the cluster says whether the objects are followed; it depends on the objects.
  package func witnesses(_ live: LiveRoutes) -> [RouteAddress] {
    routers.flatMap { $0.witnesses(live) }.reduce(into: []) { addresses, address in
      if !addresses.contains(address) { addresses.append(address) }
    }
  }

  /// Who gives no proof of what is served, as far as the spec tells; objects may.
  package var silent: [String] {
    let weights = TrafficWeights(canaryService: "", stableService: "", canary: 0)
    return routers.compactMap { router in
      guard case .silent(let name) = router.proof(weights, [:]) else { return nil }
      return name
    }
  }

  package static func == (left: TrafficRouting, right: TrafficRouting) -> Bool {
    left.source == right.source && left.rollout == right.rollout
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(source)
    hasher.combine(rollout)
  }

  /// The routes of the plugin for the Gateway API; one that is named twice is one route.
  @Sendable private static func gatewayUnits(_ routing: JSONValue, _ rollout: ObjectKey) -> [Unit] {
    guard let plugin = routing.at("plugins", gatewayPlugin) else { return [] }
    let namespace = plugin["namespace"]?.string ?? rollout.namespace
    var seen: Set<RouteAddress> = []
    return GatewayRouter.Kind.allCases.flatMap { kind -> [Unit] in
      let single = "\(kind.rawValue)Route"
      let list = (plugin["\(single)s"]?.array ?? []).enumerated().map { index, route in
        ("\(single)s[\(index)].name", route["name"]?.string)
      }
      return ([(single, plugin[single]?.string)] + list).compactMap { field, name in
        guard let name else { return nil }
        let router = GatewayRouter(kind, ObjectKey(namespace: namespace, name: name))
        guard seen.insert(router.address).inserted else { return nil }
        return Unit(router: router, field: "plugins.\(gatewayPlugin).\(field)")
      }
    }
  }
}
