import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// What hurts people with other controllers (user-pain.md, section 5), one scenario each. Every one of them fails when
/// the line that it names is taken out.
@Suite struct PainScenarioTests {
  private static let waiting: JSONValue = [
    ["setWeight": 40], ["pause": [:]], ["setWeight": 80], ["pause": [:]],
  ]

  private func sim(_ rollout: JSONValue, _ settings: ClusterSim.Settings = .init()) -> ClusterSim {
    var sim = ClusterSim(rollout: rollout, settings: settings)
    sim.analysisTemplates = Fixture.templates
    sim.run(for: .seconds(60))
    return sim
  }

  private func weight(_ sim: ClusterSim) -> Int? {
    sim.routes.values.first?.spec["rules"]?[0]?["backendRefs"]?[1]?["weight"]?.int
  }

  private func set(_ sim: ClusterSim, _ image: String) -> ReplicaSetView? {
    sim.snapshot().replicaSets.map { ReplicaSetView($0) }.first { $0.images.values.contains(image) }
  }

  /// 5.3 The cure: `checkProgressDeadline` in every plan, with the wake-ups that it and `concludeProgress` ask for.
  @Test func stuckForever_aReleaseThatCannotMoveSaysSoByItself() {
    var settings = ClusterSim.Settings()
    settings.brokenImages = ["shop:bad"]
    var sim = sim(Fixture.routedCanary(steps: Self.waiting), settings)
    sim.setImage("shop:bad")
    // Nothing in the world changes any more: only its own wake-ups bring the planner here.
    sim.run(for: .seconds(700))
    #expect(sim.rollout.status["phase"] == "Degraded")
    #expect(sim.rollout.status["message"]?.string?.contains("timed out progressing") == true)
  }

  /// 5.4 The cure: `checkProgressDeadline` comes before all that may wait, here for a gateway that never answers.
  @Test func deadlinesThatDoNotFire_aGatewayThatNeverAcceptsDoesNotStopTheClock() {
    var rollout = Fixture.routedCanary(steps: Self.waiting)
    rollout.set(30, at: "spec", "progressDeadlineSeconds")
    rollout.set(true, at: "spec", "progressDeadlineAbort")
    var sim = sim(rollout)
    sim.settings.routeLag = 100_000
    sim.setImage("shop:v2")
    sim.run(for: .seconds(120))
    #expect(sim.rollout.status["abort"] == true)
    #expect(weight(sim) == 0)
  }

  /// 5.4 The cure: the order of the commands in `takeCommands`.
  @Test func abortsThatDoNotFire_anAbortOverrulesAFullPromotion() {
    var sim = sim(Fixture.routedCanary(replicas: 10, steps: Self.waiting))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    sim.promoteFully()
    sim.run(for: .milliseconds(100))
    sim.abort()
    sim.run(for: .seconds(10))
    #expect(sim.rollout.status["abort"] == true)
    #expect(weight(sim) == 0)
  }

  /// 5.5 The cure: `isRouted`, by which an old revision keeps its pods until no route leads to it.
  @Test func lostCapacityAtTheEdges_theCanaryBeforeLastKeepsItsPodsWhileRequestsReachIt() {
    var sim = sim(Fixture.routedCanary(replicas: 5, steps: Self.waiting))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    sim.settings.routeLag = 60
    sim.setImage("shop:v3")
    sim.run(for: .seconds(40))
    // The gateway still sends two in five requests to the second revision.
    #expect(set(sim, "shop:v2")?.ready == 2)
    sim.run(for: .seconds(120))
    #expect(set(sim, "shop:v2")?.desired == 0)
  }

  /// 5.6 The cure: the guard in `returningWeight`, by which the way back ends at 0 with the last pod of stable.
  @Test(arguments: [5, 20, 50, 120])
  func weightsNotRestored_anAbortEndsAtZeroWithAllOfStable(afterSeconds seconds: Int) {
    var rollout = Fixture.routedCanary(replicas: 7, steps: [["setWeight": 40], ["pause": ["duration": 30]]])
    rollout.set(true, at: "spec", "strategy", "canary", "dynamicStableScale")
    rollout.set(3, at: "spec", "strategy", "canary", "minPodsPerReplicaSet")
    var sim = sim(rollout)
    sim.settings.podStart = 10...10
    sim.setImage("shop:v2")
    sim.run(for: .seconds(seconds))
    guard sim.rollout.status["stableRS"] != sim.rollout.status["currentPodHash"] else { return }
    sim.abort()
    sim.run(for: .seconds(120))
    #expect(weight(sim) == 0)
    #expect(set(sim, "shop:v1")?.available == 7)
  }

