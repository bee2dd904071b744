import Primitives
import RolloutCore

/// Rollouts that the scenarios start from.
enum Fixture {
  /// A canary behind an HTTPRoute with the demo's steps, or with those given.
  static func routedCanary(replicas: Int = 4, steps: JSONValue? = nil) -> JSONValue {
    rollout(
      replicas: replicas,
      strategy: [
        "canary": [
          "canaryService": "web-canary", "stableService": "web-stable",
          "trafficRouting": ["plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web"]]],
          "steps": steps ?? [
            ["setWeight": 20], ["pause": ["duration": "3s"]], analysis, ["setWeight": 50],
            ["pause": ["duration": 3]], analysis,
          ],
        ]
      ]
    )
  }

  /// A canary by replica counts alone.
  static func basicCanary(
    replicas: Int = 4,
    steps: JSONValue,
    maxSurge: JSONValue = "25%",
    maxUnavailable: JSONValue = "25%"
  ) -> JSONValue {
    rollout(
      replicas: replicas,
      strategy: ["canary": ["steps": steps, "maxSurge": maxSurge, "maxUnavailable": maxUnavailable]]
    )
  }

  static func blueGreen(_ more: JSONValue = .object([:])) -> JSONValue {
    var strategy: JSONValue = ["activeService": "web-active", "previewService": "web-preview"]
    for (key, value) in more.object ?? [:] { strategy[key] = value }
    return rollout(replicas: 3, strategy: ["blueGreen": strategy])
  }

  static let analysis: JSONValue = ["analysis": ["templates": [["templateName": "success-rate"]]]]

  /// An AnalysisTemplate by the name that the fixtures use.
  static let templates: [String: JSONValue] = [
    "success-rate": [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate",
      "metadata": ["name": "success-rate", "namespace": "shop"],
      "spec": [
        "metrics": [
          [
            "name": "success-rate", "successCondition": "result >= 0.95",
            "provider": ["web": ["url": "http://127.0.0.1/stats", "jsonPath": "{$.rate}"]],
          ]
        ]
      ],
    ]
  ]

  private static func rollout(replicas: Int, strategy: JSONValue) -> JSONValue {
    [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
      "metadata": ["name": "web", "namespace": "shop"],
      "spec": [
        "replicas": JSONValue(replicas), "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]],
          "spec": ["containers": [["name": "web", "image": "shop:v1"]]],
        ],
        "strategy": strategy,
      ],
    ]
  }
}
