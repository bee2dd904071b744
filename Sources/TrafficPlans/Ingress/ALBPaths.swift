import KubeModel
import Primitives

/// The paths of an Ingress that routes of steps take a part of.
struct ALBPaths {
  /// The backend whose requests the rollout splits.
  let root: String
  /// The names of all routes that steps may add.
  let managed: [String]

  /// In front of every path of the root, one of each route: the first one that fits has the request.
  func put(_ routes: [String], into ingress: JSONValue) -> JSONValue {
    var ingress = ingress
    guard let rules = ingress.spec["rules"]?.array else { return ingress }
    let wanted = rules.map { rule -> JSONValue in
      guard let paths = rule.at("http", "paths")?.array else { return rule }
      let own = paths.filter { path in !managed.contains { Self.leads(path, to: $0) } }
      var rule = rule
      let all = own.flatMap { path -> [JSONValue] in
        guard Self.leads(path, to: root) else { return [path] }
        return routes.map { name in
          var copy = path
          copy.set(.string(name), at: "backend", "service", "name")
          return copy
        } + [path]
      }
      rule.set(.array(all), at: "http", "paths")
      return rule
    }
    ingress.set(.array(wanted), at: "spec", "rules")
    return ingress
  }

  private static func leads(_ path: JSONValue, to name: String) -> Bool {
    guard let backend = path["backend"] else { return false }
    return backend.at("service", "name")?.string == name && usesAnnotation(backend)
  }

  /// Whether the name of the backend's service is that of an action.
  static func usesAnnotation(_ backend: JSONValue) -> Bool {
    backend.at("service", "port", "name")?.string == "use-annotation"
  }

  /// All backends of the Ingress.
  static func backends(of ingress: JSONValue) -> [JSONValue] {
    let rules = ingress.spec["rules"]?.array ?? []
    let paths = rules.flatMap { $0.at("http", "paths")?.array ?? [] }
    return [ingress.spec["defaultBackend"]].compactMap { $0 } + paths.compactMap { $0["backend"] }
  }
}

/// Conditions of an action, all of which a request must fulfil.
enum ALBConditions {
  /// Those of a header route; values of one header are alternatives.
  static func headers(of route: ManagedRoute) -> [JSONValue] {
    var values: [(name: String, values: [JSONValue])] = []
    for match in route.given {
      guard let name = match["headerName"]?.string, let value = match.at("headerValue", "exact") else {
        continue
      }
      if let index = values.firstIndex(where: { $0.name.lowercased() == name.lowercased() }) {
        values[index].values.append(value)
      } else {
        values.append((name, [value]))
      }
    }
    return values.map { name, values in
      [
        "field": "http-header",
        "httpHeaderConfig": ["httpHeaderName": .string(name), "values": .array(values)],
      ]
    }
  }

  /// Those that people wrote for an action.
  static func parse(_ text: String?, _ subject: String) throws(RouteProblem) -> [JSONValue] {
    guard let text else { return [] }
    guard let conditions = try JSONValue(text, in: "\(subject) conditions:").array else {
      throw RouteProblem("\(subject) conditions: they are no list")
    }
    return conditions
  }
}
