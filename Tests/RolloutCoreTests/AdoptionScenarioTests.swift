import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// Releases that Argo Rollouts left in the middle go on without a restart, a new ReplicaSet or a lost pod.
@Suite struct AdoptionScenarioTests {
  /// Whose hashes, and whether the spec was edited since the last status.
  static let takeovers = AdoptionWorld.Hashes.allCases.flatMap { [($0, false), ($0, true)] }

  func routed(_ takeover: (AdoptionWorld.Hashes, Bool), _ steps: JSONValue, _ hash: String) -> AdoptionWorld {
    var world = AdoptionWorld.routed(steps, hash)
    (world.hashes, world.isEditedSince) = takeover
    return world
  }

  /// The first plan touches nothing in the cluster and restarts nothing.
  func expectUntouched(_ sim: ClusterSim, _ sourceLocation: SourceLocation = #_sourceLocation) {
    let before = RolloutStatus(sim.rollout.status)
    let plan = plan(sim.snapshot())
    #expect(plan.effects.isEmpty, sourceLocation: sourceLocation)
    let after = plan.status
    #expect(after.currentPodHash == before.currentPodHash, sourceLocation: sourceLocation)
    #expect(after.currentStepHash == before.currentStepHash, sourceLocation: sourceLocation)
    #expect(after.currentStepIndex == before.currentStepIndex, sourceLocation: sourceLocation)
    #expect(after.stableHash == before.stableHash, sourceLocation: sourceLocation)
    #expect(after.pauseConditions == before.pauseConditions, sourceLocation: sourceLocation)
    #expect(after.isControllerPause == before.isControllerPause, sourceLocation: sourceLocation)
    #expect(after.isAborted == before.isAborted, sourceLocation: sourceLocation)
    #expect(after.abortedAt == before.abortedAt, sourceLocation: sourceLocation)
    // What the route says of itself is told in addition.
    var weights = after.weights
    weights?["verified"] = nil
    #expect(weights == before.weights, sourceLocation: sourceLocation)
    #expect(after.stepAnalysis == before.stepAnalysis, sourceLocation: sourceLocation)
    #expect(after.phase == before.phase, sourceLocation: sourceLocation)
  }

