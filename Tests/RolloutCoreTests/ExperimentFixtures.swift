import KubeModel
import Primitives
import RolloutCore
import Simulation

extension Fixture {
  /// An Experiment with a purple and an orange template, and what else its spec has.
  static func experiment(_ more: JSONValue = [:], name: String = "colours") -> JSONValue {
    var spec: JSONValue = ["templates": [template("purple"), template("orange")]]
    for (key, value) in more.object ?? [:] { spec[key] = value }
    return [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "Experiment",
      "metadata": ["name": .string(name), "namespace": "shop", "uid": .string("exp-\(name)")],
      "spec": spec,
    ]
  }

  static func template(_ name: String, _ more: JSONValue = [:]) -> JSONValue {
    var template: JSONValue = [
      "name": .string(name), "selector": ["matchLabels": ["app": "demo"]],
      "template": [
        "metadata": ["labels": ["app": "demo"]],
        "spec": [
          "containers": [
            [
              "name": "demo", "image": .string("demo:\(name)"),
              "ports": [["name": "http", "containerPort": 8080]],
            ]
          ]
        ],
      ],
    ]
    for (key, value) in more.object ?? [:] { template[key] = value }
    return template
  }

  /// Analyses of the one template that the fixtures have.
  static func analyses(_ names: String..., required: Bool = false) -> JSONValue {
    .array(
      names.map {
        [
          "name": .string($0), "templateName": "success-rate", "requiredForCompletion": .bool(required),
        ]
      }
    )
  }

  /// A canary by replica counts whose first step compares a baseline with the canary.
  static func baselineCanary(_ experiment: JSONValue = [:], after steps: JSONValue = []) -> JSONValue {
    var step: JSONValue = [
      "duration": "20s",
      "templates": [
        ["name": "baseline", "specRef": "stable"], ["name": "canary", "specRef": "canary"],
      ],
      "analyses": analyses("compare"),
    ]
    for (key, value) in experiment.object ?? [:] { step[key] = value }
    return basicCanary(steps: .array([["experiment": step]] + (steps.array ?? [])))
  }
}

extension ClusterSim {
  func experiment(_ name: String = "colours") -> JSONValue { experiments[name] ?? .null }

  func phase(_ name: String = "colours") -> String { experiment(name).status["phase"]?.string ?? "" }

  /// Sizes of an Experiment's ReplicaSets by template.
  func sizes(_ name: String = "colours") -> [String: Int] {
    let sets = replicaSets.values.filter { $0.annotation(RolloutNames.experimentName) == name }
    return Dictionary(
      uniqueKeysWithValues: sets.map {
        ($0.annotation(RolloutNames.experimentTemplate) ?? "", $0.spec["replicas"]?.int ?? -1)
      }
    )
  }

  /// Reasons of the events of Experiments, in order.
  var told: [String] { experimentEvents.map(\.reason) }

  /// Whether neither the rollout nor any Experiment would write anything now.
  var isQuiet: Bool {
    plan(snapshot()).isQuiet
      && experiments.keys.allSatisfy { experimentSnapshot($0).map { planExperiment($0).isQuiet } ?? true }
  }
}
