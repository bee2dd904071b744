import Primitives

/// How requests are split, as a router plugin is told and as it says: the field `state` of the protocol
/// (docs/plugins.md).
struct PluginState: Sendable, Hashable {
  struct Destination: Sendable, Hashable {
    let weight: Int
    /// Nil where there are no requests, and where the plugin does not keep it.
    let podTemplateHash: String?
    let port: Int?
  }

  /// By service.
  let destinations: [String: Destination]
  /// Those that steps have added, the first one first.
  let routes: [JSONValue]

  /// The sum of all weights.
  var sum: Int { destinations.values.reduce(0) { $0 + $1.weight } }

  /// Reads what a plugin says; a clause when it is no state.
  init(_ json: JSONValue) throws(RouteProblem) {
    guard json.object != nil else { throw RouteProblem("its state is no object") }
    guard let listed = json["destinations"]?.array else {
      throw RouteProblem("its state has no list of destinations")
    }
    var destinations: [String: Destination] = [:]
    for (index, element) in listed.enumerated() {
      guard let service = element["service"]?.string, !service.isEmpty else {
        throw RouteProblem("destination \(index) of its state has no service")
      }
      guard let weight = element["weight"]?.int, (0...1_000_000).contains(weight) else {
        throw RouteProblem("the service \(service) has no weight in its state")
      }
      guard destinations[service] == nil else {
        throw RouteProblem("the service \(service) is twice in its state")
      }
      destinations[service] = Destination(
        weight: weight,
        podTemplateHash: element["podTemplateHash"]?.string,
        port: element["port"]?.int
      )
    }
    let routes = json["routes"].flatMap { $0.isNull ? nil : $0 } ?? []
    guard let routes = routes.array, routes.allSatisfy({ $0["name"]?.string != nil }) else {
      throw RouteProblem("the routes of its state are no list, or one has no name")
    }
    self.destinations = destinations
    self.routes = routes
  }

  /// Whether it is what was asked for. What a plugin does not keep (hashes, ports, what a route matches) is not
  /// compared; weights and the names of routes are always.
  func satisfies(_ wish: PluginState) -> Bool {
    let hasWeights = wish.destinations.allSatisfy { service, wanted in
      let live = destinations[service]
      return live?.weight ?? 0 == wanted.weight
        && Self.agree(live?.podTemplateHash, wanted.podTemplateHash) && Self.agree(live?.port, wanted.port)
    }
    let leadsElsewhere = destinations.contains { $1.weight > 0 && wish.destinations[$0] == nil }
    guard hasWeights, !leadsElsewhere, routes.count == wish.routes.count else { return false }
    return zip(routes, wish.routes).allSatisfy { live, wanted in
      (wanted.object ?? [:]).allSatisfy { field, value in Self.agree(live[field], value) }
    }
  }

  private static func agree<Value: Equatable>(_ live: Value?, _ wanted: Value?) -> Bool {
    live == nil || wanted == nil || live == wanted
  }
}

extension PluginState {
  /// What is wanted, as the plugin is told. A part without requests has no hash, so that at rest the state depends on
  /// nothing but the stable revision.
  static func json(_ weights: TrafficWeights) -> JSONValue {
    let hasRoutes = !weights.managedRoutes.isEmpty
    let canary = destination(
      "canary",
      weights.canaryService,
      weights.canary,
      weights.canary > 0 || hasRoutes ? weights.canaryHash : ""
    )
    let stable = destination(
      "stable",
      weights.stableService,
      weights.stable,
      weights.stable > 0 ? weights.stableHash : ""
    )
    let additional = weights.additional.map { given in
      var json = destination("additional", given.service, given.weight, "")
      json["port"] = given.port.map { JSONValue($0) }
      return json
    }
    return [
      "total": JSONValue(weights.total), "destinations": .array([canary, stable] + additional),
      "routes": .array(weights.managedRoutes.map(route)),
    ]
  }

  private static func destination(_ role: String, _ service: String, _ weight: Int, _ hash: String)
    -> JSONValue
  {
    var json: JSONValue = [
      "role": .string(role), "service": .string(service), "weight": JSONValue(weight),
    ]
    if !hash.isEmpty { json["podTemplateHash"] = .string(hash) }
    return json
  }

  /// The matches are as the step has them.
  private static func route(_ route: ManagedRoute) -> JSONValue {
    var json: JSONValue = ["name": .string(route.name), "match": .array(route.given)]
    switch route.action {
    case .canary: json["type"] = "header"
    case .mirror(let percent):
      json["type"] = "mirror"
      json["percentage"] = JSONValue(percent)
    }
    return json
  }
}
