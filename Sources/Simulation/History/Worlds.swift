package import Primitives
import RolloutCore

/// One way to release, with what its seed decides about it.
package struct World: Sendable {
  package let name: String
  /// `spec.strategy`, and fields of the spec beside it.
  let make: @Sendable (inout SeededRandom) -> (strategy: JSONValue, fields: JSONFields)
  /// When the Deployment that holds the pod template gives its pods up; nil where the rollout has its own template.
  let handover: WorkloadReference.ScaleDown?

  init(
    _ name: String,
    fields: JSONFields = [:],
    handover: WorkloadReference.ScaleDown? = nil,
    _ strategy: @escaping @Sendable (inout SeededRandom) -> JSONValue
  ) {
    self.name = name
    self.handover = handover
    make = { (strategy(&$0), fields) }
  }

  /// The Rollout of that seed: 1 to 20 replicas, few more often than many.
  package func rollout(seed: UInt64) -> JSONValue {
    var random = SeededRandom(seed: seed &* 31 &+ 7)
    let (strategy, fields) = make(&random)
    let most = [1, 3, 5, 10, 20].randomElement(using: &random) ?? 5
    var rollout: JSONValue = [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
      "metadata": ["name": "web", "namespace": "shop"],
      "spec": [
        "replicas": JSONValue(Int.random(in: 1...most, using: &random)),
        "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]],
          "spec": [
            "containers": [["name": "web", "image": "shop:v1", "ports": [["containerPort": 8080]]]]
          ],
        ],
        "strategy": strategy,
      ],
    ]
    for (field, value) in fields { rollout.set(value, at: "spec", field) }
    return rollout
  }
}

/// The rollouts whose random lives are played: one of each way to release.
package enum Worlds {
  package static let all = first + queues + managed + referring

  /// Those from which the lives of the ``History/Repertoire/first`` repertoire choose.
  package static let first = routed + basic + blueGreen

  /// The templates that they name.
  package static let templates: [String: JSONValue] = [
    "success-rate": [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate",
      "metadata": ["name": "success-rate", "namespace": "shop"],
      "spec": ["metrics": [["name": "rate", "provider": ["web": ["url": "http://127.0.0.1/"]]]]],
    ]
  ]

  /// Other steps, for edits in the middle of a release.
  package static let otherSteps: [JSONValue] = [
    [], steps, [["setWeight": 50], ["pause": ["duration": 5]]],
    [["setWeight": 10], ["pause": [:]], ["setWeight": 90]],
  ]

  // MARK: - With a router

  private static let routed: [World] = [
    World("routed canary") { random in
      routedCanary([
        "steps": steps, "minPodsPerReplicaSet": pick([0, 0, 2], &random),
        "scaleDownDelaySeconds": pick([0, 5, 30], &random),
        "abortScaleDownDelaySeconds": pick([0, 3, 30], &random),
      ])
    },
    World("routed canary with background analysis") { _ in
      var analysis = analysis
      analysis["startingStep"] = 1
      return routedCanary(["steps": otherSteps[2], "analysis": analysis])
    },
    World("routed canary without steps") { _ in routedCanary([:]) },
    World("routed canary with setCanaryScale") { random in
      routedCanary([
        "steps": [
          ["setCanaryScale": pick([["replicas": 1], ["replicas": 3], ["weight": 50]], &random)],
          ["pause": ["duration": 3]], ["setWeight": 20], ["setCanaryScale": ["matchTrafficWeight": true]],
          ["setWeight": 60], ["pause": [:]], ["setWeight": 30],
        ]
      ])
    },
    World("routed canary with dynamicStableScale") { random in
      var fields: JSONFields = [
        "steps": steps, "dynamicStableScale": true, "minPodsPerReplicaSet": pick([0, 2], &random),
      ]
      if Bool.random(using: &random) { fields["abortScaleDownDelaySeconds"] = 5 }
      return routedCanary(fields)
    },
    World("routed canary with experiments") { _ in
      routedCanary([
        "steps": [
          ["setWeight": 20], ["experiment": experiment], ["pause": ["duration": 3]], ["setWeight": 60],
          ["experiment": experiment],
        ]
      ])
    },
    World("routed canary with ping and pong") { _ in
      var canary = routedCanary([
        "steps": steps, "pingPong": ["pingService": "web-ping", "pongService": "web-pong"],
        "trafficRouting": ["plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web-ping-pong"]]],
      ])
      canary.set(nil, at: "canary", "canaryService")
      canary.set(nil, at: "canary", "stableService")
      return canary
    },
  ]

  // MARK: - By replica counts

  private static let basic: [World] = [
    World("basic canary") { random in
      [
        "canary": [
          "steps": steps,
          "replicaProgressThreshold": pick([.null, ["type": "Percent", "value": 80]], &random),
        ]
      ]
    },
    World("basic canary without surge") { random in
      ["canary": ["steps": steps, "maxSurge": 0, "maxUnavailable": pick([1, 2, "50%"], &random)]]
    },
    World("basic canary with surge alone") { random in
      ["canary": ["steps": steps, "maxSurge": pick([1, 2, "50%", "100%"], &random), "maxUnavailable": 0]]
    },
    World(
      "basic canary with a deadline",
      fields: ["progressDeadlineSeconds": 20, "progressDeadlineAbort": true]
    ) { _ in ["canary": ["steps": otherSteps[3]]] },
  ]

  // MARK: - Blue/green

  private static let blueGreen: [World] = [
    World("blue/green") { random in
      blueGreenStrategy([
        "autoPromotionSeconds": pick([0, 5], &random), "scaleDownDelaySeconds": pick([0, 10], &random),
      ])
    },
    World("blue/green with analyses") { random in
      blueGreenStrategy([
        "scaleDownDelaySeconds": 10, "prePromotionAnalysis": analysis, "postPromotionAnalysis": analysis,
        "abortScaleDownDelaySeconds": pick([0, 3, 30], &random),
      ])
    },
    World("blue/green with a small preview") { random in
      blueGreenStrategy([
        "previewReplicaCount": pick([1, 2], &random), "autoPromotionEnabled": pick([true, false], &random),
        "prePromotionAnalysis": analysis,
      ])
    },
  ]

  static func routedCanary(_ fields: JSONFields) -> JSONValue {
    let canary: JSONFields = [
      "canaryService": "web-canary", "stableService": "web-stable",
      "trafficRouting": ["plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web"]]],
    ]
    return ["canary": .object(canary.merging(fields) { $1 })]
  }

  private static func blueGreenStrategy(_ fields: JSONFields) -> JSONValue {
    let services: JSONFields = ["activeService": "web-active", "previewService": "web-preview"]
    return ["blueGreen": .object(services.merging(fields) { $1 })]
  }

  private static func pick(_ values: [JSONValue], _ random: inout SeededRandom) -> JSONValue {
    values.randomElement(using: &random) ?? .null
  }

  private static let experiment: JSONValue = [
    "duration": "5s", "scaleDownDelaySeconds": 1,
    "templates": [
      ["name": "baseline", "specRef": "stable", "weight": 20],
      ["name": "canary", "specRef": "canary", "weight": 20],
    ],
    "analyses": [["name": "compare", "templateName": "success-rate"]],
  ]

  static let analysis: JSONValue = ["templates": [["templateName": "success-rate"]]]

  static let steps: JSONValue = [
    ["setWeight": 20], ["pause": ["duration": 3]], ["analysis": analysis], ["setWeight": 60], ["pause": [:]],
    ["setWeight": 40], ["analysis": analysis],
  ]
}
