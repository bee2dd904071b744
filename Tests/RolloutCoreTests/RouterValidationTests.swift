import Primitives
import RolloutCore
import Testing

/// What a canary asks of its routers, and they cannot do.
@Suite struct RouterValidationTests {
  private static let path = "spec.strategy.canary"

  private func issues(_ routing: JSONValue, steps: JSONValue = []) -> [String] {
    var rollout = Fixture.basicCanary(steps: .null)
    let canary: JSONValue = [
      "canaryService": "c", "stableService": "s", "trafficRouting": routing, "steps": steps,
    ]
    rollout.set(["canary": canary], at: "spec", "strategy")
    return unsupported(rollout).map(\.description)
  }

  private static func gateway(_ routes: JSONValue) -> JSONValue {
    ["plugins": ["argoproj-labs/gatewayAPI": routes], "managedRoutes": [["name": "beta"]]]
  }

  private static let header: JSONValue = [
    ["setHeaderRoute": ["name": "beta", "match": [["headerName": "x", "headerValue": ["exact": "1"]]]]]
  ]
  private static let mirror: JSONValue = [
    ["setMirrorRoute": ["name": "beta", "match": [["path": ["prefix": "/"]]]]]
  ]

  private static let routes: [(JSONValue, JSONValue, String?)] = [
    (gateway(["httpRoute": "web"]), header, nil), (gateway(["httpRoute": "web"]), mirror, nil),
    (gateway(["grpcRoute": "web"]), header, nil),
    (
      gateway(["grpcRoute": "web"]), mirror,
      "steps[0].setMirrorRoute: Invalid value: \"beta\": plugins.argoproj-labs/gatewayAPI.grpcRoute: a GRPCRoute "
        + "matches by headers alone"
    ),
    (
      gateway(["tcpRoute": "web"]), header,
      "steps[0].setHeaderRoute: Invalid value: \"beta\": plugins.argoproj-labs/gatewayAPI.tcpRoute: a TCPRoute "
        + "cannot tell requests apart"
    ),
    // The routes for TCP go on without headers.
    (gateway(["httpRoute": "web", "tcpRoute": "web"]), header, nil),
    (gateway(["tcpRoute": "web"]), [["setHeaderRoute": ["name": "beta"]]], nil),
  ]

  @Test(arguments: routes)
  func routesOfStepsMustBeHadBySomeRouter(_ routing: JSONValue, _ steps: JSONValue, _ issue: String?) {
    #expect(issues(routing, steps: steps) == [issue.map { "\(Self.path).\($0)" }].compactMap(\.self))
  }

  @Test func stickinessIsWhatEveryRouterCanDo() {
    let path = "\(Self.path).trafficRouting.stickiness"
    var routing = Self.gateway(["httpRoute": "web"])
    routing["stickiness"] = "canary"
    #expect(
      issues(routing) == [
        "\(path): Invalid value: \"canary\": plugins.argoproj-labs/gatewayAPI.httpRoute cannot keep users in this way"
      ]
    )
    routing["stickiness"] = "all"
    #expect(
      issues(routing) == ["\(path): Unsupported value: \"all\": supported values: \"both\", \"canary\""]
    )
    #expect(issues(["istio": ["virtualService": ["name": "web"]], "stickiness": "both"]).isEmpty)
  }

  @Test(arguments: ["istio", "nginx", "apisix"]) func routerThatNamesNothingIsNamed(_ router: String) {
    let path = "\(Self.path).trafficRouting.\(router)"
    #expect(
      issues([router: ["name": "x"]]) == ["\(path): Required value: it names no object of the data plane"]
    )
  }
}
