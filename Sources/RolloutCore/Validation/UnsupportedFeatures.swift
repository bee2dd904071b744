import KubeModel
package import Primitives
import TrafficPlans

/// What a valid Rollout asks for that this version cannot perform, in the order of the spec.
///
/// A step that is silently skipped, or a router that is not driven, would let a release go on untested. The planner
/// therefore treats these like mistakes in the spec, and `serin lint` warns of them.
package func unsupported(_ rollout: JSONValue) -> [SpecIssue] {
  guard let canary = rollout.spec["strategy"]?.given("canary") else { return [] }
  let path = "spec.strategy.canary"
  var issues: [SpecIssue] = []
  if let routing = canary.given("trafficRouting") {
    issues += routers(routing, "\(path).trafficRouting") + RouterValidation(canary, of: rollout).issues()
  }
  for (index, step) in (canary["steps"]?.array ?? []).enumerated() {
    guard let plugin = step.given("plugin") else { continue }
    let name = plugin["name"]?.string ?? ""
    issues.append(notYet("\(path).steps[\(index)].plugin", "the step plugin \(name)"))
  }
  return issues
}

private func routers(_ routing: JSONValue, _ path: String) -> [SpecIssue] {
  let known = TrafficRouting.known
  let fields = CanaryValidation.routers.subtracting(["plugins"]).subtracting(known).sorted()
    .filter { routing.given($0) != nil }
    .map { notYet("\(path).\($0)", "the router \($0)") }
  let plugins = (routing["plugins"]?.object ?? [:]).map(\.key).sorted().filter { !known.contains($0) }
    .map { notYet("\(path).plugins.\($0)", "the router plugin \($0)") }
  return fields + plugins
}

private func notYet(_ path: String, _ what: String) -> SpecIssue {
  SpecIssue(path, "\(what) is not supported yet by this version of Serin")
}
