import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// An autoscaler over a rollout in the middle of a release, at constant load: it must come to rest (user pain 5.11).
@Suite struct AutoscalerTests {
  /// Every replica count and every weight, with the sizes that the planner computes for them.
  ///
  /// With a router the canary comes on top, so that the usage per pod is far below the target; an autoscaler that keeps
  /// whole percents of it rounds to and fro by some percent, but never away. All others stay where they are.
  @Test(arguments: Autoscaler.Metric.allCases, [true, false])
  func comesToRestAtEveryWeight(_ metric: Autoscaler.Metric, isRouted: Bool) {
    let autoscaler = Autoscaler(metric: metric)
    for load in 1...200 {
      for weight in 0...100 {
        var sizes = [load]
        for _ in 0..<8 {
          let asked = sizes[sizes.count - 1]
          let pods = Self.pods(asked, weight, isRouted)
          let reported = autoscaledReplicas(created: pods, replicas: asked)
          // A load that this many pods carry at the target exactly.
          let next = autoscaler.replicas(
            load: Double(load) / 2,
            asked: asked,
            reported: reported,
            matched: pods
          )
          sizes.append(next)
        }
        let swing = metric == .resource && isRouted ? 1 + load * 4 / 100 : 0
        if !sizes.allSatisfy({ abs($0 - load) <= swing }) {
          Issue.record("load \(load), weight \(weight): \(sizes)")
          return
        }
      }
    }
  }

  /// Pods of both revisions at a weight.
  private static func pods(_ replicas: Int, _ weight: Int, _ isRouted: Bool) -> Int {
    if isRouted { return replicas + (weight * replicas + 99) / 100 }
    let surge = IntOrPercent.percent(25).count(of: replicas, roundingUp: true)
    let sizes = BasicCanaryCounts(replicas: replicas, surge: surge, unavailable: 0).desired(weight: weight)
    return sizes.new + sizes.stable
  }

  /// The planner itself in the loop, by what it writes into the scale subresource.
  @Test(arguments: Autoscaler.Metric.allCases, [true, false])
  func comesToRestInTheLoopWithThePlanner(_ metric: Autoscaler.Metric, isRouted: Bool) throws {
    for replicas in [1, 2, 3, 10, 11, 50, 200] {
      for weight in [1, 10, 33, 50, 99] {
        var sim = ClusterSim(rollout: Self.rollout(replicas, weight, isRouted))
        sim.run(for: .seconds(20))
        sim.setImage("shop:v2")
        sim.run(for: .seconds(40))
        let sizes = Self.autoscale(&sim, Autoscaler(metric: metric), load: Double(replicas) / 2)
        let swing = metric == .resource && isRouted ? 1 + replicas * 4 / 100 : 0
        #expect(sizes.allSatisfy { abs($0 - replicas) <= swing }, "\(replicas) at \(weight) %: \(sizes)")
        let reported = sim.rollout.status["HPAReplicas"]
        #expect(reported == sim.rollout.spec["replicas"], "\(replicas) at \(weight) %")
      }
    }
  }

  /// Twelve rounds of the autoscaler, fifteen seconds apart.
  private static func autoscale(_ sim: inout ClusterSim, _ autoscaler: Autoscaler, load: Double) -> [Int] {
    var sizes: [Int] = []
    for _ in 0..<12 {
      let asked = sim.rollout.spec["replicas"]?.int ?? 0
      let reported = sim.rollout.status["HPAReplicas"]?.int ?? 0
      let next = autoscaler.replicas(load: load, asked: asked, reported: reported, matched: sim.readyPods)
      sizes.append(next)
      sim.editSpec { $0["replicas"] = JSONValue(next) }
      sim.run(for: .seconds(15))
    }
    return sizes
  }

  private static func rollout(_ replicas: Int, _ weight: Int, _ isRouted: Bool) -> JSONValue {
    var canary: JSONValue = ["steps": [["setWeight": JSONValue(weight)], ["pause": [:]]]]
    if isRouted {
      canary["canaryService"] = "web-canary"
      canary["stableService"] = "web-stable"
      canary["trafficRouting"] = ["plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web"]]]
    }
    return [
      "metadata": ["name": "web", "namespace": "shop"],
      "spec": [
        "replicas": JSONValue(replicas), "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]],
          "spec": ["containers": [["name": "web", "image": "shop:v1"]]],
        ],
        "strategy": ["canary": canary],
      ],
    ]
  }
}
