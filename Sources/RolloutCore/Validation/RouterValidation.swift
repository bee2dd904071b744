import KubeModel
import Primitives
import TrafficPlans

/// The rules for what a canary asks of its routers: each that is configured names something to write, and what steps
/// and stickiness ask is what they can do. Argo Rollouts accepts all of it, and goes on without what cannot be.
struct RouterValidation {
  private let canary: JSONValue
  private let units: [TrafficRouting.Unit]
  private let routing: JSONValue
  private let path = "spec.strategy.canary"

  init(_ canary: JSONValue, of rollout: JSONValue) {
    self.canary = canary
    routing = canary["trafficRouting"] ?? .null
    units = TrafficRouting(routing, rollout: ObjectKey(rollout)).units
  }

  func issues() -> [SpecIssue] {
    emptyIssues() + faultIssues() + shrinkingIssues() + stickinessIssues() + managedRouteIssues()
  }

  /// What a router cannot make sense of in its own part of the spec.
  private func faultIssues() -> [SpecIssue] {
    units.flatMap { unit -> [SpecIssue] in
      let parent = unit.field.lastIndex(of: ".").map { unit.field[..<$0] } ?? ""
      return unit.router.faults.map { fault in
        let place = ["\(path).trafficRouting", String(parent), fault.field].filter { !$0.isEmpty }
        return SpecIssue.invalid(place.joined(separator: "."), fault.value, fault.detail)
      }
    }
  }

  /// Stable must not lose pods with its weight while those who asked before still come to it.
  private func shrinkingIssues() -> [SpecIssue] {
    guard canary["dynamicStableScale"]?.bool == true else { return [] }
    return units.filter { unit in unit.router.required.contains { $0.outside?.kind == .recordSet } }.map {
      .invalid(
        "\(path).dynamicStableScale",
        true,
        "users of \($0.field) come to stable for as long as a record lives"
      )
    }
  }

  /// A router without an object would never be asked, and a release would go on as if it had been.
  private func emptyIssues() -> [SpecIssue] {
    let fields = CanaryValidation.routers.filter { $0 != "plugins" && routing.given($0) != nil }
    let plugins = (routing["plugins"]?.object ?? [:]).map(\.key)
    let given = fields.map { ($0, $0) } + plugins.map { ("plugins.\($0)", $0) }
    return given.sorted { $0.0 < $1.0 }.compactMap { field, name in
      let isNamed = units.contains { "\($0.field).".hasPrefix("\(field).") }
      guard TrafficRouting.known.contains(name), !isNamed else { return nil }
      return .required("\(path).trafficRouting.\(field)", "it names no object of the data plane")
    }
  }

  private func stickinessIssues() -> [SpecIssue] {
    guard let given = routing.given("stickiness") else { return [] }
    let path = "\(path).trafficRouting.stickiness"
    guard let stickiness = given.string.flatMap(Stickiness.init) else {
      return [.unsupported(path, given, supported: ["both", "canary"])]
    }
    return units.filter { !$0.router.canStick(stickiness) }.map {
      .invalid(path, given, "\($0.field) cannot keep users in this way")
    }
  }

  /// A route must be had by one router at least: users come in over all of them, but not all speak of headers.
  private func managedRouteIssues() -> [SpecIssue] {
    let weighing = units.filter { !$0.router.selectsRevisions }
    guard !weighing.isEmpty else { return [] }
    return (canary["steps"]?.array ?? []).enumerated().flatMap { index, step in
      let routes = [
        ("setHeaderRoute", step.given("setHeaderRoute").flatMap(ManagedRoute.init(headerRoute:))),
        ("setMirrorRoute", step.given("setMirrorRoute").flatMap(ManagedRoute.init(mirrorRoute:))),
      ]
      return routes.compactMap { field, route -> SpecIssue? in
        guard let route else { return nil }
        let refusals = weighing.compactMap { unit in
          unit.router.refusal(of: route).map { "\(unit.field): \($0)" }
        }
        guard refusals.count == weighing.count, let refusal = refusals.first else { return nil }
        return .invalid("\(path).steps[\(index)].\(field)", .string(route.name), refusal)
      }
    }
  }
}
