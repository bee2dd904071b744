import KubeModel
import Primitives

/// An Ingress of the AWS controller: a release has the action of its root service, and a path of its own before those
/// that a step narrows to some headers.
struct ForwardedIngress {
  /// The annotations that hold the actions of Rollouts.
  var actions: Set<String> = []
  /// The names of routes that steps may add, which stand where a path names its service.
  var routes: Set<String> = []

  func rewrite(_ ingress: JSONValue, from live: JSONValue?) -> JSONValue {
    var ingress = ingress
    for name in actions where ingress.annotation(name) != nil {
      let known = live?.annotation(name)
      if live != nil, known == nil { continue }
      ingress.set(known.map(JSONValue.string), at: "metadata", "annotations", name)
    }
    guard let rules = ingress.spec["rules"]?.array else { return ingress }
    let rewritten = rules.enumerated().map { index, rule -> JSONValue in
      guard let paths = rule.at("http", "paths")?.array else { return rule }
      let known = live?.spec["rules"]?[index]?.at("http", "paths")?.array ?? []
      var rule = rule
      rule.set(.array(self.paths(paths, from: known)), at: "http", "paths")
      return rule
    }
    ingress.set(.array(rewritten), at: "spec", "rules")
    return ingress
  }

  /// The paths that people wrote, each after those that stand before it in the live rule.
  private func paths(_ paths: [JSONValue], from live: [JSONValue]) -> [JSONValue] {
    var before: [[JSONValue]] = [[]]
    for path in live {
      if isAdded(path) { before[before.count - 1].append(path) } else { before.append([]) }
    }
    return paths.filter { !isAdded($0) }.enumerated().flatMap { index, path in
      (before.indices.contains(index) ? before[index] : []) + [path]
    }
  }

  private func isAdded(_ path: JSONValue) -> Bool {
    path.at("backend", "service", "port", "name") == "use-annotation"
      && routes.contains(path.at("backend", "service", "name")?.string ?? "")
  }
}
