import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// Phases with their messages as they follow each other (reference, section 1.8).
@Suite struct PhaseTests {
  /// The phases that are written while the time runs, each once.
  static func phases(_ sim: inout ClusterSim, for seconds: Int) -> [String] {
    var phases: [String] = []
    sim.run(for: .seconds(seconds)) { _, plan in
      let phase =
        plan.status.message.isEmpty ? plan.status.phase : "\(plan.status.phase): \(plan.status.message)"
      if phases.last != phase { phases.append(phase) }
    }
    return phases
  }

  private func settled(_ rollout: JSONValue, _ settings: ClusterSim.Settings = .init()) -> ClusterSim {
    var sim = ClusterSim(rollout: rollout, settings: settings)
    sim.analysisTemplates = Fixture.templates
    sim.run(for: .seconds(60))
    return sim
  }

  @Test func firstCanary() {
    var sim = ClusterSim(rollout: Fixture.basicCanary(steps: [["setWeight": 50], ["pause": [:]]]))
    #expect(
      Self.phases(&sim, for: 60) == [
        "Progressing: more replicas need to be updated",
        "Progressing: updated replicas are still becoming available", "Healthy",
      ]
    )
  }

  @Test func canaryByPodCounts() {
    var sim = settled(Fixture.basicCanary(steps: [["setWeight": 50], ["pause": [:]]]))
    sim.setImage("shop:v2")
    #expect(
      Self.phases(&sim, for: 60) == [
        "Progressing: more replicas need to be updated", "Paused: CanaryPauseStep",
      ]
    )
    sim.resume()
    #expect(
      Self.phases(&sim, for: 60) == [
        "Progressing: more replicas need to be updated",
        "Progressing: updated replicas are still becoming available",
        "Progressing: old replicas are pending termination",
        "Progressing: updated replicas are still becoming available", "Healthy",
      ]
    )
  }

  @Test func routedCanaryIsHealthyWhileOldPodsWait() {
    var sim = settled(Fixture.routedCanary(steps: [["setWeight": 50]]), .init(routeLag: 5))
    sim.setImage("shop:v2")
    let phases = Self.phases(&sim, for: 30)
    #expect(
      phases == [
        "Progressing: more replicas need to be updated",
        "Progressing: waiting for all steps to complete", "Healthy",
      ]
    )
    #expect(sim.condition("Healthy")?.status == "False")
    sim.run(for: .seconds(60))
    #expect(sim.condition("Healthy")?.status == "True")
  }

  @Test func blueGreenWithAnAnalysisAfterTheSwitch() {
    let analysis: JSONValue = ["templates": [["templateName": "success-rate"]]]
    var sim = settled(Fixture.blueGreen(["postPromotionAnalysis": analysis, "autoPromotionSeconds": 5]))
    sim.setImage("shop:v2")
    #expect(
      Self.phases(&sim, for: 90) == [
        "Progressing: more replicas need to be updated", "Progressing: active service cutover pending",
        "Paused: BlueGreenPause", "Progressing: active service cutover pending",
        "Progressing: waiting for analysis to complete", "Healthy",
      ]
    )
  }

  @Test func failuresComeFirstAndPausesBeforeProgress() {
    var sim = settled(Fixture.basicCanary(steps: [["setWeight": 50], ["pause": [:]]]))
    sim.editSpec { $0["paused"] = true }
    #expect(Self.phases(&sim, for: 5) == ["Paused: manually paused"])
    sim.editSpec { $0["replicas"] = -1 }
    #expect(
      Self.phases(&sim, for: 5) == [
        "Degraded: InvalidSpec: The Rollout \"web\" is invalid: spec.replicas: Invalid value: -1: must be greater "
          + "than or equal to 0"
      ]
    )
    sim.editSpec {
      $0["replicas"] = 4
      $0["paused"] = false
    }
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    sim.abort()
    #expect(
      Self.phases(&sim, for: 30) == ["Degraded: RolloutAborted: Rollout aborted update to revision 2"]
    )
  }

  @Test func anInvalidSpecMovesNothingAndTheReleaseGoesOnWhereItStood() {
    var sim = settled(
      Fixture.routedCanary(steps: [["setWeight": 20], ["pause": [:]], ["setWeight": 40], ["pause": [:]]])
    )
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    sim.resume()
    sim.run(for: .seconds(30))
    let before = RolloutStatus(sim.rollout.status)
    #expect(before.currentStepIndex == 3)
    let spec = sim.rollout.spec
    sim.setImage("")
    sim.run(for: .seconds(30))
    let invalid = RolloutStatus(sim.rollout.status)
    #expect(invalid.currentPodHash == before.currentPodHash)
    #expect(
      invalid.conditions.first { $0.type == "Progressing" }
        == before.conditions.first { $0.type == "Progressing" }
    )
    #expect(invalid.conditions.first { $0.type == "Healthy" }?.status == "False")
    #expect(invalid.observedGeneration == String(sim.rollout.generation))
    #expect(sim.canaryWeight == 40)
    sim.editSpec { $0 = spec }
    sim.run(for: .seconds(30))
    #expect(sim.rollout.status["message"] == "CanaryPauseStep")
    #expect(sim.rollout.status["currentStepIndex"] == 3)
    #expect(sim.condition("InvalidSpec") == nil)
  }

  @Test func aSpecThatWasNeverValidNamesNoReplicaSet() {
    var sim = ClusterSim(rollout: Fixture.basicCanary(steps: [["setWeight": 500]]))
    sim.editSpec { $0["paused"] = false }
    sim.run(for: .seconds(30))
    #expect(sim.replicaSets.isEmpty)
    #expect(sim.rollout.status["observedGeneration"] == "2")
    #expect(sim.rollout.status["currentPodHash"] == nil)
    #expect(RolloutStatus(sim.rollout.status).conditions.map(\.type) == ["InvalidSpec"])
  }
}
