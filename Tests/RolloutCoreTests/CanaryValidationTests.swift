import KubeModel
import Primitives
import RolloutCore
import Testing

/// The rows C1 to C7 and S1 to S10 of the reference's table 1.9.1.
@Suite struct CanaryValidationTests {
  private static let path = "spec.strategy.canary"
  private static let step = "spec.strategy.canary.steps[0]"
  private static let services: JSONValue = ["canaryService": "c", "stableService": "s"]

  private static func sameServices(_ parts: String) -> String {
    "This rollout uses the same service for the \(parts) services, but two different services are required."
  }

  /// The issues of a canary strategy in a Rollout that is sound otherwise.
  private static func issues(_ canary: JSONValue) -> [String] {
    var rollout = Fixture.basicCanary(steps: .null)
    rollout.set(["canary": canary], at: "spec", "strategy")
    return validate(rollout).map(\.description)
  }

  /// A strategy with one router, both services and one step.
  private static func routed(
    _ router: String,
    _ configuration: JSONValue = .object([:]),
    _ more: JSONValue = .object([:])
  ) -> JSONValue {
    MergePatch.apply(more, to: MergePatch.apply(["trafficRouting": [router: configuration]], to: services))
  }

  private static let gateway: JSONValue = ["argoproj-labs/gatewayAPI": ["httpRoute": "web"]]

  static let strategies: [RuleCase] = [
    RuleCase("empty", [:]),
    RuleCase(
      "C1",
      ["maxSurge": 0, "maxUnavailable": "0%"],
      "\(path).maxSurge: Invalid value: 0: MaxSurge and MaxUnavailable both can not be zero"
    ),
    RuleCase("C1", ["maxSurge": 0]),
    RuleCase("C1", ["maxUnavailable": 0]),
    RuleCase(
      "C1, with a router too",
      routed("plugins", gateway, ["maxSurge": "0", "maxUnavailable": 0]),
      "\(path).maxSurge: Invalid value: \"0\": MaxSurge and MaxUnavailable both can not be zero"
    ),
    RuleCase(
      "C2",
      ["canaryService": "a", "stableService": "a"],
      "\(path).stableService: Invalid value: \"a\": \(sameServices("stable and canary"))"
    ),
    RuleCase(
      "C3",
      routed("smi", [:], ["pingPong": ["pingService": "a", "pongService": "b"]]),
      "\(path).pingPong: Forbidden: works with alb, istio and plugins only"
    ),
    RuleCase(
      "C3",
      ["pingPong": [:]],
      "\(path).pingPong.pingService: Invalid value: \"\": Ping service and Pong service must to be set to use Ping-Pong feature",
      "\(path).pingPong.pongService: Invalid value: \"\": Ping service and Pong service must to be set to use Ping-Pong feature",
      "\(path).pingPong.pingService: Invalid value: \"\": \(sameServices("ping and pong"))"
    ),
    RuleCase(
      "C3",
      [
        "pingPong": ["pingService": "a", "pongService": "b"],
        "trafficRouting": ["alb": ["ingress": "web", "servicePort": 80]],
      ],
      "\(path).trafficRouting.alb.rootService: Required value: pingPong needs it"
    ),
    RuleCase(
      "C3",
      [
        "pingPong": ["pingService": "a", "pongService": "b"], "trafficRouting": ["plugins": gateway],
      ]
    ),
    RuleCase(
      "C4",
      ["trafficRouting": ["nginx": ["stableIngress": "web"]]],
      "\(path).stableService: Invalid value: \"\": Canary service and Stable service must to be set to use Traffic Routing",
      "\(path).canaryService: Invalid value: \"\": Canary service and Stable service must to be set to use Traffic Routing"
    ),
    RuleCase(
      "C4, subsets need none",
      [
        "trafficRouting": [
          "istio": ["destinationRule": ["name": "d", "canarySubsetName": "c", "stableSubsetName": "s"]]
        ]
      ]
    ),
    RuleCase("C4, plugins need none", ["trafficRouting": ["plugins": ["other/router": [:]]]]),
    RuleCase("C4, no router at all", ["trafficRouting": [:]]),
    RuleCase(
      "C5",
      ["scaleDownDelaySeconds": 5, "dynamicStableScale": true],
      "\(path).scaleDownDelaySeconds: Invalid value: 5: Canary scaleDownDelaySeconds can only be used with traffic routing",
      "\(path).dynamicStableScale: Invalid value: true: Canary dynamicStableScale can only be used with traffic routing"
    ),
    RuleCase(
      "C6",
      routed("plugins", gateway, ["scaleDownDelaySeconds": 5, "dynamicStableScale": true]),
      "\(path).dynamicStableScale: Invalid value: true: Canary dynamicStableScale cannot be used with scaleDownDelaySeconds"
    ),
    RuleCase(
      "C7",
      routed("smi", [:], ["trafficRouting": ["maxTrafficWeight": 1000]]),
      "\(path).trafficRouting.maxTrafficWeight: Invalid value: 1000: Canary maxTrafficWeight in traffic routing only support in Nginx and Plugins"
    ),
    RuleCase(
      "C7",
      routed(
        "plugins",
        gateway,
        ["trafficRouting": ["maxTrafficWeight": 1000], "steps": [["setWeight": 900]]]
      )
    ),
    RuleCase(
      "ours",
      ["onNewRevision": "wait"],
      "\(path).onNewRevision: Unsupported value: \"wait\": supported values: \"restart\", \"queue\", \"queueLatest\""
    ),
    RuleCase("ours", ["onNewRevision": "queueLatest"]),
    RuleCase(
      "the plugin's own",
      ["trafficRouting": ["plugins": ["argoproj-labs/gatewayAPI": [:]]]],
      "\(path).trafficRouting.plugins.argoproj-labs/gatewayAPI: Required value: httpRoute, or httpRoutes with a name "
        + "each",
      "\(path).canaryService: Required value: the Gateway API plugin needs both services",
      "\(path).stableService: Required value: the Gateway API plugin needs both services"
    ),
    RuleCase(
      "not validated",
      [
        "scaleDownDelayRevisionLimit": 100, "minPodsPerReplicaSet": -1, "analysis": ["startingStep": 99],
        "steps": [["setWeight": 50], ["setWeight": 10], ["plugin": ["name": "unknown"]]],
      ]
    ),
  ]