  /// 5.8 The cure: `isOfAttempt`, by which a run from before the abort is no verdict on the retry.
  @Test func retryReusesAFailedAnalysis_theSecondAttemptIsJudgedByARunOfItsOwn() {
    var settings = ClusterSim.Settings()
    settings.verdicts = ["shop:v2": "Failed"]
    var sim = sim(Fixture.routedCanary(steps: [["setWeight": 40], Fixture.analysis]), settings)
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["abort"] == true)
    sim.settings.verdicts = [:]
    sim.retry()
    sim.run(for: .seconds(60))
    #expect(sim.analysisRuns.count == 2)
    #expect(sim.rollout.status["phase"] == "Healthy")
  }

  /// 5.11 The cure: `ReplicaSwing`, by which a count that swings because of the release swings once only.
  @Test func autoscalerOscillation_aSwingBetweenTwoCountsEnds() {
    var sim = sim(Fixture.routedCanary(replicas: 200, steps: [["setWeight": 50], ["pause": [:]]]))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    var loop = AutoscalerLoop(sim, Autoscaler(metric: .resource), load: 100_000)
    let rests = loop.comesToRest()
    #expect(rests, "\(loop.sizes)")
    #expect(loop.sizes.allSatisfy { $0 >= 194 })
  }

  /// 5.11 The cure: `autoscaledReplicas`, which reports no pod more than was asked for.
  @Test func autoscalerOscillation_theSurplusOfAReleaseIsNeverAskedForAgain() {
    var sim = sim(Fixture.routedCanary(replicas: 10, steps: [["setWeight": 10], ["pause": [:]]]))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    var loop = AutoscalerLoop(sim, Autoscaler(metric: .averageValue), load: 5000)
    let rests = loop.comesToRest()
    #expect(rests)
    sim = loop.sim
    #expect(sim.rollout.spec["replicas"] == 10)
    #expect(sim.rollout.status["replicas"] == 11)
  }

  /// 5.13 The cure: stable is what was promoted last (`noticeRevision` leaves `stableRS` alone) and the steps start
  /// over.
  @Test func newerCommitInTheMiddle_itStartsOverAndGoesBackToWhatWasPromoted() {
    var sim = sim(Fixture.routedCanary(replicas: 5, steps: Self.waiting))
    let stable = sim.rollout.status["stableRS"]
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    sim.resume()
    sim.run(for: .seconds(30))
    #expect(weight(sim) == 80)
    sim.setImage("shop:v3")
    sim.run(for: .seconds(30))
    #expect(weight(sim) == 40)
    #expect(sim.rollout.status["currentStepIndex"] == 1)
    sim.abort()
    sim.run(for: .seconds(30))
    #expect(sim.rollout.status["stableRS"] == stable)
    #expect(weight(sim) == 0 && set(sim, "shop:v1")?.available == 5)
  }

  /// 5.13 The cures: `RevisionQueue` keeps what is released until it is over, and `keepQueue` keeps each template that
  /// waits; with `queueLatest` only the last one has its turn.
  @Test(arguments: [("queue", ["shop:v2", "shop:v3", "shop:v4"]), ("queueLatest", ["shop:v2", "shop:v4"])])
  func newerCommitInTheMiddle_itWaitsForTheReleaseInFlight(policy: String, turns: [String]) {
    var rollout = Fixture.routedCanary(replicas: 5, steps: Self.waiting)
    rollout.set(.string(policy), at: "spec", "strategy", "canary", "onNewRevision")
    var sim = sim(rollout)
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    sim.resume()
    sim.run(for: .seconds(30))
    for image in ["shop:v3", "shop:v4"] {
      sim.setImage(image)
      sim.run(for: .seconds(30))
    }
    // The release in flight stays where it is.
    #expect(weight(sim) == 80 && set(sim, "shop:v2")?.available == 4)
    for image in turns {
      #expect(set(sim, image)?.hash == sim.rollout.status["currentPodHash"]?.string, "\(image)")
      #expect((weight(sim) ?? 0) > 0)
      sim.promoteFully()
      sim.run(for: .seconds(90))
      #expect(set(sim, image)?.available == 5 || image != turns.last)
    }
    #expect(sim.rollout.status["phase"] == "Healthy" && weight(sim) == 0)
    #expect(sim.decisions.filter { $0.hasSuffix("promote") }.count == turns.count + 1)
  }

  /// 5.21 The cures: the `test` of the generation in a route's patch; the status' version holds the rest.
  @Test func splitBrain_aWriterWithAnOldViewChangesNothing() throws {
    var sim = sim(Fixture.routedCanary(replicas: 5, steps: Self.waiting))
    sim.setImage("shop:v2")
    var old = sim.snapshot()
    // The last plan before the canary gets its first requests, by the controller that then loses its lease.
    while !plan(old).effects.contains(where: { if case .changeRoute = $0 { true } else { false } }) {
      try sim.perform(plan(old))
      sim.advance(to: sim.now + .milliseconds(500))
      old = sim.snapshot()
    }
    var first = sim
    try first.perform(plan(old), from: old)
    first.abort()
    first.run(for: .seconds(10))
    #expect(weight(first) == 0)
    let writes = first.rollout
    #expect(throws: SimError.self) { try first.perform(plan(old), from: old) }
    #expect(weight(first) == 0 && first.rollout == writes)
  }

  /// 5.5 The cure: `returningWeight` gives stable no more than its pods can carry, and the canary Service waits for that
  /// too (`convergeServices`).
  @Test func lostCapacityAtTheEdges_anAbortSendsNoRequestsToADeadStable() {
    var sim = sim(Fixture.routedCanary(replicas: 5, steps: Self.waiting))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    #expect(weight(sim) == 40)
    sim.breakPods(ofImage: "shop:v1")
    sim.abort()
    sim.run(for: .seconds(30))
    #expect(weight(sim) == 40 && sim.readyPods(behind: "web-canary") == 2)
    sim.repairPods(ofImage: "shop:v1")
    sim.run(for: .seconds(30))
    #expect(weight(sim) == 0 && sim.readyPods(behind: "web-stable") == 5)
  }

  /// 5.5 The cure: `reachesAll` keeps pods of both revisions until a Service of a new strategy leads to one alone.
  @Test(arguments: [
    Fixture.routedCanary(replicas: 5, steps: [["setWeight": 20], ["pause": [:]]]),
    Fixture.blueGreen(["previewReplicaCount": 1, "autoPromotionEnabled": false]),
  ])
  func lostCapacityAtTheEdges_aChangeOfStrategyTakesNoPodThatIsStillReached(_ next: JSONValue) {
    var sim = sim(Fixture.basicCanary(replicas: 5, steps: Self.waiting))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    sim.resume()
    sim.run(for: .seconds(30))
    sim.editSpec { spec in spec["strategy"] = next.spec["strategy"] }
    sim.editSpec { spec in spec["replicas"] = 5 }
    sim.provide()
    let users = next.spec.at("strategy", "blueGreen") == nil ? "web-stable" : "web-active"
    sim.run(for: .seconds(60)) { sim, _ in #expect(sim.readyPods(behind: users) >= 5) }
    #expect(sim.services[users]?.at("spec", "selector", RolloutNames.podTemplateHash) != nil)
  }

  /// 5.25 The cures: pods that are not available are free to take (`BasicCanaryCounts.shrink`), no step with a router
  /// asks for stable's pods (`hasReached`), and a fix takes requests over where stable cannot (`mayTakeOver`). Without a
  /// router, neither dead stable pods nor those of the canary before keep the fix waiting (`isStableDead`).
  @Test(
    arguments: [false, true],
    [
      Fixture.basicCanary(replicas: 5, steps: waiting), Fixture.routedCanary(replicas: 5, steps: waiting),
      Fixture.blueGreen(),
    ]
  )
  func badStableBlocksTheFix_theFixRollsOut(isDynamic: Bool, _ rollout: JSONValue) {
    var rollout = rollout
    let isRouted = rollout.at("spec", "strategy", "canary")?["trafficRouting"] != nil
    if isDynamic, isRouted { rollout.set(true, at: "spec", "strategy", "canary", "dynamicStableScale") }
    var sim = sim(rollout)
    if rollout.at("spec", "strategy", "canary") != nil { sim.setImage("shop:v2") }
    sim.run(for: .seconds(30))
    sim.breakPods(ofImage: "shop:v1")
    sim.run(for: .seconds(30))
    sim.setImage("shop:fix")
    sim.run(for: .seconds(700))
    for _ in 0..<3 {
      sim.resume()
      sim.run(for: .seconds(60))
    }
    #expect(sim.rollout.status["phase"] == "Healthy", "\(sim.rollout.status["message"] ?? .null)")
    #expect((set(sim, "shop:fix")?.available ?? 0) >= 3)
  }
}
