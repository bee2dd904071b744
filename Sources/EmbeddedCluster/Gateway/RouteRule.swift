import KubeModel
import Primitives

/// One match of one rule of an HTTPRoute, with the backends that serve it.
struct RouteRule: Sendable, Equatable {
  /// How the path must look.
  enum PathMatch: Sendable, Equatable {
    case exact(String)
    /// Whole segments, without a slash at the end.
    case prefix(String)
  }

  /// Tells the rules apart; matches of one rule share it, and with it the sequence of choices.
  let id: String
  /// Where it is written; nil for a Service that no route names.
  var route: ObjectKey?
  /// Empty for any host.
  var hosts: [String] = []
  var path: PathMatch = .prefix("")
  var method: String?
  var headers: [String: String] = [:]
  let backends: [RoutingTable.Backend]
  /// `timeouts.request` of the rule.
  var timeout: Duration?

  /// The matches of all rules of a route; matches of kinds that are not supported never apply.
  static func rules(of route: JSONValue, backends directory: BackendDirectory) -> [RouteRule] {
    let hosts = (route.spec["hostnames"]?.array ?? []).compactMap { $0.string?.lowercased() }
    return (route.spec["rules"]?.array ?? []).enumerated().flatMap { index, rule in
      let backends = (rule["backendRefs"]?.array ?? []).map { reference in
        backend(reference, namespace: route.namespace, directory)
      }
      let matches = rule["matches"]?.array ?? []
      return (matches.isEmpty ? [.object([:])] : matches).compactMap { match -> RouteRule? in
        guard let path = pathMatch(match["path"]), match["queryParams"] == nil else { return nil }
        var result = RouteRule(id: "\(route.namespace)/\(route.name)/\(index)", backends: backends)
        result.route = ObjectKey(route)
        result.hosts = hosts
        result.path = path
        result.method = match["method"]?.string
        result.timeout = rule.at("timeouts", "request")?.string.flatMap(Duration.init(go:))
        for header in match["headers"]?.array ?? [] {
          guard header["type"]?.string ?? "Exact" == "Exact", let name = header["name"]?.string else {
            return nil
          }
          result.headers[name.lowercased()] = header["value"]?.string ?? ""
        }
        return result
      }
    }
  }

  private static func backend(
    _ reference: JSONValue,
    namespace: String,
    _ directory: BackendDirectory
  ) -> RoutingTable.Backend {
    let key = ObjectKey(
      namespace: reference["namespace"]?.string ?? namespace,
      name: reference["name"]?.string ?? ""
    )
    let weight = reference["weight"]?.int ?? 1
    guard reference["kind"]?.string ?? "Service" == "Service" else {
      return .init(service: key, weight: weight, isResolved: false, endpoints: [])
    }
    return directory.backend(key, port: reference["port"]?.int, weight: weight)
  }

  private static func pathMatch(_ value: JSONValue?) -> PathMatch? {
    let path = value?["value"]?.string ?? "/"
    switch value?["type"]?.string ?? "PathPrefix" {
    case "Exact": return .exact(path)
    case "PathPrefix": return .prefix(path.hasSuffix("/") ? String(path.dropLast()) : path)
    default: return nil
    }
  }

  func matches(_ request: RouteRequest) -> Bool {
    guard hosts.isEmpty || hosts.contains(where: { Self.host($0, matches: request.host) }) else {
      return false
    }
    guard method == nil || method == request.method else { return false }
    guard headers.allSatisfy({ request.headers[$0.key] == $0.value }) else { return false }
    switch path {
    case .exact(let path): return request.path == path
    case .prefix(let prefix):
      guard request.path.hasPrefix(prefix) else { return false }
      let rest = request.path.dropFirst(prefix.count)
      return rest.isEmpty || rest.first == "/"
    }
  }

  private static func host(_ pattern: String, matches host: String) -> Bool {
    pattern.hasPrefix("*.") ? host.hasSuffix(pattern.dropFirst()) : pattern == host
  }

  /// The Gateway API's order: exact hosts, exact paths, longer paths, methods, more headers, then the name.
  func precedes(_ other: RouteRule) -> Bool {
    let (left, right) = (rank, other.rank)
    return left == right ? id < other.id : right.lexicographicallyPrecedes(left)
  }

  private var rank: [Int] {
    let longestHost = hosts.map { $0.hasPrefix("*.") ? $0.count : $0.count + 1000 }.max() ?? 0
    switch path {
    case .exact(let path): return [longestHost, 1, path.count, method == nil ? 0 : 1, headers.count]
    case .prefix(let path): return [longestHost, 0, path.count, method == nil ? 0 : 1, headers.count]
    }
  }
}
