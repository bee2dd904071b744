package import Primitives

/// The rollouts whose random lives are played: one of each way to release.
package enum Worlds {
  /// Name and manifest.
  package static let all: [(name: String, rollout: JSONValue)] = [
    (
      "routed canary",
      rollout([
        "canary": [
          "canaryService": "web-canary", "stableService": "web-stable",
          "trafficRouting": ["plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web"]]],
          "steps": steps,
        ]
      ])
    ),
    ("basic canary", rollout(["canary": ["steps": steps]])),
    (
      "basic canary without surge",
      rollout(["canary": ["steps": steps, "maxSurge": 0, "maxUnavailable": 1]])
    ),
    (
      "blue/green",
      rollout([
        "blueGreen": [
          "activeService": "web-active", "previewService": "web-preview", "autoPromotionSeconds": 5,
        ]
      ])
    ),
    (
      "blue/green with analyses",
      rollout([
        "blueGreen": [
          "activeService": "web-active", "previewService": "web-preview", "scaleDownDelaySeconds": 10,
          "prePromotionAnalysis": analysis, "postPromotionAnalysis": analysis,
        ]
      ])
    ),
    (
      "routed canary with experiments",
      rollout([
        "canary": [
          "canaryService": "web-canary", "stableService": "web-stable",
          "trafficRouting": ["plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web"]]],
          "steps": [
            ["setWeight": 20], ["experiment": experiment], ["pause": ["duration": 3]], ["setWeight": 60],
            ["experiment": experiment],
          ],
        ]
      ])
    ),
  ]

  /// The templates that they name.
  package static let templates: [String: JSONValue] = [
    "success-rate": [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate",
      "metadata": ["name": "success-rate", "namespace": "shop"],
      "spec": ["metrics": [["name": "rate", "provider": ["web": ["url": "http://127.0.0.1/"]]]]],
    ]
  ]

  private static let analysis: JSONValue = ["templates": [["templateName": "success-rate"]]]

  private static let experiment: JSONValue = [
    "duration": "5s", "scaleDownDelaySeconds": 1,
    "templates": [
      ["name": "baseline", "specRef": "stable", "weight": 20],
      ["name": "canary", "specRef": "canary", "weight": 20],
    ],
    "analyses": [["name": "compare", "templateName": "success-rate"]],
  ]

  private static let steps: JSONValue = [
    ["setWeight": 20], ["pause": ["duration": 3]], ["analysis": analysis], ["setWeight": 60], ["pause": [:]],
    ["setWeight": 40], ["analysis": analysis],
  ]

  private static func rollout(_ strategy: JSONValue) -> JSONValue {
    [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
      "metadata": ["name": "web", "namespace": "shop"],
      "spec": [
        "replicas": 5, "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]],
          "spec": [
            "containers": [["name": "web", "image": "shop:v1", "ports": [["containerPort": 8080]]]]
          ],
        ],
        "strategy": strategy,
      ],
    ]
  }
}
