import KubeModel
import Primitives

/// An Ingress whose paths lead to one of these services or another, as the release has it.
struct LedIngress {
  let services: Set<String>

  /// The name of the service that the live Ingress has in the same place; without a live one, the same for all of them,
  /// so that only another is a difference.
  func rewrite(_ ingress: JSONValue, from live: JSONValue?) -> JSONValue {
    var ingress = ingress
    if let rules = ingress.spec["rules"]?.array {
      let rewritten = rules.enumerated().map { rule(at: $0, $1, from: live) }
      ingress.set(.array(rewritten), at: "spec", "rules")
    }
    if let backend = ingress.spec["defaultBackend"] {
      ingress.set(
        self.backend(backend, hasLive: live != nil, from: live?.spec["defaultBackend"]),
        at: "spec",
        "defaultBackend"
      )
    }
    return ingress
  }

  private func rule(at index: Int, _ rule: JSONValue, from live: JSONValue?) -> JSONValue {
    guard let paths = rule.at("http", "paths")?.array else { return rule }
    let known = live?.spec["rules"]?[index]?.at("http", "paths")
    let rewritten = paths.enumerated().map { place, path in
      guard let backend = path["backend"] else { return path }
      var path = path
      path["backend"] = self.backend(backend, hasLive: live != nil, from: known?[place]?["backend"])
      return path
    }
    var rule = rule
    rule.set(.array(rewritten), at: "http", "paths")
    return rule
  }

  private func backend(_ backend: JSONValue, hasLive: Bool, from live: JSONValue?) -> JSONValue {
    guard let name = backend.at("service", "name")?.string, services.contains(name) else { return backend }
    guard hasLive else { return named(backend, services.sorted().joined(separator: "|")) }
    guard let known = live?.at("service", "name")?.string, services.contains(known) else { return backend }
    return named(backend, known)
  }

  private func named(_ backend: JSONValue, _ name: String) -> JSONValue {
    var backend = backend
    backend.set(.string(name), at: "service", "name")
    return backend
  }
}
