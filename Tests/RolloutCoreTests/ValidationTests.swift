import KubeModel
import Primitives
import RolloutCore
import Testing

/// One rule of the reference's table 1.9.1: how a spec breaks it, and what is said.
struct RuleCase: CustomTestStringConvertible, Sendable {
  let rule: String
  let spec: JSONValue
  /// The issues in order; empty when the spec is accepted.
  let issues: [String]

  init(_ rule: String, _ spec: JSONValue, _ issues: String...) {
    self.rule = rule
    self.spec = spec
    self.issues = issues
  }

  var testDescription: String { "\(rule): \(issues.first ?? "accepted")" }
}

@Suite struct ValidationTests {
  static let path = "spec.strategy.canary"

  /// A merge patch over a sound spec.
  private static func issues(_ patch: JSONValue, over base: JSONValue = Fixture.blueGreen()) -> [String] {
    var rollout = base
    rollout["spec"] = MergePatch.apply(patch, to: rollout["spec"])
    return validate(rollout).map(\.description)
  }

  static let rows: [RuleCase] = [
    RuleCase("1", ["replicas": -1], "spec.replicas: Invalid value: -1: must be greater than or equal to 0"),
    RuleCase("1", ["replicas": 0]),
    RuleCase("1", ["replicas": .null]),
    RuleCase(
      "2",
      ["selector": .null],
      "spec.selector: Required value: Rollout has missing field '.spec.selector'"
    ),
    RuleCase(
      "2",
      ["selector": ["matchLabels": .null]],
      "spec.selector: Invalid value: {}: empty selector is invalid for deployment"
    ),
    RuleCase(
      "2",
      ["selector": ["matchExpressions": [["key": "app", "operator": "Like"]]]],
      "spec.selector.matchExpressions[0].operator: Invalid value: \"Like\": not a valid selector operator"
    ),
    RuleCase(
      "2",
      ["selector": ["matchExpressions": [["key": "app", "operator": "In"]]]],
      "spec.selector.matchExpressions[0].values: Required value: must be given when `operator` is 'In' or 'NotIn'",
      "spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`"
    ),
    RuleCase(
      "2",
      ["selector": ["matchLabels": ["app": "-"]]],
      "spec.selector.matchLabels: Invalid value: \"-\": is no valid label value",
      "spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`"
    ),
    RuleCase(
      "3",
      ["workloadRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"]],
      "spec.template: Internal error: template must be empty for workload reference rollout"
    ),
    RuleCase(
      "3, containers alone are overlooked",
      [
        "workloadRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"],
        "template": ["metadata": .null], "selector": .null,
      ]
    ),
    RuleCase(
      "3",
      [
        "workloadRef": ["apiVersion": "apps/v1", "kind": "StatefulSet", "name": "web"], "template": .null,
      ],
      "spec.workloadRef: Invalid value: \"apps/v1 StatefulSet\": must be a Deployment or ReplicaSet of apps, or a "
        + "PodTemplate of v1"
    ),
    RuleCase(
      "5",
      ["minReadySeconds": -1],
      "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0"
    ),
    RuleCase(
      "5",
      ["revisionHistoryLimit": -1],
      "spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0"
    ),
    RuleCase(
      "5",
      ["progressDeadlineSeconds": -5],
      "spec.progressDeadlineSeconds: Invalid value: -5: must be greater than or equal to 0",
      "spec.progressDeadlineSeconds: Invalid value: -5: must be greater than minReadySeconds"
    ),
    RuleCase(
      "5",
      ["progressDeadlineSeconds": 30, "minReadySeconds": 30],
      "spec.progressDeadlineSeconds: Invalid value: 30: must be greater than minReadySeconds"
    ),
    RuleCase(
      "5, the default",
      ["minReadySeconds": 600],
      "spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds"
    ),
    RuleCase(
      "6",
      ["strategy": ["blueGreen": .null]],
      "spec.strategy: Required value: Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'"
    ),
    RuleCase(
      "6",
      ["strategy": ["canary": [:]]],
      "spec.strategy: Invalid value: \"blueGreen: true canary: true\": Multiple Strategies can not be listed"
    ),
    RuleCase(
      "BG1",
      ["strategy": ["blueGreen": ["previewService": "web-active"]]],
      "spec.strategy.blueGreen.activeService: Invalid value: \"web-active\": This rollout uses the same service for "
        + "the active and preview services, but two different services are required."
    ),
    RuleCase(
      "BG1",
      ["strategy": ["blueGreen": ["activeService": .null]]],
      "spec.strategy.blueGreen.activeService: Required value"
    ),
    RuleCase("BG1, no preview", ["strategy": ["blueGreen": ["previewService": .null]]]),
    RuleCase(
      "BG2",
      ["strategy": ["blueGreen": ["scaleDownDelayRevisionLimit": 11]]],
      "spec.strategy.blueGreen.scaleDownDelayRevisionLimit: Invalid value: 11: This rollout's revision history limit "
        + "can not be smaller than the rollout's scale down limit"
    ),
    RuleCase(
      "BG2",
      ["strategy": ["blueGreen": ["scaleDownDelayRevisionLimit": 11]], "revisionHistoryLimit": 11]
    ),
    RuleCase(
      "A1",
      ["strategy": ["blueGreen": ["antiAffinity": [:]]]],
      "spec.strategy.blueGreen.antiAffinity: Invalid value: {}: AntiAffinity must have exactly one strategy listed"
    ),
    RuleCase(
      "A1",
      [
        "strategy": [
          "blueGreen": ["antiAffinity": ["preferredDuringSchedulingIgnoredDuringExecution": ["weight": 101]]]
        ]
      ],
      "spec.strategy.blueGreen.antiAffinity.preferredDuringSchedulingIgnoredDuringExecution.weight: Invalid value: "
        + "101: AntiAffinity weight must be between 1-100"
    ),
    RuleCase(
      "A1",
      [
        "strategy": [
          "blueGreen": ["antiAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": [:]]]
        ]
      ]
    ),
    RuleCase(
      "not validated",
      ["strategy": ["blueGreen": ["autoPromotionSeconds": -3, "scaleDownDelaySeconds": 0]]]
    ),
  ]

  @Test(arguments: rows)
  func rowsOfTheTable(row: RuleCase) { #expect(Self.issues(row.spec) == row.issues) }

  // MARK: - Pod templates

  private static func containers(_ containers: JSONValue...) -> JSONValue {
    ["template": ["spec": ["containers": .array(containers)]]]
  }

  private static let pod = "spec.template.spec"

  static let templates: [RuleCase] = [
    RuleCase("4", containers(), "\(pod).containers: Required value"),
    RuleCase(
      "4",
      ["template": ["metadata": ["labels": ["app": "shop"]]]],
      "spec.template.metadata.labels: Invalid value: {\"app\":\"shop\"}: `selector` does not match template `labels`"
    ),
    RuleCase(
      "4",
      ["template": ["metadata": ["labels": ["a/b/c": "x", "tier": "a b"]]]],
      "spec.template.metadata.labels: Invalid value: \"a/b/c\": is no valid label key",
      "spec.template.metadata.labels: Invalid value: \"a b\": is no valid label value"
    ),
    RuleCase(
      "4",
      containers([:]),
      "\(pod).containers[0].name: Required value",
      "\(pod).containers[0].image: Required value"
    ),
    RuleCase(
      "4",
      containers(["name": "a", "image": "x"], ["name": "a", "image": " x"]),
      "\(pod).containers[1].name: Duplicate value: \"a\"",
      "\(pod).containers[1].image: Invalid value: \" x\": must not begin or end with a blank"
    ),
    RuleCase(
      "4",
      ["template": ["spec": ["restartPolicy": "Never", "activeDeadlineSeconds": 5]]],
      "\(pod).restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"",
      "\(pod).activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported"
    ),
    RuleCase(
      "4",
      containers([
        "name": "a", "image": "x", "imagePullPolicy": "Sometimes", "env": [["value": "1"]],
        "ports": [
          ["containerPort": 70000, "name": "http"], ["name": "http", "containerPort": 80, "protocol": "IP"],
          [:],
        ],
      ]),
      "\(pod).containers[0].imagePullPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", "
        + "\"IfNotPresent\", \"Never\"",
      "\(pod).containers[0].env[0].name: Required value",
      "\(pod).containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
      "\(pod).containers[0].ports[1].name: Duplicate value: \"http\"",
      "\(pod).containers[0].ports[1].protocol: Unsupported value: \"IP\": supported values: \"SCTP\", \"TCP\", "
        + "\"UDP\"",
      "\(pod).containers[0].ports[2].containerPort: Required value"
    ),
    RuleCase(
      "4",
      containers([
        "name": "a", "image": "x",
        "volumeMounts": [["name": "data", "mountPath": "/data"], ["name": "tmp"]],
      ]),
      "\(pod).containers[0].volumeMounts[0].name: Not found: \"data\"",
      "\(pod).containers[0].volumeMounts[1].name: Not found: \"tmp\"",
      "\(pod).containers[0].volumeMounts[1].mountPath: Required value"
    ),
    RuleCase(
      "4, what upstream lets through",
      containers([
        "name": "a", "image": "x", "securityContext": ["privileged": true],
        "resources": ["limits": ["hugepages-2Mi": "3Mi"]],
      ])
    ),
  ]

  @Test(arguments: templates)
  func podTemplates(row: RuleCase) { #expect(Self.issues(row.spec) == row.issues) }
}
