import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

@Suite struct CanaryScenarioTests {
  func sim(_ rollout: JSONValue, _ settings: ClusterSim.Settings = .init()) -> ClusterSim {
    var sim = ClusterSim(rollout: rollout, settings: settings)
    sim.analysisTemplates = Fixture.templates
    sim.run(for: .seconds(60))
    return sim
  }

  @Test func firstDeploymentIsPromotedWhenItsPodsAreAvailable() {
    let sim = sim(Fixture.routedCanary())
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.rollout.status["stableRS"] == sim.rollout.status["currentPodHash"])
    #expect(sim.readyPods(behind: "web-stable") == 4)
    #expect(sim.decisions == ["7b1f0a52-r1-promote"])
    #expect(plan(sim.snapshot()).isQuiet)
  }

  @Test(arguments: [Fixture.routedCanary(), Fixture.blueGreen([:])])
  func whatCountsAsAvailableChangesWithoutANewRevision(rollout: JSONValue) {
    var sim = sim(rollout)
    for seconds in [30, 0] {
      sim.editSpec { $0["minReadySeconds"] = JSONValue(seconds) }
      sim.run(for: .seconds(60))
      #expect(sim.replicaSets.values.map { $0.spec["minReadySeconds"]?.int } == [seconds])
      #expect(sim.rollout.status["phase"] == "Healthy")
      #expect(plan(sim.snapshot()).isQuiet)
    }
  }

  @Test func goodRevisionAdvancesStepByStepAndIsPromoted() {
    var sim = sim(Fixture.routedCanary())
    sim.setImage("shop:v2")
    var weights: [Int] = []
    sim.run(for: .seconds(120)) { sim, _ in
      let weight = sim.canaryWeight
      if weights.last != weight { weights.append(weight) }
    }
    #expect(weights == [0, 20, 50, 100, 0])
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.analysisRuns.count == 2)
    #expect(sim.decisions.last == "7b1f0a52-r2-promote")
    #expect(sim.readyPods == 4)
    #expect(plan(sim.snapshot()).isQuiet)
  }

  @Test func failedAnalysisReturnsTrafficInTheSamePlan() throws {
    var sim = sim(Fixture.routedCanary(), .init(verdicts: ["shop:v3": "Failed"]))
    sim.setImage("shop:v3")
    let steps = sim.run(for: .seconds(200))
    let abort = try #require(steps.first { $0.plan.status.isAborted })
    guard case .changeRoute = abort.plan.effects.first else {
      Issue.record("the abort does not begin with the route: \(abort.plan.effects)")
      return
    }
    #expect(sim.rollout.status["phase"] == "Degraded")
    #expect(sim.canaryWeight == 0)
    #expect(sim.readyPods(behind: "web-stable") == 4)
    #expect(sim.readyPods == 4, "the aborted pods go after their delay")
    #expect(sim.decisions.count == 2)
    #expect(plan(sim.snapshot()).isQuiet)
  }

  @Test func abortWhileGitIsDownIsSaidAndRecordedLater() {
    var sim = sim(Fixture.routedCanary(), .init(verdicts: ["shop:v3": "Failed"]))
    sim.settings.isGitReachable = false
    sim.setImage("shop:v3")
    sim.run(for: .seconds(60))
    #expect(sim.canaryWeight == 0)
    #expect(sim.condition("AbortedPendingGit")?.status == "True")
    #expect(sim.decisions.count == 1)
    sim.settings.isGitReachable = true
    sim.run(for: .seconds(60))
    #expect(sim.condition("AbortedPendingGit") == nil)
    #expect(sim.decisions.count == 2)
  }

  @Test func goingBackToStableSkipsTheSteps() {
    var sim = sim(Fixture.routedCanary(steps: [["setWeight": 20], ["pause": [:]]]))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    #expect(sim.rollout.status["phase"] == "Paused")
    #expect(sim.canaryWeight == 20)
    sim.setImage("shop:v1")
    sim.run(for: .seconds(90))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.canaryWeight == 0)
    #expect(sim.readyPods == 4)
  }

  @Test func newerRevisionStartsOverAndTheOldCanaryLosesItsTrafficFirst() {
    var sim = sim(Fixture.routedCanary(steps: [["setWeight": 50], ["pause": [:]]]))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    sim.setImage("shop:v3")
    sim.run(for: .seconds(90))
    #expect(sim.rollout.status["phase"] == "Paused")
    #expect(sim.rollout.status["currentStepIndex"] == 1)
    #expect(sim.canaryWeight == 50)
    #expect(sim.readyPods == 6)
    sim.resume()
    sim.run(for: .seconds(90))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.readyPods == 4)
  }

  @Test func pauseWithoutDurationWaitsForAPerson() {
    var sim = sim(Fixture.basicCanary(steps: [["setWeight": 25], ["pause": [:]], ["setWeight": 50]]))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(600))
    #expect(sim.rollout.status["phase"] == "Paused")
    #expect(sim.rollout.status["message"] == "CanaryPauseStep")
    #expect(plan(sim.snapshot()).wake == .onChange)
    sim.resume()
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.condition("Healthy")?.status == "True")
  }

  @Test(arguments: [
    Fixture.basicCanary(steps: [["setWeight": 25], ["pause": [:]]]), Fixture.routedCanary(),
    Fixture.blueGreen(),
  ])
  func aPausedRolloutHasAnEmptyReplicaSetForANewTemplate(_ rollout: JSONValue) throws {
    var sim = sim(rollout)
    sim.editSpec { $0["paused"] = true }
    sim.run(for: .seconds(5))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    let sets = sim.snapshot().replicaSets.map { ReplicaSetView($0) }
    let new = try #require(sets.first { $0.images.values.contains("shop:v2") })
    #expect(new.desired == 0 && new.revision == 2)
    #expect(sim.rollout.annotation(RolloutNames.revision) == "2")
    #expect(sim.rollout.status["currentPodHash"] == .string(new.hash))
    #expect(sim.rollout.status["phase"] == "Paused" && sim.rollout.status["message"] == "manually paused")
    #expect(plan(sim.snapshot()).isQuiet)
    sim.editSpec { $0["paused"] = false }
    sim.run(for: .seconds(10))
    #expect((sim.snapshot().replicaSets.first { $0.name == new.name }?.spec["replicas"]?.int ?? 0) > 0)
  }

  @Test func retryJudgesAgainWithARunOfItsOwn() {
    var sim = sim(Fixture.routedCanary(), .init(verdicts: ["shop:v3": "Failed"]))
    sim.setImage("shop:v3")
    sim.run(for: .seconds(30))
    #expect(sim.rollout.status["phase"] == "Degraded" && sim.rollout.status["abortedAt"] != nil)
    sim.settings.verdicts = [:]
    sim.retry()
    sim.run(for: .seconds(2))
    #expect(sim.rollout.status["abort"]?.bool != true && sim.rollout.status["abortedAt"] == nil)
    sim.run(for: .seconds(120))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.analysisRuns.keys.contains { $0.hasSuffix("-2-2.1") })
  }

  @Test func whatARetryLeavesOpenIsAskedAgainOnResume() {
    var sim = sim(Fixture.routedCanary(), .init(verdicts: ["shop:v3": "Failed"]))
    sim.setImage("shop:v3")
    sim.run(for: .seconds(30))
    sim.settings.verdicts = ["shop:v3": "Inconclusive"]
    sim.retry()
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["message"] == "InconclusiveAnalysisRun")
    sim.settings.verdicts = [:]
    sim.resume()
    sim.run(for: .seconds(120))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.analysisRuns.keys.contains { $0.hasSuffix("-2-2.2") })
  }

  @Test func promoteFullSkipsWhatIsLeft() {
    var sim = sim(
      Fixture.routedCanary(steps: [["setWeight": 20], ["pause": [:]], ["setWeight": 40], ["pause": [:]]])
    )
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    sim.promoteFully()
    sim.run(for: .seconds(90))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.rollout.status["promoteFull"] == nil)
  }

  @Test func inconclusiveAnalysisWaitsAndIsAskedAgainOnResume() {
    var sim = sim(Fixture.routedCanary(), .init(verdicts: ["shop:v2": "Inconclusive"]))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["message"] == "InconclusiveAnalysisRun")
    sim.settings.verdicts = [:]
    sim.resume()
    sim.run(for: .seconds(120))
    #expect(sim.rollout.status["phase"] == "Healthy")
  }

  @Test func podsThatNeverStartRunIntoTheProgressDeadline() {
    var sim = sim(Fixture.basicCanary(steps: [["setWeight": 25]]), .init(brokenImages: ["shop:v2"]))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(650))
    #expect(sim.rollout.status["phase"] == "Degraded")
    #expect(sim.condition("Progressing")?.reason == "ProgressDeadlineExceeded")
    #expect(sim.readyPods >= 3)
    sim.editSpec { $0["progressDeadlineAbort"] = true }
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["abort"] == true)
    #expect(sim.readyPods == 4)
  }

  @Test func aRunThatCannotBeMadeEndsTheRelease() {
    let argument: JSONValue = [
      "name": "tier", "valueFrom": ["fieldRef": ["fieldPath": "metadata.labels['tier']"]],
    ]
    var sim = sim(
      Fixture.routedCanary(
        steps: [
          ["setWeight": 20],
          ["analysis": ["templates": [["templateName": "success-rate"]], "args": [argument]]],
        ]
      )
    )
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Degraded" && sim.canaryWeight == 0)
    #expect(sim.rollout.status["message"]?.string?.contains("metadata.labels['tier']") == true)
    #expect(plan(sim.snapshot()).isQuiet)
  }

  static let impossibleSteps: [(JSONValue, String)] = [
    ([["setWeight": 120]], "spec.strategy.canary.steps[0].setWeight: Invalid value: 120"),
    ([["setHeaderRoute": [:]]], "spec.strategy.canary.trafficRouting.managedRoutes: Required value"),
    ([["pause": ["duration": "3 s"]]], "spec.strategy.canary.steps[0].pause.duration"),
    (
      [["analysis": ["templates": [["templateName": "no"]]]]],
      "steps[0].analysis.templates: Invalid value: \"no\": AnalysisTemplate 'no' not found"
    ),
  ]

  @Test(arguments: impossibleSteps)
  func impossibleStepIsAConditionAndTouchesNothing(steps: JSONValue, says: String) {
    var sim = sim(Fixture.routedCanary())
    sim.editSpec { $0.set(steps, at: "strategy", "canary", "steps") }
    let before = sim.replicaSets
    sim.run(for: .seconds(60))
    #expect(
      sim.condition("InvalidSpec")?.message.contains(says) == true,
      "\(sim.condition("InvalidSpec") as Any)"
    )
    #expect(sim.replicaSets == before)
    #expect(sim.canaryWeight == 0)
  }
}

extension ClusterSim {
  var canaryWeight: Int { routes.values.first?.spec["rules"]?[0]?["backendRefs"]?[1]?["weight"]?.int ?? -1 }

  func condition(_ type: String) -> Condition? {
    RolloutStatus(rollout.status).conditions.first { $0.type == type }
  }
}
