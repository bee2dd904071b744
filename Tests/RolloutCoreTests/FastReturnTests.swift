import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// Returns to earlier revisions: which of them skip the proof, and which must not.
@Suite struct FastReturnTests {
  let analysis: JSONValue = ["templates": [["templateName": "success-rate"]]]
  let steps: JSONValue = [["setWeight": 25], ["pause": [:]], ["setWeight": 50], ["pause": [:]]]

  func start(_ rollout: JSONValue, window: Int? = nil, _ settings: ClusterSim.Settings = .init())
    -> ClusterSim
  {
    var rollout = rollout
    rollout.set(window.map { ["revisions": JSONValue($0)] }, at: "spec", "rollbackWindow")
    var sim = ClusterSim(rollout: rollout, settings: settings)
    sim.analysisTemplates = Fixture.templates
    sim.run(for: .seconds(30))
    return sim
  }

  func release(_ image: String, _ sim: inout ClusterSim) {
    sim.setImage(image)
    sim.run(for: .seconds(20))
    sim.promoteFully()
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Healthy")
  }

  func selected(_ service: String, _ sim: ClusterSim) -> String? {
    sim.services[service]?.spec.at("selector", RolloutNames.podTemplateHash)?.string
  }

  @Test(arguments: [Fixture.basicCanary(steps: [["setWeight": 25], ["pause": [:]]]), Fixture.routedCanary()])
  func returnWithinTheWindowSkipsTheSteps(rollout: JSONValue) {
    var sim = start(rollout, window: 1)
    release("shop:v2", &sim)
    sim.setImage("shop:v1")
    let done = sim.run(for: .seconds(20)).flatMap(\.plan.events)
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.readyPods(behind: "web-stable") == 4 || sim.services.isEmpty)
    #expect(done.contains { $0.reason == "SkipSteps" && $0.message == "Rollback within window" })
    #expect(
      done.contains { $0.message.hasSuffix("Rollback within window") && $0.reason == "RolloutCompleted" }
    )
    #expect(!done.contains { $0.reason == "RolloutStepCompleted" })
    #expect(sim.rollout.status["promoteFull"] == nil)
    #expect(plan(sim.snapshot()).isQuiet)
  }

  @Test func returnFromBeyondTheWindowTakesTheSteps() {
    var sim = start(Fixture.basicCanary(steps: steps), window: 1)
    release("shop:v2", &sim)
    release("shop:v3", &sim)
    sim.setImage("shop:v1")
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["message"] == "CanaryPauseStep")
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Healthy", "v2 is the next one before v3")
  }

  @Test func newRevisionIsNeverWithinTheWindow() {
    var sim = start(Fixture.basicCanary(steps: steps), window: 5)
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["message"] == "CanaryPauseStep")
  }

  @Test func abortEndsAReturnToo() {
    var sim = start(Fixture.routedCanary(), window: 1, .init(brokenImages: []))
    release("shop:v2", &sim)
    sim.settings.brokenImages = ["shop:v1"]
    sim.setImage("shop:v1")
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Progressing")
    sim.abort()
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Degraded")
    #expect(sim.readyPods(behind: "web-stable") == 4)
  }

  @Test func blueGreenReturnsAtOnceWhileTheOldRevisionWaits() {
    var sim = start(
      Fixture.blueGreen([
        "autoPromotionEnabled": false, "prePromotionAnalysis": analysis, "postPromotionAnalysis": analysis,
        "scaleDownDelaySeconds": 300,
      ])
    )
    let first = selected("web-active", sim)
    release("shop:v2", &sim)
    let runs = sim.analysisRuns.count
    sim.setImage("shop:v1")
    let told = sim.run(for: .seconds(2)).flatMap(\.plan.events)
    #expect(selected("web-active", sim) == first)
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(told.contains { $0.reason == "SkipSteps" && $0.message == "Fast rollback" })
    let completed = told.filter { $0.reason == "RolloutCompleted" }.map(\.message)
    #expect(completed.count == 1 && completed[0].hasSuffix(": Fast rollback"), "\(completed)")
    #expect(sim.analysisRuns.count == runs)
  }

  @Test func blueGreenReturnIsFastEvenWhenAPodIsJustMissing() {
    var sim = start(Fixture.blueGreen(["autoPromotionEnabled": false, "scaleDownDelaySeconds": 300]))
    let first = selected("web-active", sim)
    release("shop:v2", &sim)
    sim.editSpec { $0["replicas"] = 5 }
    sim.setImage("shop:v1")
    sim.run(for: .seconds(30))
    #expect(selected("web-active", sim) == first)
    #expect(sim.rollout.status["phase"] == "Healthy")
  }

  @Test func waitingRevisionFollowsTheSizeOfTheRollout() {
    var sim = start(Fixture.blueGreen(["scaleDownDelaySeconds": 300]))
    release("shop:v2", &sim)
    #expect(sim.readyPods == 6)
    sim.editSpec { $0["replicas"] = 5 }
    sim.run(for: .seconds(30))
    #expect(sim.readyPods == 10)
    #expect(plan(sim.snapshot()).isQuiet)
    sim.run(for: .seconds(300))
    #expect(sim.readyPods == 5)
  }

  @Test func onlySoManyOldRevisionsWait() {
    var sim = start(Fixture.blueGreen(["scaleDownDelaySeconds": 300, "scaleDownDelayRevisionLimit": 1]))
    release("shop:v2", &sim)
    release("shop:v3", &sim)
    sim.editSpec { $0["replicas"] = 4 }
    sim.run(for: .seconds(30))
    #expect(sim.readyPods == 8, "v1 went when v2 came to wait")
  }

  @Test func withoutADelayTheOldRevisionGoesAtOnce() {
    var sim = start(Fixture.blueGreen(["scaleDownDelaySeconds": 0]))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(10)) { sim, _ in #expect(sim.readyPods(behind: "web-active") == 3) }
    #expect(sim.readyPods == 3)
    #expect(plan(sim.snapshot()).isQuiet)
  }

  @Test func secondAbortAfterARetryIsOneToo() {
    var sim = start(Fixture.routedCanary(steps: steps))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    sim.abort()
    sim.run(for: .seconds(30))
    sim.retry()
    sim.run(for: .seconds(30))
    #expect(sim.rollout.status["message"] == "CanaryPauseStep")
    sim.abort()
    sim.run(for: .seconds(5))
    #expect(sim.rollout.status["phase"] == "Degraded")
    #expect(sim.events.count { $0.reason == "RolloutAborted" } == 2)
  }

  @Test func fullPromotionOverrulesAnAbortThatCameBeforeIt() {
    var sim = start(Fixture.routedCanary(steps: steps))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    sim.abort()
    sim.run(for: .seconds(5))
    sim.promoteFully()
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Healthy")
  }

  @Test func retriedPreviewIsJudgedAgain() {
    let gates: JSONValue = ["prePromotionAnalysis": analysis, "abortScaleDownDelaySeconds": 600]
    var sim = start(Fixture.blueGreen(gates), .init(verdicts: ["shop:v2": "Failed"]))
    let first = selected("web-active", sim)
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Degraded")
    sim.retry()
    sim.run(for: .seconds(60)) { sim, _ in #expect(self.selected("web-active", sim) == first) }
    #expect(sim.rollout.status["phase"] == "Degraded")
    #expect(sim.analysisRuns.count == 2)
  }

  @Test func abortedPreviewGetsNoFastReturn() {
    let gates: JSONValue = ["autoPromotionEnabled": false, "abortScaleDownDelaySeconds": 600]
    var sim = start(Fixture.blueGreen(gates))
    let first = selected("web-active", sim)
    sim.setImage("shop:v2")
    sim.run(for: .seconds(20))
    sim.abort()
    sim.run(for: .seconds(20))
    sim.setImage("shop:v3")
    sim.run(for: .seconds(20))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(20)) { sim, _ in #expect(self.selected("web-active", sim) == first) }
    #expect(sim.rollout.status["message"] == "BlueGreenPause")
  }
}
