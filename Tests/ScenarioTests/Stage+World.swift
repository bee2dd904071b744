import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

extension Stage {
  /// The rollout of a scenario: four pods of `shop:v1`, the strategy that `base` names, and what the scenario says
  /// otherwise in `strategy` and `spec`.
  static func rollout(_ document: JSONValue) throws -> JSONValue {
    let base = try #require(document["base"]?.string, "it needs a base")
    let kind = base == "blue/green" ? "blueGreen" : "canary"
    let present = try #require(strategies[base], "\(base) is not a base")
    var spec: JSONValue = [
      "replicas": 4, "selector": ["matchLabels": ["app": "web"]],
      "template": [
        "metadata": ["labels": ["app": "web"]],
        "spec": [
          "containers": [["name": "web", "image": "shop:v1", "ports": [["containerPort": 8080]]]]
        ],
      ],
    ]
    spec.set(MergePatch.apply(document["strategy"] ?? .object([:]), to: present), at: "strategy", kind)
    return [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
      "metadata": ["name": "web", "namespace": "shop"],
      "spec": MergePatch.apply(document["spec"] ?? .object([:]), to: spec),
    ]
  }

  /// Moves the pod template into a Deployment with as many pods, and lets the rollout refer to it.
  static func refer(_ sim: inout ClusterSim, scaleDown: String) {
    let spec = sim.rollout.spec
    let template = spec["template"] ?? .null
    sim.editSpec { spec in
      spec["workloadRef"] = [
        "apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "scaleDown": .string(scaleDown),
      ]
      spec["template"] = nil
      spec["selector"] = nil
    }
    sim.workload = [
      "apiVersion": "apps/v1", "kind": "Deployment",
      "metadata": ["name": "web", "namespace": "shop", "generation": 1, "resourceVersion": "1"],
      "spec": [
        "replicas": spec["replicas"] ?? 1, "selector": ["matchLabels": ["app": "web"]], "template": template,
      ],
    ]
  }

  static func setImage(_ image: String, _ workload: inout JSONValue) {
    workload.set([["name": "web", "image": .string(image)]], at: "spec", "template", "spec", "containers")
  }

  private static let strategies: [String: JSONValue] = [
    "canary": .object([:]),
    "routed canary": [
      "canaryService": "web-canary", "stableService": "web-stable",
      "trafficRouting": ["plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web"]]],
    ],
    "ping-pong canary": [
      "pingPong": ["pingService": "web-ping", "pongService": "web-pong"],
      "trafficRouting": ["plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web"]]],
    ],
    "blue/green": ["activeService": "web-active", "previewService": "web-preview"],
  ]

  /// The templates that scenarios name; what their runs say is the world's affair.
  static let templates: [String: JSONValue] = [
    "success-rate": [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate",
      "metadata": ["name": "success-rate", "namespace": "shop"],
      "spec": [
        "metrics": [
          [
            "name": "success-rate", "interval": "10s", "count": 1, "successCondition": "result >= 0.95",
            "provider": ["web": ["url": "http://127.0.0.1/stats", "jsonPath": "{$.rate}"]],
          ]
        ]
      ],
    ]
  ]

  /// A world in which pods take 2 s to be ready, the router 1 s to follow and a run 5 s to end, unless said otherwise.
  static func settings(_ world: JSONValue) throws -> ClusterSim.Settings {
    var settings = ClusterSim.Settings(podStart: 2...2, hasOrigin: false)
    try change(&settings, world)
    return settings
  }

  /// What step plugins say: `running`, `running 20s`, `successful`, `failed: why`, `error: why`, `disabled`.
  private static func answers(_ value: JSONValue) throws -> [StepPluginAnswer] {
    try (value.array ?? [value]).map { answer in
      let words = (answer.string ?? "").split(separator: ":", maxSplits: 1).map(String.init)
      let message = words.count > 1 ? String(words[1].drop { $0 == " " }) : ""
      let parts = words.first?.split(separator: " ").map(String.init) ?? []
      switch parts.first {
      case "running":
        let after = parts.count > 1 ? try seconds(.string(parts[1])) : nil
        return .running(after: after, message: message, state: ["seen": true])
      case "successful": return .successful(message: message, state: nil)
      case "failed": return .failed(message: message, state: nil)
      case "error": return .error(message)
      case "disabled": return .disabled
      default: throw StageError(message: "plugins: \(answer) is no answer")
      }
    }
  }

  private static func pluginAnswers(_ value: JSONValue) throws -> [String: [StepPluginAnswer]] {
    var scripts: [String: [StepPluginAnswer]] = [:]
    for (name, script) in value.object ?? [:] { scripts[name] = try answers(script) }
    return scripts
  }

  /// Changes what is named and leaves the rest; `podStart` may be a range, `[2, 8]`.
  static func change(_ settings: inout ClusterSim.Settings, _ world: JSONValue) throws {
    for (key, value) in world.object ?? [:] {
      switch key {
      case "podStart":
        let seconds = try #require(value.array?.compactMap(\.int) ?? value.int.map { [$0, $0] })
        settings.podStart = seconds[0]...seconds[1]
      case "routeLag": settings.routeLag = try #require(value.int)
      case "analysisTime": settings.analysisTime = try #require(value.int)
      case "git": settings.hasOrigin = value.bool == true
      case "broken": settings.brokenImages = Set((value.array ?? []).compactMap(\.string))
      case "stuck": settings.stuckPods = value.object?.compactMapValues(\.int) ?? [:]
      case "plugins": settings.stepPlugins = try pluginAnswers(value)
      case "pluginTime": settings.pluginTime = try #require(value.int)
      case "verdicts": settings.verdicts = value.object?.compactMapValues(\.string) ?? [:]
      default: throw StageError(message: "world: \(key) is not known")
      }
    }
  }
}
