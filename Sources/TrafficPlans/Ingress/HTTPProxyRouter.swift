package import KubeModel
import Primitives

/// One HTTPProxy of Contour: every route, and the TCP proxy, that has both services gets both weights. The
/// plugin `argoproj-labs/contour` is its name in the spec.
///
/// Contour says in the condition `Valid` which generation it has put to use.
package struct HTTPProxyRouter: EditingRouter {
  private let proxy: RouteAddress

  package init(proxy key: ObjectKey) { proxy = RouteAddress(.httpProxies, key) }

  package var required: [RouteAddress] { [proxy] }

  /// A service that is only a mirror answers nobody.
  private static let dialect = ServicePair.Dialect(name: "name", port: "port", unsaid: 0) {
    $0["mirror"]?.bool != true
  }

  func changes(_ weights: TrafficWeights, _ live: LiveRoutes) throws(RouteProblem) -> [RouteChange] {
    let object = try object(proxy, live)
    var wanted = object
    var count = 0
    let routes = object.spec["routes"]?.array ?? []
    for (index, route) in routes.enumerated() {
      guard let weighed = try weighed(route, "route \(index)", weights) else { continue }
      wanted.replace(weighed, at: index, of: "routes")
      count += 1
    }
    if let tcp = object.spec["tcpproxy"], let weighed = try weighed(tcp, "tcpproxy", weights) {
      wanted.set(weighed, at: "spec", "tcpproxy")
      count += 1
    }
    guard count > 0 else {
      let names = "\"\(weights.stableService)\" and \"\(weights.canaryService)\""
      throw RouteProblem("\(proxy) has no route with both services \(names)")
    }
    return [RouteChange.patch(proxy, from: object, to: wanted)].compactMap(\.self)
  }

  /// A route with the wanted weights; nil when it does not have both services.
  private func weighed(_ route: JSONValue, _ place: String, _ weights: TrafficWeights)
    throws(RouteProblem) -> JSONValue?
  {
    let list = route["services"]?.array ?? []
    guard let pair = try ServicePair(in: list, Self.dialect, weights, of: "\(proxy), \(place),") else {
      return nil
    }
    var route = route
    route["services"] = .array(pair.weighed(list, Self.dialect, weights))
    return route
  }

  package func canaryWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    guard let object = live[proxy] else { return nil }
    let shares = Self.lists(object).compactMap { list -> Int? in
      guard let pair = try? ServicePair(in: list, Self.dialect, weights, of: "") else { return nil }
      return pair.share(list, Self.dialect, weights)
    }
    return shares.max()
  }

  package func leads(to service: String, _ live: LiveRoutes) -> Bool {
    (live[proxy].map(Self.lists) ?? []).contains { Self.dialect.leads($0, to: service) }
  }

  private static func lists(_ object: JSONValue) -> [[JSONValue]] {
    let routes = (object.spec["routes"]?.array ?? []) + [object.spec["tcpproxy"]].compactMap(\.self)
    return routes.map { $0["services"]?.array ?? [] }
  }

  package func proof(_ weights: TrafficWeights, _ live: LiveRoutes) -> RouteProof {
    RouteProof(live[proxy]?.isFollowed(by: ["Valid"]), of: "Contour")
  }
}
