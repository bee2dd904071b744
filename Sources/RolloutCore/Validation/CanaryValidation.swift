import KubeModel
import Primitives
import TrafficPlans

/// The rules for `spec.strategy.canary` by itself (reference, section 1.9.1, rows C1 to C7).
struct CanaryValidation {
  let canary: JSONValue
  let routing: JSONValue?
  /// The routers that `trafficRouting` configures, `plugins` among them when it has one.
  let routers: Set<String>
  let path = "spec.strategy.canary"

  init(_ canary: JSONValue) {
    self.canary = canary
    let routing = canary.given("trafficRouting")
    self.routing = routing
    routers = Self.routers.filter { router in
      let value = routing?.given(router)
      return router == "plugins" ? value?.object?.isEmpty == false : value != nil
    }
  }

  /// The fields of `trafficRouting` that name a router.
  static let routers: Set<String> = [
    "alb", "ambassador", "apisix", "appMesh", "istio", "nginx", "plugins", "smi", "traefik",
  ]

  func issues() -> [SpecIssue] {
    var issues = moveIssues() + serviceIssues() + pingPongIssues() + routedServiceIssues() + routingIssues()
    for (index, step) in (canary["steps"]?.array ?? []).enumerated() {
      issues += stepIssues(step, "\(path).steps[\(index)]")
    }
    return issues + antiAffinityIssues(canary.given("antiAffinity"), "\(path).antiAffinity") + ownIssues()
  }

  /// No surge and no missing pod together leave no way to go; that also holds with a router, which uses neither.
  private func moveIssues() -> [SpecIssue] {
    let isStuck = ["maxSurge", "maxUnavailable"].allSatisfy { Self.limit(canary.given($0)) == 0 }
    guard isStuck else { return [] }
    return [
      .invalid(
        "\(path).maxSurge",
        canary["maxSurge"] ?? 0,
        "MaxSurge and MaxUnavailable both can not be zero"
      )
    ]
  }

  /// A number or percentage as the rule counts it: text that is neither counts as 0, a missing field as the default.
  private static func limit(_ value: JSONValue?) -> Int {
    guard let value else { return 25 }
    if let number = value.int { return number }
    guard let text = value.string else { return 0 }
    return Int(text.hasSuffix("%") ? String(text.dropLast()) : text) ?? 0
  }

  private func serviceIssues() -> [SpecIssue] {
    let stable = canary["stableService"]?.string ?? ""
    guard !stable.isEmpty, stable == canary["canaryService"]?.string else { return [] }
    return [.invalid("\(path).stableService", .string(stable), sameServices("stable and canary"))]
  }

  private func pingPongIssues() -> [SpecIssue] {
    guard let pingPong = canary.given("pingPong") else { return [] }
    var issues: [SpecIssue] = []
    if routing != nil, routers.isDisjoint(with: ["alb", "istio", "plugins"]) {
      issues.append(.forbidden("\(path).pingPong", "works with alb, istio and plugins only"))
    }
    let names = ["pingService", "pongService"].map { pingPong[$0]?.string ?? "" }
    for (field, name) in zip(["pingService", "pongService"], names) where name.isEmpty {
      let detail = "Ping service and Pong service must to be set to use Ping-Pong feature"
      issues.append(.invalid("\(path).pingPong.\(field)", "", detail))
    }
    if names[0] == names[1] {
      let detail = sameServices("ping and pong")
      issues.append(.invalid("\(path).pingPong.pingService", .string(names[0]), detail))
    }
    if routers.contains("alb"), (routing?.at("alb", "rootService")?.string ?? "").isEmpty {
      issues.append(.required("\(path).trafficRouting.alb.rootService", "pingPong needs it"))
    }
    return issues
  }

  private var needsServices: Bool {
    let hasPingPong = canary.given("pingPong") != nil
    if routers.contains("alb"), !hasPingPong { return true }
    if routers.contains("istio"), !hasPingPong, routing?["istio"]?.given("destinationRule") == nil {
      return true
    }
    return !routers.isDisjoint(with: ["ambassador", "apisix", "appMesh", "nginx", "smi", "traefik"])
  }

  private func routedServiceIssues() -> [SpecIssue] {
    guard needsServices else { return [] }
    return ["stableService", "canaryService"].filter { (canary[$0]?.string ?? "").isEmpty }.map {
      .invalid("\(path).\($0)", "", "Canary service and Stable service must to be set to use Traffic Routing")
    }
  }

  private func routingIssues() -> [SpecIssue] {
    let isDynamic = canary["dynamicStableScale"]?.bool == true
    let delay = canary.given("scaleDownDelaySeconds")
    var issues: [SpecIssue] = []
    guard let routing else {
      if let delay {
        let detail = "Canary scaleDownDelaySeconds can only be used with traffic routing"
        issues.append(.invalid("\(path).scaleDownDelaySeconds", delay, detail))
      }
      if isDynamic {
        let detail = "Canary dynamicStableScale can only be used with traffic routing"
        issues.append(.invalid("\(path).dynamicStableScale", true, detail))
      }
      return issues
    }
    if delay != nil, isDynamic {
      let detail = "Canary dynamicStableScale cannot be used with scaleDownDelaySeconds"
      issues.append(.invalid("\(path).dynamicStableScale", true, detail))
    }
    if let weight = routing.given("maxTrafficWeight"), routers.isDisjoint(with: ["nginx", "plugins"]) {
      issues.append(
        .invalid(
          "\(path).trafficRouting.maxTrafficWeight",
          weight,
          "Canary maxTrafficWeight in traffic routing only support in Nginx and Plugins"
        )
      )
    }
    return issues
  }

  /// What Argo Rollouts leaves to its Gateway API plugin, and a field of our own.
  private func ownIssues() -> [SpecIssue] {
    var issues = gatewayIssues()
    if let policy = canary.given("onNewRevision"),
      policy.string.flatMap(CanaryStrategy.NewRevisionPolicy.init) == nil
    {
      let supported = CanaryStrategy.NewRevisionPolicy.allCases.map(\.rawValue)
      issues.append(.unsupported("\(path).onNewRevision", policy, supported: supported))
    }
    return issues
  }

  /// The plugin fails for ever on a configuration without a route or without the two Services to find in it.
  private func gatewayIssues() -> [SpecIssue] {
    guard let gateway = routing?["plugins"]?.given(TrafficRouting.gatewayPlugin) else { return [] }
    let plugin = "\(path).trafficRouting.plugins.\(TrafficRouting.gatewayPlugin)"
    var issues: [SpecIssue] = []
    let kinds = ["http", "grpc", "tcp", "tls"]
    let isEmpty = kinds.allSatisfy { kind in
      (gateway["\(kind)Route"]?.string ?? "").isEmpty && gateway["\(kind)Routes"]?.array?.isEmpty != false
    }
    if isEmpty { issues.append(.required(plugin, "httpRoute, or httpRoutes with a name each")) }
    guard canary.given("pingPong") == nil else { return issues }
    for field in ["canaryService", "stableService"] where (canary[field]?.string ?? "").isEmpty {
      issues.append(.required("\(path).\(field)", "the Gateway API plugin needs both services"))
    }
    return issues
  }
}
