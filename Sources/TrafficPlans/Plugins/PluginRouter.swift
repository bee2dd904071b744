package import KubeModel
package import Primitives

/// A router that is a program, which is told how to split the requests and says how they are split (docs/plugins.md).
///
/// The live object has `state`, null where nothing stands; `verified`, whether the data plane follows it, left out where
/// the program cannot say; and `lingerSeconds`.
package struct PluginRouter: EditingRouter {
  package let name: String
  package let address: RouteAddress

  /// Reads one entry of `plugins`.
  package init(_ name: String, config: JSONValue, rollout: ObjectKey) {
    self.name = name
    let settings: JSONValue = [
      "plugin": .string(name), "config": config,
      "rollout": ["namespace": .string(rollout.namespace), "name": .string(rollout.name)],
    ]
    address = RouteAddress(
      OutsidePlace(.plugin, settings: settings),
      ObjectKey(namespace: rollout.namespace, name: name)
    )
  }

  package var required: [RouteAddress] { [address] }

  /// One change with the whole wish, which needs nothing of what is there.
  func changes(_ weights: TrafficWeights, _ live: LiveRoutes) throws(RouteProblem) -> [RouteChange] {
    let object = try object(address, live)
    guard !weights.canaryService.isEmpty, !weights.stableService.isEmpty else {
      throw RouteProblem("\(address) needs a canaryService and a stableService")
    }
    let wish = PluginState.json(weights)
    if let state = try state(object), state.satisfies(try PluginState(wish)) { return [] }
    let version = object.at("metadata", "resourceVersion") ?? .null
    let patch: JSONValue = [
      ["op": "test", "path": "/metadata/resourceVersion", "value": version],
      ["op": "add", "path": .string(Self.path), "value": wish],
    ]
    return [.patch(address, patch)]
  }

  /// Nil where nothing stands.
  private func state(_ object: JSONValue) throws(RouteProblem) -> PluginState? {
    guard object.object != nil else { throw RouteProblem("\(address) is no object") }
    guard let state = object["state"], !state.isNull else { return nil }
    do throws(RouteProblem) {
      return try PluginState(state)
    } catch {
      throw RouteProblem("\(address): \(error)")
    }
  }

  // MARK: - What is there

  private func share(of service: String, _ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    guard let object = live[address] else { return nil }
    do throws(RouteProblem) {
      guard let state = try state(object) else { return 0 }
      return Share.part(state.destinations[service]?.weight ?? 0, of: state.sum, total: weights.total)
    } catch {
      return nil
    }
  }

  package func canaryWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    share(of: weights.canaryService, weights, live)
  }

  package func stableWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    share(of: weights.stableService, weights, live)
  }

  package func hasManagedRoutes(_ weights: TrafficWeights, _ live: LiveRoutes) -> Bool {
    live[address]?.at("state", "routes")?.array?.isEmpty == false
  }

  package func leads(to service: String, _ live: LiveRoutes) -> Bool {
    (live[address]?.at("state", "destinations")?.array ?? []).contains {
      $0["service"]?.string == service && $0["weight"]?.int ?? 0 > 0
    }
  }

  package func proof(_ weights: TrafficWeights, _ live: LiveRoutes) -> RouteProof {
    RouteProof(live[address]?["verified"]?.bool, of: "the plugin \(name)")
  }

  /// Nobody but the program knows what it can do; where it cannot, it says so.
  package func refusal(of route: ManagedRoute) -> String? { nil }

  package func lingering(_ live: LiveRoutes) -> Duration {
    .seconds(min(604_800, max(0, live[address]?["lingerSeconds"]?.int ?? 0)))
  }
}

extension PluginRouter {
  private static let path = "/state"

  /// The state that a change asks for; nil for a change of another router.
  package static func wish(of change: RouteChange) -> JSONValue? {
    guard case .patch(_, let patch) = change else { return nil }
    return patch.array?.first { $0["path"]?.string == path }?["value"]
  }

  /// Why a state that a plugin has answered says nothing, as a clause; nil when it can be read and, after a wish, is
  /// that.
  package static func problem(with state: JSONValue?, asked wish: JSONValue?) -> String? {
    do throws(RouteProblem) {
      let live = try state.flatMap { $0.isNull ? nil : $0 }.map { json throws(RouteProblem) in
        try PluginState(json)
      }
      guard let wish, live?.satisfies(try PluginState(wish)) != true else { return nil }
      return "its state is not the one that was asked for"
    } catch {
      return error.description
    }
  }
}

extension TrafficRouting {
  /// The keys of `plugins` that Serin performs itself; programs stand for all others.
  package static let ownPlugins: Set<String> = [
    gatewayPlugin, contourPlugin, haproxyPlugin, powerDNSPlugin,
  ]

  @Sendable static func pluginUnits(_ routing: JSONValue, _ rollout: ObjectKey) -> [Unit] {
    let others = (routing["plugins"]?.object ?? [:]).filter { !ownPlugins.contains($0.key) }
    return others.sorted { $0.key < $1.key }.map { name, config in
      Unit(router: PluginRouter(name, config: config, rollout: rollout), field: "plugins.\(name)")
    }
  }
}
