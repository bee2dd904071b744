import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// When the progress deadline runs, when it does not, and what it does (reference, section 2.14).
@Suite struct ProgressDeadlineTests {
  private func settled(_ rollout: JSONValue, _ settings: ClusterSim.Settings = .init()) -> ClusterSim {
    var sim = ClusterSim(rollout: rollout, settings: settings)
    sim.analysisTemplates = Fixture.templates
    sim.run(for: .seconds(60))
    return sim
  }

  private let broken = ClusterSim.Settings(brokenImages: ["shop:v2"])

  private func exceeded(_ sim: ClusterSim) -> Bool {
    sim.condition("Progressing")?.reason == "ProgressDeadlineExceeded"
  }

  @Test func itFiresOneSecondAfterItsTimeAndNotBefore() throws {
    var sim = settled(Fixture.basicCanary(steps: [["setWeight": 25]]), broken)
    sim.editSpec { $0["progressDeadlineSeconds"] = 30 }
    sim.setImage("shop:v2")
    sim.run(for: .seconds(2))
    let since = try #require(sim.condition("Progressing")?.lastUpdateTime)
    sim.run(for: since + .seconds(30) - sim.now)
    #expect(!exceeded(sim))
    sim.run(for: .seconds(2))
    #expect(exceeded(sim))
    #expect(sim.rollout.status["phase"] == "Degraded")
    #expect(
      sim.rollout.status["message"]?.string
        == "ProgressDeadlineExceeded: ReplicaSet \"\(sim.newName)\" has timed out progressing."
    )
    #expect(sim.condition("Progressing")?.status == "False")
  }

  @Test func aReleaseAfterALongRestHasAllOfItsTime() {
    var sim = settled(Fixture.routedCanary())
    sim.editSpec { $0["progressDeadlineAbort"] = true }
    sim.run(for: .seconds(100_000))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(200))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(!sim.events.contains { ["ProgressDeadlineExceeded", "RolloutAborted"].contains($0.reason) })
  }

  @Test func whatMovedWhileNobodyLookedIsNotTimedOut() {
    var sim = settled(Fixture.basicCanary(steps: [["setWeight": 25], ["pause": [:]]]))
    sim.editSpec {
      $0["progressDeadlineSeconds"] = 30
      $0["progressDeadlineAbort"] = true
    }
    sim.setImage("shop:v2")
    sim.run(for: .zero)
    // The controller is away for longer than the deadline while the pods become ready.
    sim.advance(to: sim.now + .seconds(300))
    sim.run(for: .seconds(5))
    #expect(sim.rollout.status["message"] == "CanaryPauseStep")
  }

  @Test func aFreezeStopsTheClockAndTheThawStartsItAnew() {
    var sim = settled(Fixture.basicCanary(steps: [["setWeight": 25]]), broken)
    sim.setImage("shop:v2")
    sim.run(for: .seconds(100))
    sim.editSpec { $0["paused"] = true }
    sim.run(for: .seconds(5000))
    #expect(!exceeded(sim))
    sim.editSpec { $0["paused"] = false }
    sim.run(for: .seconds(599))
    #expect(!exceeded(sim))
    sim.run(for: .seconds(5))
    #expect(exceeded(sim))
  }

  @Test(arguments: ["pause", "analysis"])
  func stepsThatWaitHaveTheirOwnEnds(step: String) {
    let analysis: JSONValue = ["templates": [["templateName": "success-rate"]]]
    let steps: JSONValue = [["setWeight": 25], [step: step == "pause" ? [:] : analysis], ["setWeight": 50]]
    var sim = settled(Fixture.basicCanary(steps: steps), .init(analysisTime: 5000))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(4000))
    #expect(!exceeded(sim))
    #expect(sim.rollout.status["currentStepIndex"] == 1)
    // Skipping the step starts the clock; what passed before does not count.
    sim.patchStatus(["currentStepIndex": 2, "pauseConditions": .null])
    sim.run(for: .seconds(100))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(!sim.events.contains { $0.reason == "ProgressDeadlineExceeded" })
  }

  @Test func analysesOfBlueGreenHaveTheirOwnEnds() {
    let analysis: JSONValue = ["templates": [["templateName": "success-rate"]]]
    var sim = settled(Fixture.blueGreen(["prePromotionAnalysis": analysis]), .init(analysisTime: 3000))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(2900))
    #expect(!exceeded(sim))
    sim.run(for: .seconds(200))
    #expect(sim.rollout.status["phase"] == "Healthy")
  }

  /// A preview of twenty pods that has a deadline of 20 s, and is aborted past it.
  private func startPreview(_ settings: ClusterSim.Settings) -> ClusterSim {
    var sim = settled(Fixture.blueGreen(), settings)
    sim.editSpec {
      $0["replicas"] = 20
      $0["progressDeadlineSeconds"] = 20
      $0["progressDeadlineAbort"] = true
    }
    sim.run(for: .seconds(60))
    sim.setImage("shop:v2")
    return sim
  }

  @Test func podsOfAPreviewThatBecomeReadyAreProgress() throws {
    var sim = startPreview(.init(podStart: 0...40))
    sim.run(for: .seconds(25))
    // They are not behind the active service, and it takes them longer than the deadline.
    let new = try #require(sim.ownReplicaSets.first { ReplicaSetView($0).revision == 2 })
    #expect((1..<20).contains(sim.readyPods(of: new.name)))
    #expect(sim.rollout.status["phase"] == "Progressing")
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(!sim.events.contains { $0.reason == "ProgressDeadlineExceeded" })
  }

  @Test func theClockOfAPreviewRunsFromTheLastPodThatBecameReady() throws {
    var sim = startPreview(.init(podStart: 3...3, stuckPods: ["shop:v2": 1]))
    sim.run(for: .seconds(23))
    #expect(sim.rollout.status["phase"] == "Progressing")
    #expect(sim.condition("Progressing")?.reason == "ReplicaSetUpdated")
    sim.run(for: .seconds(2))
    #expect(sim.events.contains { $0.reason == "ProgressDeadlineExceeded" })
    #expect(sim.rollout.status["abort"] == true)
  }

  @Test func podsThatCannotBeReadHoldTheDeadlineUpForHalfAMinute() {
    var sim = startPreview(.init(podStart: 3...3, stuckPods: ["shop:v2": 1]))
    sim.run(for: .seconds(20))
    sim.advance(to: sim.now + .seconds(1))
    var seen = sim.snapshot()
    #expect(seen.pods != nil)
    seen.pods = nil
    let waiting = plan(seen)
    #expect(waiting.status.phase == "Progressing")
    #expect(waiting.wake == .at(seen.now + .seconds(1)))
    seen.now = seen.now + .seconds(30)
    #expect(plan(seen).status.phase == "Degraded")
  }

  @Test func podsThatBecomeReadyLateEndTheDegradation() {
    var sim = settled(Fixture.basicCanary(steps: .null), .init(podStart: 700...700))
    #expect(!exceeded(sim))
    sim.run(for: .seconds(600))
    #expect(exceeded(sim))
    sim.run(for: .seconds(100))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.condition("Progressing")?.reason == "NewReplicaSetAvailable")
  }

  @Test func theFirstRevisionIsDegradedAndNotAborted() {
    var sim = ClusterSim(
      rollout: Fixture.basicCanary(steps: .null),
      settings: .init(brokenImages: ["shop:v1"])
    )
    sim.editSpec { $0["progressDeadlineAbort"] = true }
    sim.run(for: .seconds(700))
    #expect(exceeded(sim))
    #expect(sim.rollout.status["abort"] == nil)
  }
}
