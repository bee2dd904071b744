import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// What is said when the server refuses a ReplicaSet.
@Suite struct CreationFailureTests {
  private func healthy() -> ClusterSim {
    var sim = ClusterSim(rollout: Fixture.basicCanary(steps: [["setWeight": 25]]))
    sim.run(for: .seconds(60))
    return sim
  }

  private let cause = "creating replicasets web-2: exceeded quota"

  @Test func aRefusalIsSaidOnceAndDegradesAfterTheDeadline() throws {
    var sim = healthy()
    sim.setImage("shop:v2")
    let first = try #require(creationFailurePatch(sim.snapshot(), name: "web-2", cause: cause))
    sim.patchStatus(first)
    let condition = try #require(sim.condition("Progressing"))
    #expect(condition.reason == "ReplicaSetCreateError")
    #expect(condition.status == "False")
    #expect(condition.message == "Failed to create new replica set \"web-2\": \(cause)")
    #expect(sim.rollout.status["phase"] == "Progressing")
    #expect(sim.rollout.status["observedGeneration"]?.string == String(sim.rollout.generation))
    #expect(sim.condition("Healthy")?.status == "False")
    #expect(creationFailurePatch(sim.snapshot(), name: "web-2", cause: cause) == nil)

    sim.advance(to: sim.now + .seconds(600))
    let second = try #require(creationFailurePatch(sim.snapshot(), name: "web-2", cause: cause))
    sim.patchStatus(second)
    #expect(sim.rollout.status["phase"] == "Degraded")
    #expect(sim.rollout.status["message"]?.string?.hasSuffix(cause) == true)
    #expect(creationFailurePatch(sim.snapshot(), name: "web-2", cause: cause) == nil)

    // Once it can be made, the release goes on as if nothing had been.
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.condition("Progressing")?.reason == "NewReplicaSetAvailable")
  }

  @Test func anAbortStaysWhatIsSaid() {
    var sim = ClusterSim(rollout: Fixture.basicCanary(steps: [["setWeight": 25], ["pause": [:]]]))
    sim.run(for: .seconds(60))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    sim.abort()
    sim.run(for: .seconds(30))
    #expect(creationFailurePatch(sim.snapshot(), name: "web-2", cause: cause) == nil)
  }
}