  @Test(arguments: strategies)
  func strategyRows(row: RuleCase) { #expect(Self.issues(row.spec) == row.issues) }

  /// Without a router.
  static let basicSteps: [RuleCase] = [
    RuleCase(
      "S1",
      ["setWeight": 5, "pause": [:]],
      "\(step): Invalid value: {\"pause\":{},\"setWeight\":5}: a step may have only one of pause, setWeight"
    ),
    RuleCase("S1", ["setWeight": 5, "plugin": ["name": "p"]]),
    RuleCase(
      "S2",
      [:],
      "\(step): Invalid value: {}: Step must have one of the following set: setWeight, pause, setCanaryScale, experiment, analysis, "
        + "setHeaderRoute, setMirrorRoute, plugin"
    ),
    RuleCase(
      "S3",
      ["setWeight": 101],
      "\(step).setWeight: Invalid value: 101: SetWeight needs to be between 0 and 100"
    ),
    RuleCase(
      "S3",
      ["setWeight": -1],
      "\(step).setWeight: Invalid value: -1: SetWeight needs to be between 0 and 100"
    ),
    RuleCase("S4", ["pause": ["duration": "3600"]]),
    RuleCase("S4", ["pause": ["duration": "1h30m"]]),
    RuleCase("S4", ["pause": ["duration": 0]]),
    RuleCase(
      "S4",
      ["pause": ["duration": "-5s"]],
      "\(step).pause.duration: Invalid value: \"-5s\": must be seconds or like 1h30m, and not negative"
    ),
    RuleCase(
      "S4",
      ["pause": ["duration": "3 s"]],
      "\(step).pause.duration: Invalid value: \"3 s\": must be seconds or like 1h30m, and not negative"
    ),
    RuleCase(
      "S5",
      ["setCanaryScale": ["replicas": 1]],
      "\(path).trafficRouting: Required value: SetCanaryScale requires TrafficRouting to be set"
    ),
    RuleCase(
      "S6",
      ["setHeaderRoute": ["name": "h"]],
      "\(step).setHeaderRoute: Invalid value: {\"name\":\"h\"}: SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix and plugins"
    ),
    RuleCase(
      "S7",
      ["setMirrorRoute": ["name": "m"]],
      "\(step).setMirrorRoute: Invalid value: {\"name\":\"m\"}: SetMirrorRoute requires TrafficRouting, supports Istio and plugins only"
    ),
    RuleCase(
      "S9",
      ["experiment": ["templates": [["name": "a", "specRef": "canary", "weight": 5]]]],
      "\(step).experiment.templates[0].weight: Invalid value: 5: Experiment template weight cannot be set unless TrafficRouting is enabled"
    ),
    RuleCase(
      "S10",
      [
        "analysis": [
          "args": [["name": "a", "valueFrom": ["fieldRef": ["fieldPath": "metadata.generation"]]]]
        ]
      ],
      "\(step).analysis.args[0].valueFrom.fieldRef.fieldPath: Invalid value: \"metadata.generation\": "
        + "Analyses arguments must refer to valid object metadata supported by downwardAPI"
    ),
    RuleCase(
      "S10",
      [
        "analysis": [
          "args": [["name": "a", "valueFrom": ["fieldRef": ["fieldPath": "metadata.labels['app']"]]]]
        ]
      ]
    ),
    RuleCase(
      "S10",
      [
        "experiment": [
          "analyses": [
            ["args": [["name": "a", "valueFrom": ["fieldRef": ["fieldPath": "metadata.ownerReferences"]]]]]
          ]
        ]
      ],
      "\(step).experiment.analyses[0].args[0].valueFrom.fieldRef.fieldPath: Invalid value: "
        + "\"metadata.ownerReferences\": Analyses arguments must refer to valid object metadata supported by downwardAPI"
    ),
  ]

  @Test(arguments: basicSteps)
  func stepRowsWithoutARouter(row: RuleCase) {
    #expect(Self.issues(["steps": .array([row.spec])]) == row.issues)
  }

  /// With the Gateway API plugin and one managed route, `h`.
  static let routedSteps: [RuleCase] = [
    RuleCase("S1", ["setWeight": 5, "setCanaryScale": ["replicas": 2]]),
    RuleCase("S1", ["setCanaryScale": ["replicas": 2], "setHeaderRoute": ["name": "h"]]),
    RuleCase("S5, several fields or none", ["setCanaryScale": ["replicas": 2, "weight": 400]]),
    RuleCase("S5, several fields or none", ["setCanaryScale": [:]]),
    RuleCase(
      "S6",
      ["setHeaderRoute": ["name": "h", "match": [["headerName": "X"]]]],
      "\(step).setHeaderRoute.match[0].headerValue: Required value: one of exact, prefix and regex"
    ),
    RuleCase(
      "S6",
      [
        "setHeaderRoute": [
          "name": "h", "match": [["headerName": "X", "headerValue": ["exact": "a", "regex": "b"]]],
        ]
      ],
      "\(step).setHeaderRoute.match[0].headerValue: Invalid value: {\"exact\":\"a\",\"regex\":\"b\"}: must have exactly "
        + "one of exact, prefix and regex"
    ),
    RuleCase(
      "S7",
      ["setMirrorRoute": ["name": "h", "match": [["path": [:], "headers": ["X": [:]]]]]],
      "\(step).setMirrorRoute.match[0].path: Invalid value: {}: must have exactly one of exact, prefix and regex"
    ),
    RuleCase(
      "S8",
      ["setMirrorRoute": ["name": "other"]],
      "\(step).setMirrorRoute.name: Invalid value: \"other\": Steps define a route that does not exist in spec.strategy.canary.trafficRouting.managedRoutes"
    ),
    RuleCase("S9", ["experiment": ["templates": [["name": "a", "specRef": "canary", "weight": 5]]]]),
  ]

  @Test(arguments: routedSteps)
  func stepRowsWithARouter(row: RuleCase) {
    let more: JSONValue = ["trafficRouting": ["managedRoutes": [["name": "h"]]], "steps": .array([row.spec])]
    #expect(Self.issues(Self.routed("plugins", Self.gateway, more)) == row.issues)
  }

  @Test func routesOfStepsMustBeManaged() {
    let steps: JSONValue = ["steps": [["setHeaderRoute": ["name": "h"]]]]
    #expect(
      Self.issues(Self.routed("plugins", Self.gateway, steps)) == [
        "\(Self.path).trafficRouting.managedRoutes: Required value: Rollout has missing field 'spec.strategy.canary.trafficRouting.managedRoutes'"
      ]
    )
  }