  /// Only what was there at the takeover is there at the end.
  func expectFinished(_ sim: ClusterSim, stable: String, _ sourceLocation: SourceLocation = #_sourceLocation)
  {
    #expect(sim.rollout.status["phase"] == "Healthy", sourceLocation: sourceLocation)
    #expect(sim.rollout.status["stableRS"]?.string == stable, sourceLocation: sourceLocation)
    #expect(sim.replicaSets.count == 2, sourceLocation: sourceLocation)
    #expect(sim.readyPods == sim.rollout.spec["replicas"]?.int, sourceLocation: sourceLocation)
    #expect(plan(sim.snapshot()).isQuiet, sourceLocation: sourceLocation)
  }

  @Test(arguments: takeovers)
  func aPauseGoesOnFromItsStart(_ hashes: AdoptionWorld.Hashes, _ isEdited: Bool) {
    let world = routed((hashes, isEdited), AdoptionWorld.pauses, "f847f885c")
    var sim = world.pausedCanary()
    expectUntouched(sim)
    // Sixty seconds of two minutes had passed at the takeover.
    sim.run(for: .seconds(58))
    #expect(sim.rollout.status["currentStepIndex"] == 1 && sim.canaryWeight == 25)
    sim.run(for: .seconds(20))
    #expect(sim.canaryWeight == 50)
    sim.run(for: .seconds(400))
    expectFinished(sim, stable: world.new)
    #expect(sim.canaryWeight == 0)
  }

  @Test(arguments: takeovers)
  func aRunningAnalysisIsWaitedFor(_ hashes: AdoptionWorld.Hashes, _ isEdited: Bool) {
    let world = routed((hashes, isEdited), AdoptionHashTests.steps[0].steps, "84d4b665cd")
    var sim = world.analysedCanary()
    expectUntouched(sim)
    sim.run(for: .seconds(15))
    #expect(sim.rollout.status["currentStepIndex"] == 1)
    sim.run(for: .seconds(120))
    #expect(sim.analysisRuns.count == 1, "no second run was made")
    expectFinished(sim, stable: world.new)
  }

  @Test(arguments: takeovers)
  func anAbortStaysOneAndKeepsItsDeadline(_ hashes: AdoptionWorld.Hashes, _ isEdited: Bool) {
    let world = routed((hashes, isEdited), AdoptionWorld.pauses, "f847f885c")
    var sim = world.abortedCanary()
    expectUntouched(sim)
    sim.run(for: .seconds(19))
    #expect(sim.readyPods == 5)
    sim.run(for: .seconds(5))
    #expect(sim.readyPods == 4)
    #expect(sim.rollout.status["phase"] == "Degraded")
    sim.retry()
    sim.run(for: .seconds(60))
    #expect(sim.canaryWeight == 25)
    sim.promoteFully()
    sim.run(for: .seconds(90))
    expectFinished(sim, stable: world.new)
  }

  @Test(arguments: takeovers)
  func aBasicCanaryKeepsItsPods(_ hashes: AdoptionWorld.Hashes, _ isEdited: Bool) {
    var (world, _) = AdoptionWorld.basic()
    (world.hashes, world.isEditedSince) = (hashes, isEdited)
    var sim = world.pausedBasicCanary()
    expectUntouched(sim)
    sim.run(for: .seconds(600))
    #expect(sim.rollout.status["phase"] == "Paused")
    #expect(sim.readyPods == 6)
    sim.resume()
    sim.run(for: .seconds(120))
    expectFinished(sim, stable: world.new)
  }

  @Test(arguments: takeovers)
  func aPreviewWaitsForItsPromotion(_ hashes: AdoptionWorld.Hashes, _ isEdited: Bool) {
    var world = AdoptionWorld.blueGreen
    (world.hashes, world.isEditedSince) = (hashes, isEdited)
    var sim = world.pausedBlueGreen()
    expectUntouched(sim)
    sim.run(for: .seconds(300))
    #expect(sim.rollout.status["message"] == "BlueGreenPause")
    #expect(sim.readyPods == 8)
    sim.resume()
    sim.run(for: .seconds(120))
    #expect(sim.readyPods(behind: "web-active") == 4)
    expectFinished(sim, stable: world.new)
  }

  @Test(arguments: takeovers)
  func theFormerRevisionKeepsItsDeadline(_ hashes: AdoptionWorld.Hashes, _ isEdited: Bool) {
    let world = routed((hashes, isEdited), AdoptionWorld.pauses, "f847f885c")
    var sim = world.promotedCanary()
    expectUntouched(sim)
    sim.run(for: .seconds(14))
    #expect(sim.readyPods == 8)
    sim.run(for: .seconds(10))
    expectFinished(sim, stable: world.new)
  }

  @Test func whatAReleaseInjectedIsNoNewRevision() {
    var world = AdoptionWorld.routed(
      AdoptionWorld.pauses,
      "f847f885c",
      more: [
        "canaryMetadata": ["labels": ["role": "canary"]], "stableMetadata": ["labels": ["role": "stable"]],
        "antiAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": [:]],
      ]
    )
    world.hashes = .foreign
    world.isEditedSince = true
    var sim = world.pausedCanary()
    let sets = sim.replicaSets.values.map { set in
      inject(into: set, role: set.name == "web-\(world.new)" ? "canary" : "stable", against: world)
    }
    sim.find(sets)
    expectUntouched(sim)
    sim.run(for: .seconds(600))
    expectFinished(sim, stable: world.new)
  }

