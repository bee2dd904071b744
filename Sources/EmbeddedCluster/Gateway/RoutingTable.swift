import KubeModel
import Primitives

/// Where requests go: the HTTPRoutes of the cluster with their backends' ready addresses, as one immutable value.
struct RoutingTable: Sendable, Equatable {
  /// A socket that answers for a Service.
  struct Endpoint: Sendable, Hashable {
    let host: String
    let port: Int
  }

  /// One weighted target of a rule.
  struct Backend: Sendable, Equatable {
    /// Namespace and name of the Service.
    let service: ObjectKey
    let weight: Int
    /// Whether the Service and the port exist.
    let isResolved: Bool
    let endpoints: [Endpoint]
  }

  /// The rules in the order in which they are tried.
  let rules: [RouteRule]
  private let services: [ObjectKey: Backend]

  init(routes: [JSONValue] = [], services: [JSONValue] = [], slices: [JSONValue] = []) {
    let directory = BackendDirectory(services: services, slices: slices)
    rules = routes.flatMap { RouteRule.rules(of: $0, backends: directory) }.sorted { $0.precedes($1) }
    var direct: [ObjectKey: Backend] = [:]
    for service in services {
      guard let port = service.spec["ports"]?[0]?["port"]?.int else { continue }
      direct[ObjectKey(service)] = directory.backend(ObjectKey(service), port: port, weight: 1)
    }
    self.services = direct
  }

  /// The rule for a request; the most specific one wins, as the Gateway API orders them.
  ///
  /// A host of the form `service.namespace` or `service.namespace.svc…` reaches a Service that no route names.
  func rule(for request: RouteRequest) -> RouteRule? {
    rules.first { $0.matches(request) } ?? direct(request.host)
  }

  private func direct(_ host: String) -> RouteRule? {
    let parts = host.split(separator: ".", maxSplits: 3).map(String.init)
    guard parts.count == 2 || (parts.count > 2 && parts[2] == "svc"),
      let backend = services[ObjectKey(namespace: parts[1], name: parts[0])]
    else { return nil }
    return RouteRule(id: "service \(backend.service)", backends: [backend])
  }
}

/// What a rule looks at in a request.
struct RouteRequest: Sendable, Equatable {
  /// Lower case, without a port.
  let host: String
  /// Without the query.
  let path: String
  let method: String
  /// Names in lower case.
  let headers: [String: String]
}

/// The ready addresses behind Services and their ports.
struct BackendDirectory: Sendable {
  private let services: [ObjectKey: JSONValue]
  private let slices: [ObjectKey: [JSONValue]]

  init(services: [JSONValue], slices: [JSONValue]) {
    self.services = Dictionary(services.map { (ObjectKey($0), $0) }) { $1 }
    self.slices = Dictionary(grouping: slices) { slice in
      ObjectKey(namespace: slice.namespace, name: slice.labels["kubernetes.io/service-name"] ?? "")
    }
  }

  func backend(_ service: ObjectKey, port: Int?, weight: Int) -> RoutingTable.Backend {
    let ports = services[service]?.spec["ports"]?.array ?? []
    guard let found = ports.first(where: { $0["port"]?.int == port }) else {
      return .init(service: service, weight: weight, isResolved: false, endpoints: [])
    }
    let name = found["name"]?.string ?? ""
    let endpoints = (slices[service] ?? []).flatMap { Self.ready(in: $0, portName: name) }
    return .init(service: service, weight: weight, isResolved: true, endpoints: endpoints)
  }

  private static func ready(in slice: JSONValue, portName: String) -> [RoutingTable.Endpoint] {
    let ports = slice["ports"]?.array ?? []
    guard let port = ports.first(where: { $0["name"]?.string ?? "" == portName })?["port"]?.int else {
      return []
    }
    return (slice["endpoints"]?.array ?? []).filter { $0.at("conditions", "ready")?.bool != false }
      .compactMap { endpoint in endpoint["addresses"]?[0]?.string.map { .init(host: $0, port: port) } }
  }
}
