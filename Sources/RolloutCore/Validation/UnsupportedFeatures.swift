import KubeModel
package import Primitives
import TrafficPlans

/// What a valid Rollout asks for that this version cannot perform, in the order of the spec.
///
/// A router that is not driven would let a release go on untested. The planner therefore treats these like mistakes in
/// the spec, and `serin lint` warns of them.
package func unsupported(_ rollout: JSONValue) -> [SpecIssue] {
  guard let canary = rollout.spec["strategy"]?.given("canary"),
    let routing = canary.given("trafficRouting")
  else { return [] }
  let path = "spec.strategy.canary.trafficRouting"
  return routers(routing, path) + RouterValidation(canary, of: rollout).issues()
}

private func routers(_ routing: JSONValue, _ path: String) -> [SpecIssue] {
  CanaryValidation.routers.subtracting(["plugins"]).subtracting(TrafficRouting.known).sorted()
    .filter { routing.given($0) != nil }
    .map { SpecIssue("\(path).\($0)", "the router \($0) is not supported yet by this version of Serin") }
}
