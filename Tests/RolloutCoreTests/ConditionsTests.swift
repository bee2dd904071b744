import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// Conditions as they are written one after the other (reference, section 1.7).
@Suite struct ConditionsTests {
  private func settled(_ rollout: JSONValue, _ settings: ClusterSim.Settings = .init()) -> ClusterSim {
    var sim = ClusterSim(rollout: rollout, settings: settings)
    sim.analysisTemplates = Fixture.templates
    sim.run(for: .seconds(60))
    return sim
  }

  /// The states of one condition while the time runs, each once.
  private func states(_ type: String, _ sim: inout ClusterSim, for seconds: Int) -> [String] {
    var states: [String] = []
    sim.run(for: .seconds(seconds)) { _, plan in
      guard let condition = plan.status.conditions.first(where: { $0.type == type }) else { return }
      let state = "\(condition.status) \(condition.reason): \(condition.message)"
      if states.last != state { states.append(state) }
    }
    return states
  }

  private let pausedCanary = Fixture.basicCanary(steps: [["setWeight": 50], ["pause": [:]]])

  @Test func progressingOverAWholeRelease() {
    var sim = ClusterSim(rollout: pausedCanary)
    let first = states("Progressing", &sim, for: 60)
    #expect(
      first == [
        "True NewReplicaSetCreated: Created new replica set \"\(sim.newName)\"",
        "True ReplicaSetUpdated: ReplicaSet \"\(sim.newName)\" is progressing.",
        "True NewReplicaSetAvailable: ReplicaSet \"\(sim.newName)\" has successfully progressed.",
      ]
    )
    sim.setImage("shop:v2")
    let second = states("Progressing", &sim, for: 60)
    #expect(
      second == [
        "True NewReplicaSetCreated: Created new replica set \"\(sim.newName)\"",
        "True ReplicaSetUpdated: ReplicaSet \"\(sim.newName)\" is progressing.",
        "Unknown RolloutPaused: Rollout is paused",
      ]
    )
    sim.abort()
    #expect(
      states("Progressing", &sim, for: 30) == ["False RolloutAborted: Rollout aborted update to revision 2"]
    )
    sim.retry()
    #expect(
      states("Progressing", &sim, for: 60) == [
        "Unknown RolloutRetry: Retrying Rollout after abort",
        "True ReplicaSetUpdated: ReplicaSet \"\(sim.newName)\" is progressing.",
        "Unknown RolloutPaused: Rollout is paused",
      ]
    )
    sim.resume()
    #expect(
      states("Progressing", &sim, for: 60) == [
        "True ReplicaSetUpdated: ReplicaSet \"\(sim.newName)\" is progressing.",
        "True NewReplicaSetAvailable: ReplicaSet \"\(sim.newName)\" has successfully progressed.",
      ]
    )
  }

  @Test func aReplicaSetThatIsFoundIsSaidToBeFound() {
    var sim = settled(pausedCanary)
    sim.patchStatus(["conditions": .null])
    // Not healthy, so that there is something to say: one pod more is wanted.
    sim.editSpec { $0["replicas"] = 5 }
    #expect(
      states("Progressing", &sim, for: 60).first
        == "True FoundNewReplicaSet: Found new replica set \"\(sim.newName)\""
    )
  }

  @Test func aHealthyRolloutThatLosesPodsHasItsDeadlineFromThen() {
    var sim = settled(pausedCanary)
    sim.run(for: .seconds(3600))
    sim.editSpec { $0["replicas"] = 6 }
    #expect(
      states("Progressing", &sim, for: 60).first
        == "True ReplicaSetNotAvailable: Rollout does not have minimum availability"
    )
    #expect(sim.condition("Progressing")?.reason == "NewReplicaSetAvailable")
    #expect(!sim.events.contains { $0.reason == "ProgressDeadlineExceeded" })
  }

  @Test func pausedStaysAsFalseOnceItWasTrue() {
    var sim = settled(pausedCanary)
    #expect(sim.condition("Paused") == nil)
    sim.editSpec { $0["paused"] = true }
    #expect(states("Paused", &sim, for: 5) == ["True RolloutPaused: Rollout is paused"])
    #expect(sim.condition("Healthy")?.status == "False")
    sim.editSpec { $0["paused"] = false }
    #expect(states("Paused", &sim, for: 5) == ["False RolloutPaused: Rollout is paused"])
    #expect(sim.condition("Healthy")?.status == "True")
  }

  @Test func healthyIsFalseOnlyAfterItWasTrue() {
    var sim = ClusterSim(rollout: pausedCanary)
    #expect(states("Healthy", &sim, for: 60) == ["True RolloutHealthy: Rollout is healthy"])
    sim.setImage("shop:v2")
    #expect(states("Healthy", &sim, for: 60) == ["False RolloutHealthy: Rollout is not healthy"])
  }

  @Test func completedFollowsTheStableRevision() {
    var sim = ClusterSim(rollout: pausedCanary)
    #expect(
      states("Completed", &sim, for: 60) == [
        "False RolloutCompleted: RolloutCompleted", "True RolloutCompleted: RolloutCompleted",
      ]
    )
    sim.setImage("shop:v2")
    #expect(states("Completed", &sim, for: 60) == ["False RolloutCompleted: RolloutCompleted"])
    sim.setImage("shop:v1")
    #expect(states("Completed", &sim, for: 60) == ["True RolloutCompleted: RolloutCompleted"])
  }

  @Test func blueGreenIsAvailableByItsActiveRevisionAlone() {
    var sim = settled(Fixture.blueGreen(["autoPromotionEnabled": false]), .init(brokenImages: ["shop:v2"]))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    #expect(sim.condition("Available")?.message == "Rollout has minimum availability")
    #expect(sim.rollout.status["availableReplicas"] == 3)
    #expect(sim.rollout.status["replicas"] == 6)
    sim.editSpec { $0["replicas"] = 4 }
    #expect(
      states("Available", &sim, for: 30) == [
        "False AvailableReason: Rollout does not have minimum availability",
        "True AvailableReason: Rollout has minimum availability",
      ]
    )
  }

  @Test func failureOfAReplicaSetIsCopiedAndGoesWithIt() throws {
    var snapshot = settled(pausedCanary).snapshot()
    let failure: JSONValue = [
      "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota",
    ]
    snapshot.replicaSets[0].set([failure], at: "status", "conditions")
    let failed = plan(snapshot)
    let condition = try #require(failed.status.conditions.first { $0.type == "ReplicaFailure" })
    #expect("\(condition.reason): \(condition.message)" == "FailedCreate: exceeded quota")
    snapshot.rollout["status"] = failed.status.json(over: .object([:]))
    snapshot.replicaSets[0].set(nil, at: "status", "conditions")
    #expect(!plan(snapshot).status.conditions.contains { $0.type == "ReplicaFailure" })
  }

  @Test func transitionTimesChangeWithTheStatusOnly() throws {
    var sim = settled(pausedCanary)
    let available = try #require(sim.condition("Progressing")?.lastTransitionTime)
    sim.run(for: .seconds(100))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(1))
    let progressing = try #require(sim.condition("Progressing"))
    #expect(progressing.lastTransitionTime == available)
    #expect(try #require(progressing.lastUpdateTime) > available + .seconds(100))
    sim.run(for: .seconds(60))
    #expect(try #require(sim.condition("Progressing")?.lastTransitionTime) > available)
  }

  /// What sync engines ask before they look at anything else.
  @Test func everyWriteNamesItsGenerationPhaseAndTimes() {
    for rollout in [pausedCanary, Fixture.blueGreen(), Fixture.routedCanary()] {
      var sim = ClusterSim(rollout: rollout)
      sim.analysisTemplates = Fixture.templates
      let check = { (sim: ClusterSim, plan: Plan) in
        #expect(plan.status.observedGeneration == String(sim.rollout.generation))
        #expect(["Healthy", "Degraded", "Progressing", "Paused"].contains(plan.status.phase))
        #expect(
          plan.status.conditions.allSatisfy { $0.lastUpdateTime != nil && $0.lastTransitionTime != nil }
        )
        #expect(Set(plan.status.conditions.map(\.type)).count == plan.status.conditions.count)
      }
      sim.run(for: .seconds(60), check: check)
      sim.setImage("shop:v2")
      sim.run(for: .seconds(60), check: check)
      sim.abort()
      sim.run(for: .seconds(60), check: check)
    }
  }
}
