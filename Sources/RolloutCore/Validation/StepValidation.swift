import KubeModel
import Primitives

/// The rules for one step of a canary (reference, section 1.9.1, rows S1 to S10).
extension CanaryValidation {
  private static let actions = [
    "setWeight", "pause", "setCanaryScale", "experiment", "analysis", "setHeaderRoute", "setMirrorRoute",
    "plugin",
    // Another spelling of `analysis`, which Serin reads too.
    "analyze",
  ]

  func stepIssues(_ step: JSONValue, _ path: String) -> [SpecIssue] {
    let given = Set(Self.actions.filter { step.given($0) != nil })
    guard !given.isEmpty else {
      return [
        .invalid(
          path,
          step,
          "Step must have one of the following set: \(Self.actions.dropLast().joined(separator: ", "))"
        )
      ]
    }
    let exclusive = ["experiment", "pause", "setWeight", "analysis", "analyze"].filter(given.contains)
    var issues: [SpecIssue] = []
    if exclusive.count > 1 {
      let detail = "a step may have only one of \(exclusive.joined(separator: ", "))"
      issues.append(.invalid(path, step, detail))
    }
    issues += weightIssues(step, path) + pauseIssues(step, path)
    if given.contains("setCanaryScale"), routing == nil {
      issues.append(
        .required("\(self.path).trafficRouting", "SetCanaryScale requires TrafficRouting to be set")
      )
    }
    issues += headerRouteIssues(step.given("setHeaderRoute"), "\(path).setHeaderRoute")
    issues += mirrorRouteIssues(step.given("setMirrorRoute"), "\(path).setMirrorRoute")
    issues += experimentIssues(step.given("experiment"), "\(path).experiment")
    for field in ["analysis", "analyze"] { issues += argumentIssues(step[field], "\(path).\(field)") }
    return issues
  }

  private func weightIssues(_ step: JSONValue, _ path: String) -> [SpecIssue] {
    guard let weight = step.given("setWeight") else { return [] }
    let greatest = routing?["maxTrafficWeight"]?.int ?? 100
    if let number = weight.int, number >= 0, number <= greatest { return [] }
    return [.invalid("\(path).setWeight", weight, "SetWeight needs to be between 0 and \(greatest)")]
  }

  private func pauseIssues(_ step: JSONValue, _ path: String) -> [SpecIssue] {
    guard let duration = step.given("pause")?.given("duration"), CanaryStep.duration(duration) == nil else {
      return []
    }
    return [.invalid("\(path).pause.duration", duration, "must be seconds or like 1h30m, and not negative")]
  }

  // MARK: - Routes

  private func headerRouteIssues(_ route: JSONValue?, _ path: String) -> [SpecIssue] {
    guard let route else { return [] }
    guard !routers.isDisjoint(with: ["alb", "apisix", "istio", "plugins"]) else {
      return [
        .invalid(
          path,
          route,
          "SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix and plugins"
        )
      ]
    }
    var issues: [SpecIssue] = []
    for (index, match) in (route["match"]?.array ?? []).enumerated() {
      let path = "\(path).match[\(index)].headerValue"
      guard let value = match.given("headerValue") else {
        issues.append(.required(path, "one of exact, prefix and regex"))
        continue
      }
      issues += routers.contains("alb") ? exactIssues(value, path) : matchIssues(value, path)
    }
    return issues + managedRouteIssues(route, path)
  }

  private func mirrorRouteIssues(_ route: JSONValue?, _ path: String) -> [SpecIssue] {
    guard let route else { return [] }
    var issues: [SpecIssue] = []
    if routers.isDisjoint(with: ["istio", "plugins"]) {
      issues.append(
        .invalid(path, route, "SetMirrorRoute requires TrafficRouting, supports Istio and plugins only")
      )
    }
    for (index, match) in (route["match"]?.array ?? []).enumerated() {
      for field in ["method", "path"] {
        guard let value = match.given(field) else { continue }
        issues += matchIssues(value, "\(path).match[\(index)].\(field)")
      }
    }
    return issues + managedRouteIssues(route, path)
  }

  private func matchIssues(_ value: JSONValue, _ path: String) -> [SpecIssue] {
    let given = ["exact", "prefix", "regex"].filter { (value[$0]?.string ?? "").isEmpty == false }
    return given.count == 1 ? [] : [.invalid(path, value, "must have exactly one of exact, prefix and regex")]
  }

  private func exactIssues(_ value: JSONValue, _ path: String) -> [SpecIssue] {
    let given = ["exact", "prefix", "regex"].filter { (value[$0]?.string ?? "").isEmpty == false }
    return given == ["exact"] ? [] : [.invalid(path, value, "alb matches exact values only")]
  }

  private func managedRouteIssues(_ route: JSONValue, _ path: String) -> [SpecIssue] {
    guard let routing else { return [] }
    guard let managed = routing["managedRoutes"]?.array else {
      return [
        .required(
          "\(self.path).trafficRouting.managedRoutes",
          "Rollout has missing field 'spec.strategy.canary.trafficRouting.managedRoutes'"
        )
      ]
    }
    let name = route["name"]?.string ?? ""
    guard !managed.contains(where: { $0["name"]?.string == name }) else { return [] }
    return [
      .invalid(
        "\(path).name",
        .string(name),
        "Steps define a route that does not exist in spec.strategy.canary.trafficRouting.managedRoutes"
      )
    ]
  }

  // MARK: - Analyses and experiments

  private func experimentIssues(_ experiment: JSONValue?, _ path: String) -> [SpecIssue] {
    guard let experiment else { return [] }
    var issues: [SpecIssue] = []
    for (index, template) in (experiment["templates"]?.array ?? []).enumerated() {
      guard let weight = template.given("weight"),
        routers.isDisjoint(with: ["alb", "istio", "plugins", "smi"])
      else { continue }
      let detail =
        routing == nil
        ? "Experiment template weight cannot be set unless TrafficRouting is enabled"
        : "Experiment template weight is only available for TrafficRouting with SMI, ALB, Istio and plugins"
      issues.append(.invalid("\(path).templates[\(index)].weight", weight, detail))
    }
    for (index, analysis) in (experiment["analyses"]?.array ?? []).enumerated() {
      issues += argumentIssues(analysis, "\(path).analyses[\(index)]")
    }
    return issues
  }

  /// Arguments taken from the Rollout's metadata, which has only the fields of the downward API.
  private func argumentIssues(_ analysis: JSONValue?, _ path: String) -> [SpecIssue] {
    (analysis?["args"]?.array ?? []).enumerated().compactMap { index, argument in
      guard let field = argument.at("valueFrom", "fieldRef", "fieldPath")?.string,
        field.hasPrefix("metadata"), !Self.isDownwardField(field)
      else { return nil }
      let detail = "Analyses arguments must refer to valid object metadata supported by downwardAPI"
      return .invalid("\(path).args[\(index)].valueFrom.fieldRef.fieldPath", .string(field), detail)
    }
  }

  private static func isDownwardField(_ path: String) -> Bool {
    let whole = ["name", "namespace", "uid", "labels", "annotations"].map { "metadata.\($0)" }
    if whole.contains(path) { return true }
    return ["metadata.labels['", "metadata.annotations['"].contains { prefix in
      path.hasPrefix(prefix) && path.hasSuffix("']") && path.count > prefix.count + 2
    }
  }
}