  /// The metadata, and into the canary's template the rule that keeps it from the stable revision's nodes.
  private func inject(into set: JSONValue, role: String, against world: AdoptionWorld) -> JSONValue {
    var set = set
    set.set(.string(role), at: "spec", "template", "metadata", "labels", "role")
    set.set(
      .string(#"{"labels":{"role":"\#(role)"}}"#),
      at: "metadata",
      "annotations",
      "rollout.argoproj.io/ephemeral-metadata"
    )
    guard role == "canary" else { return set }
    let term: JSONValue = [
      "labelSelector": [
        "matchExpressions": [
          ["key": "rollouts-pod-template-hash", "operator": "In", "values": [.string(world.stable)]]
        ]
      ], "namespaces": ["shop"], "topologyKey": "kubernetes.io/hostname",
    ]
    set.set(
      [term],
      at: "spec",
      "template",
      "spec",
      "affinity",
      "podAntiAffinity",
      "requiredDuringSchedulingIgnoredDuringExecution"
    )
    return set
  }

  // MARK: - Edits while no controller ran

  @Test(arguments: AdoptionWorld.Hashes.allCases)
  func scalingWhileNobodyLookedRestartsNothing(_ hashes: AdoptionWorld.Hashes) {
    let world = routed((hashes, false), AdoptionWorld.pauses, "f847f885c")
    var sim = world.pausedCanary()
    sim.editSpec { $0["replicas"] = 8 }
    sim.run(for: .seconds(30))
    #expect(sim.rollout.status["currentStepIndex"] == 1 && sim.canaryWeight == 25)
    #expect(sim.replicaSets["web-\(world.stable)"]?.spec["replicas"] == 8)
    #expect(sim.replicaSets["web-\(world.new)"]?.spec["replicas"] == 2)
    #expect(sim.replicaSets.count == 2)
  }

  @Test(arguments: AdoptionWorld.Hashes.allCases)
  func changedStepsStillStartOver(_ hashes: AdoptionWorld.Hashes) {
    var sim = routed((hashes, false), AdoptionWorld.pauses, "f847f885c").pausedCanary()
    sim.editSpec { $0.set([["setWeight": 5], ["pause": [:]]], at: "strategy", "canary", "steps") }
    let status = plan(sim.snapshot()).status
    #expect(status.currentStepIndex == 0 && !status.isControllerPause)
  }

  /// A status that says of a generation only that it is invalid says nothing about its steps or its template.
  @Test func whatChangedWithAnInvalidSpecIsNoticedOnceItIsValid() {
    var sim = routed((.since19, false), AdoptionWorld.pauses, "f847f885c").pausedCanary()
    sim.editSpec {
      let analysis: JSONValue = ["analysis": ["templates": [["templateName": "later"]]]]
      $0.set([["setWeight": 5], analysis], at: "strategy", "canary", "steps")
      $0.set(["disk": "hdd"], at: "template", "spec", "nodeSelector")
    }
    sim.run(for: .seconds(30))
    #expect(sim.condition("InvalidSpec") != nil && sim.replicaSets.count == 2)
    sim.analysisTemplates["later"] = sim.analysisTemplates["always-pass"]
    let status = plan(sim.snapshot()).status
    #expect(status.currentStepIndex == 0 && !status.isControllerPause)
    sim.run(for: .seconds(30))
    #expect(sim.replicaSets.count == 3)
  }

  @Test(arguments: AdoptionWorld.Hashes.allCases)
  func aChangedTemplateIsStillANewRevision(_ hashes: AdoptionWorld.Hashes) {
    var sim = routed((hashes, false), AdoptionWorld.pauses, "f847f885c").pausedCanary()
    sim.editSpec { $0.set(["disk": "hdd"], at: "template", "spec", "nodeSelector") }
    sim.run(for: .seconds(30))
    #expect(sim.replicaSets.count == 3)
    #expect(sim.rollout.annotations["rollout.argoproj.io/revision"] == "3")
  }

  @Test func goingBackToStableFindsItsReplicaSet() {
    let world = routed((.foreign, false), AdoptionWorld.pauses, "f847f885c")
    var sim = world.pausedCanary()
    sim.setImage(AdoptionWorld.image.stable)
    sim.run(for: .seconds(120))
    expectFinished(sim, stable: world.stable)
  }

  /// Two ReplicaSets of the same content: the one in use stays in use, else the oldest is taken.
  @Test func theRecordedReplicaSetGoesBeforeItsEquals() {
    let world = routed((.foreign, true), AdoptionWorld.pauses, "f847f885c")
    var sim = world.pausedCanary()
    var older = world.replicaSet(AdoptionWorld.image.new, revision: 0, size: 0)
    older.set("web-older", at: "metadata", "name")
    older.set("older", at: "metadata", "labels", RolloutNames.podTemplateHash)
    sim.find([older])
    #expect(plan(sim.snapshot()).status.currentPodHash == world.new)
    sim.patchStatus(["currentPodHash": "gone"])
    #expect(plan(sim.snapshot()).status.currentPodHash == "older")
  }
}
