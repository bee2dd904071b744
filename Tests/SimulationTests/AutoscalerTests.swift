import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// An autoscaler over a rollout in the middle of a release, at constant load: it must come to rest (user pain 5.11).
/// `serin simulate --autoscaler` plays this for all counts from 1 to 200 and all weights.
@Suite struct AutoscalerLoopTests {
  /// The planner itself in the loop, by what it writes into the scale subresource.
  @Test(arguments: AutoscalerSweep.Way.allCases)
  func comesToRestInTheLoopWithThePlanner(_ way: AutoscalerSweep.Way) {
    let sweep = AutoscalerSweep(way: way, weights: [0, 10, 33, 50, 99, 100])
    for replicas in [1, 2, 3, 5, 9, 30] {
      let result = sweep.play(replicas)
      #expect(result.restless.isEmpty, "\(replicas) replicas: \(result.restless)")
      #expect(result.loops == sweep.weights.count * 4)
    }
  }

  /// Targets at which a cut percent is worth more, and less.
  @Test(arguments: [20, 35, 80])
  func comesToRestAtOtherTargets(_ target: Int) {
    for way in [AutoscalerSweep.Way.basicCanary, .routedCanary, .shrinkingStable] {
      let sweep = AutoscalerSweep(way: way, weights: [50, 81], target: target)
      for replicas in [4, 6, 8, 21] {
        let result = sweep.play(replicas)
        #expect(result.restless.isEmpty, "\(way.rawValue), \(replicas) replicas: \(result.restless)")
      }
    }
  }

  /// Without `ReplicaSwing` this is the cycle 4, 3, 4, 3: four pods carry 3.1 pods' load.
  @Test func aSwingOfOnePodEndsAtItsSecondFall() {
    var sim = Self.release(replicas: 4, weight: 50)
    let revision = sim.rollout.status["currentPodHash"]?.string ?? ""
    var loop = AutoscalerLoop(sim, Autoscaler(metric: .resource), load: 31 * 50)
    let rests = loop.comesToRest()
    #expect(rests)
    #expect(loop.sizes == [3, 4, 3])
    sim = loop.sim
    #expect(sim.rollout.annotation("serin.dev/replica-swing") == "\(revision)/swings")
    #expect(sim.rollout.status["HPAReplicas"] == 3)
    let sizes = sim.snapshot().replicaSets.map { ReplicaSetView($0).desired }
    #expect(sizes.sorted() == [2, 4])
    // More than a little is a wish.
    sim.scale(to: 1)
    sim.run(for: .seconds(20))
    #expect(sim.snapshot().replicaSets.map { ReplicaSetView($0).desired }.sorted() == [1, 1])
    sim.resume()
    sim.run(for: .seconds(90))
    #expect(sim.rollout.status["phase"] == "Healthy" && sim.rollout.status["replicas"] == 1)
  }

  /// The end of a release ends what was held.
  @Test(arguments: [true, false])
  func whatWasHeldGoesWithTheRelease(isAborted: Bool) {
    var loop = AutoscalerLoop(
      Self.release(replicas: 4, weight: 50),
      Autoscaler(metric: .resource),
      load: 1550
    )
    let rests = loop.comesToRest()
    #expect(rests)
    var sim = loop.sim
    if isAborted { sim.abort() } else { sim.promoteFully() }
    sim.run(for: .seconds(120))
    #expect(sim.snapshot().replicaSets.map { ReplicaSetView($0).desired }.sorted() == [0, 3])
  }

  /// People are followed at once: a step down, and a second one without a way up in between.
  @Test func whoeverScalesDownByOneGetsIt() {
    var sim = Self.release(replicas: 10, weight: 50)
    for replicas in [9, 8, 10, 5] {
      sim.scale(to: replicas)
      sim.run(for: .seconds(20))
      let sizes = sim.snapshot().replicaSets.map { ReplicaSetView($0).desired }
      #expect(sizes.sorted() == [(replicas + 1) / 2, replicas])
    }
  }

  private static func release(replicas: Int, weight: Int) -> ClusterSim {
    var sim = ClusterSim(rollout: AutoscalerSweep.Way.routedCanary.rollout(replicas))
    sim.run(for: .seconds(20))
    sim.editSpec { AutoscalerSweep.Way.routedCanary.set(weight, &$0) }
    sim.run(for: .seconds(1))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(40))
    return sim
  }
}

/// The autoscaler against what Kubernetes documents of its own.
@Suite struct AutoscalerTests {
  private func proposal(
    _ metric: Autoscaler.Metric = .resource,
    load: Int,
    asked: Int = 4,
    reported: Int = 4,
    _ pods: Autoscaler.Pods
  ) -> Int {
    Autoscaler(metric: metric)
      .proposal(Autoscaler.Reading(load: load, asked: asked, reported: reported, pods: pods))
  }

  @Test func changesNothingWithinATenthOfTheTarget() {
    #expect(proposal(load: 2200, .init(ready: 4)) == 4)
    #expect(proposal(load: 1800, .init(ready: 4)) == 4)
    #expect(proposal(load: 2240, .init(ready: 4)) == 5)
    #expect(proposal(.averageValue, load: 2200, .init(ready: 9)) == 4)
    #expect(proposal(.averageValue, load: 2201, .init(ready: 9)) == 5)
  }

  /// 33.33 percent of six pods are 33.
  @Test func cutsTheUtilizationToWholePercents() {
    #expect(proposal(load: 2000, .init(ready: 6)) == 4)
    #expect(proposal(load: 100_000, asked: 200, .init(ready: 300)) == 198)
  }

  @Test func takesPodsThatAreNotReadyForIdleWhereMoreAreNeeded() {
    #expect(proposal(load: 3200, .init(ready: 4)) == 7)
    #expect(proposal(load: 3200, .init(ready: 4, unready: 1)) == 7)
    #expect(proposal(load: 3200, .init(ready: 4, unready: 2)) == 4)
    #expect(proposal(load: 1000, .init(ready: 4, unready: 2)) == 2)
  }

  @Test func takesPodsWithoutAMeasurementForBusyWhereFewerAreNeeded() {
    #expect(proposal(load: 1000, .init(ready: 3, missing: 1)) == 4)
    #expect(proposal(load: 400, asked: 8, .init(ready: 7, missing: 1)) == 3)
    #expect(proposal(load: 4000, .init(ready: 3, missing: 1)) == 6)
  }

  /// Upwards 4 pods or 100 percent at a time; downwards the highest proposal of five minutes.
  @Test func goesUpInBoundsAndDownLate() {
    var autoscaler = Autoscaler(metric: .averageValue)
    let start = Instant(secondsSinceEpoch: 1_800_000_000)
    var asked = 1
    func look(_ seconds: Int, load: Int) {
      let pods = Autoscaler.Pods(ready: asked)
      let reading = Autoscaler.Reading(load: load, asked: asked, reported: asked, pods: pods)
      asked = autoscaler.decide(reading, at: start + .seconds(seconds))
    }
    for (seconds, wanted) in [(0, 5), (15, 10), (30, 20), (45, 30)] {
      look(seconds, load: 15_000)
      #expect(asked == wanted)
    }
    look(60, load: 1000)
    look(345, load: 500)
    #expect(asked == 30)
    look(346, load: 500)
    #expect(asked == 2)
  }
}
