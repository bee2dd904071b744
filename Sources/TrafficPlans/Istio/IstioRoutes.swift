import KubeModel
import Primitives

/// The routes of a VirtualService, by what requests they are for.
struct IstioRoutes {
  enum List: String, CaseIterable {
    case http, tls, tcp
  }

  /// One of the routes.
  struct Place {
    let list: List
    let index: Int
  }

  /// Only the lists that the object has.
  private var lists: [List: [JSONValue]] = [:]

  init(_ object: JSONValue) {
    for list in List.allCases { lists[list] = object.spec[list.rawValue]?.array }
  }

  subscript(list: List) -> [JSONValue] { lists[list] ?? [] }

  subscript(place: Place) -> JSONValue {
    get { self[place.list][place.index] }
    set { lists[place.list]?[place.index] = newValue }
  }

  func places(in list: List) -> [Place] { self[list].indices.map { Place(list: list, index: $0) } }

  /// The same without some of the http routes.
  func removingHTTP(where isRemoved: (JSONValue) -> Bool) -> IstioRoutes {
    var routes = self
    routes.lists[.http]?.removeAll(where: isRemoved)
    return routes
  }

  /// Inserts http routes in front of one.
  mutating func insert(_ routes: [JSONValue], at index: Int) {
    lists[.http]?.insert(contentsOf: routes, at: index)
  }

  /// The object with these routes.
  func put(into object: JSONValue) -> JSONValue {
    lists.reduce(into: object) { object, list in
      object.set(.array(list.value), at: "spec", list.key.rawValue)
    }
  }

  /// `http route "primary"`, or `tls route 0` where it has no name.
  func describe(_ place: Place) -> String {
    let name = self[place]["name"]?.string.map { "\"\($0)\"" }
    return "\(place.list.rawValue) route \(name ?? "\(place.index)")"
  }
}

/// Which routes of a VirtualService a rollout drives: those that the spec names, else the only ones that lead to both of
/// its parts.
struct IstioRouteChoice {
  /// A tls or tcp route, by its port and the set of its server names.
  struct Connection {
    let port: Int?
    let hosts: Set<String>

    init(_ value: JSONValue) {
      port = value["port"]?.int
      hosts = Set((value["sniHosts"]?.array ?? []).compactMap(\.string))
    }

    func fits(_ route: JSONValue) -> Bool {
      let matches = route["match"]?.array ?? []
      // A route of several ports is not the one that a port names.
      let ports = Set(matches.map { $0["port"]?.int })
      let names = Set(matches.flatMap { $0["sniHosts"]?.array ?? [] }.compactMap(\.string))
      return (port == nil || ports == [port]) && (hosts.isEmpty || names == hosts)
    }

    var description: String {
      let names = hosts.isEmpty ? nil : "sniHosts \(hosts.sorted().joined(separator: ", "))"
      return [port.map { "port \($0)" }, names].compactMap { $0 }.joined(separator: " and ")
    }
  }

  private let names: [String]
  private let connections: [IstioRoutes.List: [Connection]]

  init(_ reference: JSONValue) {
    names = (reference["routes"]?.array ?? []).compactMap(\.string)
    connections = [
      .tls: (reference["tlsRoutes"]?.array ?? []).map(Connection.init),
      .tcp: (reference["tcpRoutes"]?.array ?? []).map(Connection.init),
    ]
  }

  /// Whether http routes may be among those that are driven.
  var hasHTTP: Bool { !names.isEmpty || connections.values.allSatisfy(\.isEmpty) }

  /// Where the driven routes are; each has a destination for either part, once.
  func places(
    in routes: IstioRoutes,
    _ parts: IstioParts,
    _ weights: TrafficWeights,
    _ address: RouteAddress
  ) throws(RouteProblem) -> [IstioRoutes.Place] {
    var places: [IstioRoutes.Place] = []
    for list in IstioRoutes.List.allCases {
      let named = try named(list, routes, address)
      for place in named {
        let subject = "\(address), \(routes.describe(place)),"
        try parts.check(routes[place], weights, subject)
      }
      places += named.isEmpty ? try only(list, routes, parts, weights, address) : named
    }
    guard !places.isEmpty else {
      throw RouteProblem("\(address) has no route with destinations for both \(parts.describe(weights))")
    }
    return places
  }

  private func named(_ list: IstioRoutes.List, _ routes: IstioRoutes, _ address: RouteAddress)
    throws(RouteProblem) -> [IstioRoutes.Place]
  {
    let all = routes.places(in: list)
    if list == .http {
      for name in names where !routes[.http].contains(where: { $0["name"]?.string == name }) {
        throw RouteProblem("\(address) has no http route \"\(name)\"")
      }
      return all.filter { routes[$0]["name"]?.string.map(names.contains) ?? false }
    }
    let wanted = connections[list] ?? []
    for connection in wanted where !routes[list].contains(where: connection.fits) {
      throw RouteProblem("\(address) has no \(list.rawValue) route for \(connection.description)")
    }
    return all.filter { place in wanted.contains { $0.fits(routes[place]) } }
  }

  /// Where the spec names none: the only route that leads to both parts, if there is one.
  private func only(
    _ list: IstioRoutes.List,
    _ routes: IstioRoutes,
    _ parts: IstioParts,
    _ weights: TrafficWeights,
    _ address: RouteAddress
  ) throws(RouteProblem) -> [IstioRoutes.Place] {
    let places = routes.places(in: list).filter { parts.hasBoth(routes[$0], weights) }
    for place in places { try parts.check(routes[place], weights, "\(address), \(routes.describe(place)),") }
    guard places.count < 2 else {
      throw RouteProblem(
        "\(address) has \(places.count) \(list.rawValue) routes for \(parts.describe(weights)), of which the rollout names none"
      )
    }
    return places
  }
}
