import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// What Serin leaves in the middle of a release, judged by the rules by which Argo Rollouts would take it over.
@Suite struct AdoptionReverseTests {
  /// Hashes that Argo Rollouts since 1.9 has for the realistic template; see `AdoptionHashTests`.
  static let hashes = (v1: "86c7c7b9c5", v2: "57b6fcc478")

  func sim(_ strategy: JSONValue, for duration: Duration) -> ClusterSim {
    var rollout = AdoptionWorld(strategy: strategy, stepHash: "").rollout(
      status: [:],
      image: "shop/web:1.2.3"
    )
    rollout["status"] = nil
    var sim = ClusterSim(rollout: rollout, settings: .init(analysisTime: 40, hasOrigin: false))
    sim.analysisTemplates = AdoptionWorld.analysisTemplates
    sim.run(for: .seconds(60))
    sim.setImage("shop/web:1.2.4")
    sim.run(for: duration)
    return sim
  }

  func routed(_ steps: JSONValue) -> JSONValue { AdoptionWorld.routed(steps, "").strategy }

  @Test func aPausedCanaryGoesOn() {
    let sim = sim(routed(AdoptionWorld.pauses), for: .seconds(30))
    let status = sim.rollout.status
    expectFound(sim)
    #expect(status["currentStepHash"] == "f847f885c")
    #expect(status["currentStepIndex"] == 1)
    // A pause that a person ended has the flag and no condition; a running one has both.
    #expect(status["controllerPause"] == true)
    #expect(status["pauseConditions"]?[0]?["reason"] == "CanaryPauseStep")
    #expect(status["pauseConditions"]?[0]?["startTime"]?.string.flatMap { Instant($0) } != nil)
    #expect(status.at("canary", "weights", "canary", "weight") == 25)
    #expect(status.at("canary", "weights", "stable", "weight") == 75)
    #expect(selected("web-canary", sim) == Self.hashes.v2 && selected("web-stable", sim) == Self.hashes.v1)
    #expect(status["phase"] == "Paused" && status["message"] == "CanaryPauseStep")
  }

  @Test func aRunningAnalysisIsFound() throws {
    let sim = sim(routed(AdoptionHashTests.steps[0].steps), for: .seconds(20))
    expectFound(sim)
    #expect(sim.rollout.status["currentStepHash"] == "84d4b665cd")
    #expect(sim.rollout.status["currentStepIndex"] == 1)
    let name = try #require(sim.rollout.status.at("canary", "currentStepAnalysisRunStatus", "name")?.string)
    #expect(name == "web-\(Self.hashes.v2)-2-1")
    let run = try #require(sim.analysisRuns[name])
    #expect(run.labels["rollouts-pod-template-hash"] == Self.hashes.v2)
    #expect(run.labels["rollout-type"] == "Step" && run.labels["step-index"] == "1")
    #expect(run.annotations["rollout.argoproj.io/revision"] == "2")
    #expect(isControlled(run, by: sim.rollout))
  }

  @Test func anAbortIsRemembered() throws {
    var sim = sim(routed(AdoptionWorld.pauses), for: .seconds(30))
    sim.abort()
    sim.run(for: .seconds(10))
    expectFound(sim)
    let status = sim.rollout.status
    #expect(status["abort"] == true && status["abortedAt"]?.string.flatMap { Instant($0) } != nil)
    #expect(status["currentStepIndex"] == 0 && status["currentStepHash"] == "f847f885c")
    #expect(status["pauseConditions"] == nil)
    let aborted = try #require(sim.replicaSets["web-\(Self.hashes.v2)"])
    let deadline = try #require(aborted.annotations["scale-down-deadline"].flatMap { Instant($0) })
    #expect(deadline > sim.now)
    #expect(status["conditions"]?.array?.contains { $0["reason"] == "RolloutAborted" } == true)
  }

  @Test func aPreviewWaits() {
    let sim = sim(AdoptionWorld.blueGreen.strategy, for: .seconds(60))
    expectFound(sim)
    let status = sim.rollout.status
    #expect(status["currentStepHash"] == nil && status["currentStepIndex"] == nil)
    #expect(status.at("blueGreen", "activeSelector")?.string == Self.hashes.v1)
    #expect(status.at("blueGreen", "previewSelector")?.string == Self.hashes.v2)
    #expect(status["controllerPause"] == true)
    #expect(status["pauseConditions"]?[0]?["reason"] == "BlueGreenPause")
  }

  // MARK: - Argo Rollouts' rules

  /// The new ReplicaSet is found by its hash, the stable one by the status, and nothing looks like a change of template
  /// or size (reference, sections 2.1, 2.2 and 2.6).
  func expectFound(_ sim: ClusterSim, _ sourceLocation: SourceLocation = #_sourceLocation) {
    let status = sim.rollout.status
    #expect(status["currentPodHash"]?.string == Self.hashes.v2, sourceLocation: sourceLocation)
    #expect(status["stableRS"]?.string == Self.hashes.v1, sourceLocation: sourceLocation)
    #expect(
      status["observedGeneration"]?.string == String(sim.rollout.generation),
      sourceLocation: sourceLocation
    )
    #expect(sim.rollout.annotations["rollout.argoproj.io/revision"] == "2", sourceLocation: sourceLocation)
    #expect(sim.replicaSets.count == 2, sourceLocation: sourceLocation)
    for (hash, revision) in [(Self.hashes.v1, "1"), (Self.hashes.v2, "2")] {
      let set = sim.replicaSets["web-\(hash)"] ?? .null
      let labels = ["app": "web", "app.kubernetes.io/name": "web", "rollouts-pod-template-hash": hash]
      #expect(set.labels == labels, sourceLocation: sourceLocation)
      #expect(
        set.spec.at("template", "metadata", "labels")?.strings == labels,
        sourceLocation: sourceLocation
      )
      #expect(
        set.spec.at("selector", "matchLabels")?.strings
          == ["app": "web", "rollouts-pod-template-hash": hash],
        sourceLocation: sourceLocation
      )
      #expect(isControlled(set, by: sim.rollout), sourceLocation: sourceLocation)
      #expect(set.annotations["rollout.argoproj.io/revision"] == revision, sourceLocation: sourceLocation)
      // Another number would be taken for a change of the Rollout's size.
      #expect(set.annotations["rollout.argoproj.io/desired-replicas"] == "4", sourceLocation: sourceLocation)
      #expect(set.annotations["team"] == "shop", sourceLocation: sourceLocation)
    }
  }

  func isControlled(_ object: JSONValue, by rollout: JSONValue) -> Bool {
    object.ownerReferences.contains {
      $0["controller"] == true && $0["kind"] == "Rollout" && $0["uid"]?.string == rollout.uid
        && $0["apiVersion"] == "argoproj.io/v1alpha1"
    }
  }

  func selected(_ service: String, _ sim: ClusterSim) -> String? {
    sim.services[service]?.spec.at("selector", RolloutNames.podTemplateHash)?.string
  }
}
