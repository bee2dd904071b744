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
  if let routing = canary.given("trafficRouting") { issues += routers(routing, "\(path).trafficRouting") }
  for (index, step) in (canary["steps"]?.array ?? []).enumerated() {
    guard let plugin = step.given("plugin") else { continue }
    let name = plugin["name"]?.string ?? ""
    issues.append(notYet("\(path).steps[\(index)].plugin", "the step plugin \(name)"))
  }
  return issues
}

private func routers(_ routing: JSONValue, _ path: String) -> [SpecIssue] {
  var issues = CanaryValidation.routers.subtracting(["plugins"]).sorted()
    .filter { routing.given($0) != nil }
    .map { notYet("\(path).\($0)", "the router \($0)") }
  for (name, configuration) in (routing["plugins"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
    if name == TrafficRouting.gatewayPlugin {
      issues += gatewayFields(configuration, "\(path).plugins.\(name)")
    } else {
      issues.append(notYet("\(path).plugins.\(name)", "the router plugin \(name)"))
    }
  }
  return issues
}

/// Of the Gateway API's routes, only those for HTTP.
private func gatewayFields(_ plugin: JSONValue, _ path: String) -> [SpecIssue] {
  ["grpcRoute", "grpcRoutes", "tcpRoute", "tcpRoutes", "tlsRoute", "tlsRoutes"]
    .filter { plugin.given($0) != nil }
    .map { notYet("\(path).\($0)", "the kind of route") }
}

private func notYet(_ path: String, _ what: String) -> SpecIssue {
  SpecIssue(path, "\(what) is not supported yet by this version of Serin")
}
