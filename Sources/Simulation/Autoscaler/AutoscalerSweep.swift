package import Primitives

/// The closed loop of the planner and an autoscaler for every weight of a release, one replica count after the other.
package struct AutoscalerSweep: Sendable {
  /// How the rollout releases.
  package enum Way: String, Sendable, CaseIterable {
    case basicCanary = "basic canary"
    case routedCanary = "routed canary"
    case shrinkingStable = "routed canary, dynamicStableScale"
    case blueGreen = "blue/green"
    case blueGreenPreview = "blue/green, previewReplicaCount"
  }

  /// What was found.
  package struct Result: Sendable {
    package private(set) var loops = 0
    package private(set) var plans = 0
    /// Loops in which the count changed at all before it came to rest.
    package private(set) var moved = 0
    /// The farthest that a count was from the one that it came to rest at.
    package private(set) var farthest = 0
    /// Loops that never came to rest, in words.
    package private(set) var restless: [String] = []

    package init() {}

    package mutating func add(_ other: Result) {
      loops += other.loops
      plans += other.plans
      moved += other.moved
      farthest = max(farthest, other.farthest)
      restless += other.restless
    }

    fileprivate mutating func add(_ loop: AutoscalerLoop, rests: Bool, _ what: String) {
      loops += 1
      plans += loop.plans
      if let last = loop.sizes.last {
        moved += 1
        farthest = max(farthest, loop.sizes.map { abs($0 - last) }.max() ?? 0)
      }
      if !rests { restless.append("\(what): \(loop.sizes.suffix(12))") }
    }
  }

  package let way: Way
  package let weights: [Int]
  package let target: Int

  /// Only a canary has weights.
  package init(way: Way, weights: [Int] = Array(0...100), target: Int = 50) {
    self.way = way
    self.weights = way.isBlueGreen ? [0] : weights
    self.target = target
  }

  /// Plays all loops of the replica counts, on all cores.
  package func play(_ counts: [Int]) async -> Result {
    await withTaskGroup(of: Result.self) { group in
      for count in counts { group.addTask { play(count) } }
      var result = Result()
      for await part in group { result.add(part) }
      return result
    }
  }

  /// A rollout of that many replicas stands at each weight; both metrics look at it, each with a load that its pods
  /// carry exactly at the target and with one for which the last pod has little to do.
  package func play(_ replicas: Int) -> Result {
    var result = Result()
    var deployed = ClusterSim(rollout: way.rollout(replicas))
    deployed.run(for: .seconds(20))
    for weight in weights {
      var sim = deployed
      sim.editSpec { way.set(weight, &$0) }
      sim.run(for: .seconds(1))
      sim.setImage("shop:v2")
      sim.run(for: .seconds(40))
      for metric in Autoscaler.Metric.allCases {
        for tenths in [replicas * 10, replicas * 10 - 9] {
          let autoscaler = Autoscaler(metric: metric, target: target)
          var loop = AutoscalerLoop(sim, autoscaler, load: tenths * target)
          let rests = loop.comesToRest()
          let load = "\(tenths / 10).\(tenths % 10)"
          result.add(loop, rests: rests, "\(metric.rawValue), load \(load), weight \(weight)")
        }
      }
    }
    return result
  }
}

extension AutoscalerSweep.Way {
  var isBlueGreen: Bool { self == .blueGreen || self == .blueGreenPreview }

  /// Makes the release of a canary stand still at the weight.
  package func set(_ weight: Int, _ spec: inout JSONValue) {
    guard !isBlueGreen else { return }
    let steps: JSONValue = [["setWeight": JSONValue(weight)], ["pause": [:]]]
    spec.set(steps, at: "strategy", "canary", "steps")
  }

  /// The rollout with so many replicas, before its first release.
  package func rollout(_ replicas: Int) -> JSONValue {
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

  private var strategy: JSONValue {
    switch self {
    case .basicCanary: return ["canary": [:]]
    case .routedCanary, .shrinkingStable:
      return [
        "canary": [
          "canaryService": "web-canary", "stableService": "web-stable",
          "dynamicStableScale": .bool(self == .shrinkingStable),
          "trafficRouting": ["plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web"]]],
        ]
      ]
    case .blueGreen, .blueGreenPreview:
      var blueGreen: JSONValue = [
        "activeService": "web-active", "previewService": "web-preview", "autoPromotionEnabled": false,
      ]
      if self == .blueGreenPreview { blueGreen["previewReplicaCount"] = 1 }
      return ["blueGreen": blueGreen]
    }
  }
}
