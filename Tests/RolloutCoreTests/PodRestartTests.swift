import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// `restartAt`: all pods are replaced, few at a time, and the release stays where it is.
@Suite struct PodRestartTests {
  let steps: JSONValue = [["setWeight": 50], ["pause": [:]]]

  func start(_ rollout: JSONValue, replicas: Int? = nil, _ settings: ClusterSim.Settings = .init())
    -> ClusterSim
  {
    var rollout = rollout
    if let replicas { rollout.set(JSONValue(replicas), at: "spec", "replicas") }
    var sim = ClusterSim(rollout: rollout, settings: settings)
    sim.analysisTemplates = Fixture.templates
    sim.run(for: .seconds(60))
    return sim
  }

  func restart(_ sim: inout ClusterSim, at: Instant? = nil) {
    let instant = (at ?? sim.now).rfc3339
    sim.editSpec { $0["restartAt"] = .string(instant) }
  }

  func names(_ sim: ClusterSim) -> Set<String> { Set(sim.pods.values.joined().map(\.name)) }

  @Test(arguments: [
    Fixture.basicCanary(steps: [["setWeight": 50], ["pause": [:]]]), Fixture.routedCanary(),
    Fixture.blueGreen(),
  ])
  func everyPodIsReplacedAndFewAreMissing(rollout: JSONValue) {
    var sim = start(rollout, replicas: 8)
    let before = names(sim)
    restart(&sim)
    var least = 8
    var phases: Set<String> = []
    sim.run(for: .seconds(400)) { sim, plan in
      least = min(least, sim.readyPods)
      phases.insert("\(plan.status.phase): \(plan.status.message)")
    }
    #expect(names(sim).isDisjoint(with: before))
    #expect(sim.readyPods == 8)
    #expect(least == 6, "25 % of 8 may be missing")
    #expect(phases.contains("Progressing: rollout is restarting"))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.rollout.status["restartedAt"] == sim.rollout.spec["restartAt"])
    #expect(plan(sim.snapshot()).isQuiet)
    #expect(sim.replicaSets.count == 1)
  }

  @Test func onlyPodIsReplacedWithoutAGap() {
    var sim = start(Fixture.basicCanary(replicas: 1, steps: steps))
    let before = names(sim)
    restart(&sim)
    sim.run(for: .seconds(120)) { sim, _ in #expect(sim.readyPods >= 1) }
    #expect(names(sim).isDisjoint(with: before))
    #expect(sim.readyPods == 1)
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(plan(sim.snapshot()).isQuiet)
  }

  @Test func budgetIsAskedAgainUntilItAgrees() {
    var sim = start(Fixture.basicCanary(steps: steps), .init(minAvailable: 4))
    let before = names(sim)
    restart(&sim)
    let refused = sim.run(for: .seconds(95))
    #expect(names(sim) == before)
    #expect(refused.count { !$0.plan.effects.isEmpty } <= 8, "it asks about every 30 s")
    #expect(sim.rollout.status["message"] == "rollout is restarting")
    sim.settings.minAvailable = 3
    sim.run(for: .seconds(200))
    #expect(names(sim).isDisjoint(with: before))
    #expect(sim.rollout.status["phase"] == "Healthy")
  }

  @Test func restartThatLiesAheadWaits() {
    var sim = start(Fixture.basicCanary(steps: steps))
    let before = names(sim)
    restart(&sim, at: sim.now + .seconds(500))
    sim.run(for: .seconds(400))
    #expect(names(sim) == before)
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(plan(sim.snapshot()).isQuiet)
    sim.run(for: .seconds(400))
    #expect(names(sim).isDisjoint(with: before))
  }

  @Test func clockThatIsBehindTakesNoPodThatAnswers() {
    var rollout = Fixture.basicCanary(replicas: 2, steps: steps)
    rollout.set(5, at: "spec", "minReadySeconds")
    var sim = ClusterSim(rollout: rollout, settings: .init(podStart: 100...100))
    let began = sim.now
    sim.run(for: .seconds(110))
    restart(&sim, at: began + .seconds(60))
    var seen = sim.snapshot()
    #expect(plan(seen).effects.contains { if case .evictPod = $0 { true } else { false } })
    // By a clock that is nine seconds behind the pods have been ready for a second.
    seen.now = began + .seconds(101)
    #expect(!plan(seen).effects.contains { if case .evictPod = $0 { true } else { false } })
  }

  @Test func newTemplateCancelsAPendingRestart() {
    var sim = start(Fixture.basicCanary(steps: steps), .init(minAvailable: 4))
    restart(&sim)
    sim.run(for: .seconds(10))
    let before = names(sim)
    sim.setImage("shop:v2")
    sim.settings.minAvailable = 0
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["restartedAt"] == sim.rollout.spec["restartAt"])
    #expect(!names(sim).isDisjoint(with: before), "stable pods were left alone")
    #expect(sim.rollout.status["message"] == "CanaryPauseStep")
  }

  @Test(arguments: [0, 30])
  func restartOfAnAbortedReleaseDoesNotReviveIt(delay: Int) {
    var rollout = Fixture.routedCanary(steps: steps)
    rollout.set(JSONValue(delay), at: "spec", "strategy", "canary", "abortScaleDownDelaySeconds")
    var sim = start(rollout)
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    sim.abort()
    sim.run(for: .seconds(90))
    let before = names(sim)
    let route = sim.routes
    let sizes = sim.replicaSets.mapValues { $0.spec["replicas"] }
    restart(&sim)
    sim.run(for: .seconds(300)) { sim, _ in #expect(sim.readyPods(behind: "web-stable") >= 3) }
    #expect(names(sim).isDisjoint(with: before))
    #expect(sim.replicaSets.mapValues { $0.spec["replicas"] } == sizes)
    #expect(sim.routes == route)
    #expect(sim.rollout.status["abort"] == true)
    #expect(sim.rollout.status["phase"] == "Degraded")
    #expect(plan(sim.snapshot()).isQuiet)
  }

  @Test func podThatIsNotReadyNeedsNobodyToSpareIt() {
    var sim = start(Fixture.routedCanary(steps: steps), .init(brokenImages: ["shop:v2"]))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    let before = names(sim)
    sim.settings.brokenImages = []
    sim.advance(to: sim.now + .seconds(5))
    restart(&sim)
    sim.run(for: .seconds(120))
    #expect(names(sim).isDisjoint(with: before))
    #expect(sim.rollout.status["message"] == "CanaryPauseStep")
  }

  @Test func plannerIsContentWithoutThePodsOnce() {
    var sim = start(Fixture.basicCanary(steps: steps))
    restart(&sim, at: sim.now + .seconds(-1))
    var snapshot = sim.snapshot()
    #expect(needsPods(snapshot))
    snapshot.pods = nil
    let plan = plan(snapshot)
    #expect(plan.effects.isEmpty)
    #expect(plan.wake == .at(sim.now + .seconds(30)))
    #expect(plan.status.restartedAt == nil)
  }
}
