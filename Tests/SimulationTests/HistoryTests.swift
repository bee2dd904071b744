import Primitives
import RolloutCore
import Simulation
import Testing

/// Thousands of random lives of a rollout; a failing seed is reproduced by its number alone.
@Suite struct HistoryTests {
  static let strategies: [(name: String, rollout: JSONValue)] = [
    (
      "routed canary",
      World.rollout([
        "canary": [
          "canaryService": "web-canary", "stableService": "web-stable",
          "trafficRouting": ["plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web"]]],
          "steps": World.steps,
        ]
      ])
    ),
    ("basic canary", World.rollout(["canary": ["steps": World.steps]])),
    (
      "basic canary without surge",
      World.rollout(["canary": ["steps": World.steps, "maxSurge": 0, "maxUnavailable": 1]])
    ),
    (
      "blue/green",
      World.rollout([
        "blueGreen": [
          "activeService": "web-active", "previewService": "web-preview", "autoPromotionSeconds": 5,
        ]
      ])
    ),
    (
      "blue/green with analyses",
      World.rollout([
        "blueGreen": [
          "activeService": "web-active", "previewService": "web-preview", "scaleDownDelaySeconds": 10,
          "prePromotionAnalysis": World.analysis, "postPromotionAnalysis": World.analysis,
        ]
      ])
    ),
  ]

  #if DEBUG
    static let seeds: UInt64 = 40
  #else
    static let seeds: UInt64 = 400
  #endif

  @Test(arguments: strategies.indices)
  func invariantsHoldThroughRandomHistories(of index: Int) {
    let (name, rollout) = Self.strategies[index]
    for seed in UInt64(1)...250 {
      let outcome = History(seed: seed, rollout: rollout, analysisTemplates: World.templates).play()
      #expect(outcome.violations.isEmpty, "\(name), seed \(seed): \(outcome.violations.first ?? "")")
      if !outcome.violations.isEmpty { return }
    }
  }
}

enum World {
  static let analysis: JSONValue = ["templates": [["templateName": "success-rate"]]]

  static let steps: JSONValue = [
    ["setWeight": 20], ["pause": ["duration": 3]], ["analysis": analysis], ["setWeight": 60], ["pause": [:]],
    ["setWeight": 40], ["analysis": analysis],
  ]

  static let templates: [String: JSONValue] = [
    "success-rate": [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate",
      "metadata": ["name": "success-rate", "namespace": "shop"],
      "spec": ["metrics": [["name": "rate", "provider": ["web": ["url": "http://127.0.0.1/"]]]]],
    ]
  ]

  static func rollout(_ strategy: JSONValue) -> JSONValue {
    [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
      "metadata": ["name": "web", "namespace": "shop"],
      "spec": [
        "replicas": 5, "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]],
          "spec": ["containers": [["name": "web", "image": "shop:v1"]]],
        ],
        "strategy": strategy,
      ],
    ]
  }
}