  @Test func applicationLoadBalancersMatchExactValuesOnly() {
    let match: JSONValue = [["headerName": "X", "headerValue": ["prefix": "a"]]]
    let more: JSONValue = [
      "trafficRouting": ["managedRoutes": [["name": "h"]]],
      "steps": [["setHeaderRoute": ["name": "h", "match": match]]],
    ]
    #expect(
      Self.issues(Self.routed("alb", ["ingress": "web", "servicePort": 80], more)) == [
        "\(Self.step).setHeaderRoute.match[0].headerValue: Invalid value: {\"prefix\":\"a\"}: alb matches exact values "
          + "only"
      ]
    )
  }

  // MARK: - What is valid and not performed

  private static func unsupportedIssues(_ canary: JSONValue) -> [String] {
    var rollout = Fixture.basicCanary(steps: .null)
    rollout.set(["canary": canary], at: "spec", "strategy")
    #expect(validate(rollout).isEmpty)
    return unsupported(rollout).map(\.description)
  }

  @Test(arguments: ["appMesh"])
  func routersOfOtherKindsAreNamed(router: String) {
    #expect(
      Self.unsupportedIssues(Self.routed(router, ["name": "x"])) == [
        "\(Self.path).trafficRouting.\(router): the router \(router) is not supported yet by this version of Serin"
      ]
    )
  }

  /// Which programs there are, only the controller's own list says.
  @Test func pluginsOfOtherNamesArePrograms() {
    let canary: JSONValue = [
      "trafficRouting": ["plugins": ["a/b": [:], "argoproj-labs/gatewayAPI": ["grpcRoute": "g"]]],
      "steps": [["plugin": ["name": "c/d"]]], "canaryService": "c", "stableService": "s",
    ]
    #expect(Self.unsupportedIssues(canary).isEmpty)
  }

  @Test func whatIsPerformedIsNotNamed() {
    let canary: JSONValue = [
      "trafficRouting": ["plugins": Self.gateway, "managedRoutes": [["name": "h"]]],
      "canaryService": "c", "stableService": "s", "dynamicStableScale": true, "minPodsPerReplicaSet": 2,
      "antiAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": [:]],
      "steps": [
        ["setCanaryScale": ["weight": 10]], ["setHeaderRoute": ["name": "h"]],
        ["setMirrorRoute": ["name": "h"]],
        ["experiment": ["templates": [["name": "a", "specRef": "canary"]]]],
      ],
    ]
    #expect(Self.unsupportedIssues(canary).isEmpty)
  }
}
