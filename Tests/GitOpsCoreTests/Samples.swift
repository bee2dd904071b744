import GitOpsCore
import KubeModel
import Primitives

/// Objects that several tests use.
enum Samples {
  static let shopWeb = ObjectKey(namespace: "shop", name: "web")
  static let noon = Instant(secondsSinceEpoch: 1_795_262_400)

  static func source(_ changes: JSONValue = [:]) -> GitSource {
    var spec: JSONValue = ["url": "https://git.example.com/shop.git", "path": "envs/production"]
    spec = MergePatch.apply(changes, to: spec)
    return GitSource([
      "apiVersion": "serin.dev/v1alpha1", "kind": "GitSource",
      "metadata": ["name": "config", "namespace": "shop", "generation": 3], "spec": spec,
    ])
  }

  static func template(image: String, env: String? = nil, command: [JSONValue]? = nil) -> JSONValue {
    var container: JSONValue = ["name": "web", "image": .string(image)]
    if let env { container["env"] = [["name": "MODE", "value": .string(env)]] }
    if let command { container["command"] = .array(command) }
    return [
      "metadata": ["labels": ["app": "web"]],
      "spec": ["containers": [container, ["name": "proxy", "image": "proxy:1"]]],
    ]
  }

  static func rollout(_ template: JSONValue, replicas: Int = 5) -> JSONValue {
    [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
      "metadata": ["name": "web", "namespace": "shop"],
      "spec": [
        "replicas": JSONValue(replicas), "selector": ["matchLabels": ["app": "web"]], "template": template,
        "strategy": [
          "canary": [
            "canaryService": "web-canary", "stableService": "web-stable",
            "trafficRouting": ["plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web"]]],
          ]
        ],
      ],
    ]
  }

  static func decision(_ kind: Decision.Kind, revision: Int = 3, id: String? = nil) -> Decision {
    Decision(
      rollout: shopWeb,
      kind: kind,
      id: id ?? Decision.id(uid: "0c6f1b52-77aa", revision: revision, kind: kind),
      revision: revision,
      step: "3/6",
      reason: kind == .abort ? "metric success-rate failed: 0.79 is not >= 0.95" : "all steps passed",
      measurements: ["success-rate: 0.79 at 12:00:10 (want result >= 0.95)"],
      oldImages: ["web": "shop/web:v2", "proxy": "proxy:1"],
      newImages: ["web": "shop/web:v3", "proxy": "proxy:1"],
      stableHash: "stable2",
      canaryHash: "canary3",
      sourceFile: "envs/production/web.yaml",
      sourceCommit: commit("3"),
      decidedBy: "metrics",
      at: noon
    )
  }

  static func commit(_ digit: Character) -> String { String(repeating: digit, count: 40) }
}
