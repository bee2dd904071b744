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
    for name in actions {
      guard let written = ingress.annotation(name) else { continue }
      if let live, !isReleases(name, written, live) { continue }
      ingress.set(live?.annotation(name).map(JSONValue.string), at: "metadata", "annotations", name)
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

  /// Whether the live action is one that a release made of this text, or that nobody wrote before. A text that is new is
  /// applied, also during a release, which then gives it the weights.
  private func isReleases(_ name: String, _ written: String, _ live: JSONValue) -> Bool {
    guard live.annotation(name) != nil else { return false }
    let owners = Self.fields(of: live, "rollouts.argoproj.io/managed-alb-annotations")
    return Self.fields(of: live, "serin.dev/alb-actions")[name]?.string == written
      || owners.contains { $0.value.array?.contains(.string(name)) == true }
  }

  private static func fields(of ingress: JSONValue, _ annotation: String) -> JSONFields {
    let text = ingress.annotation(annotation) ?? "{}"
    do throws(JSONError) {
      return try JSONValue(parsing: text).object ?? [:]
    } catch {
      return [:]
    }
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
