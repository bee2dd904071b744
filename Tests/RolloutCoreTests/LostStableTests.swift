import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// The ReplicaSet of the stable revision is deleted while another one is being released.
@Suite struct LostStableTests {
  @Test(arguments: [
    Fixture.routedCanary(steps: [["setWeight": 50], ["pause": [:]]]),
    Fixture.basicCanary(steps: [["setWeight": 50], ["pause": [:]]]),
    Fixture.blueGreen(["autoPromotionEnabled": false]),
  ])
  func theNewestRevisionTakesOverAtOnce(rollout: JSONValue) throws {
    var sim = ClusterSim(rollout: rollout)
    sim.run(for: .seconds(60))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Paused")
    let stable = try #require(sim.rollout.status["stableRS"]?.string)
    sim.deleteReplicaSet("web-\(stable)")
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.rollout.status["stableRS"] == sim.rollout.status["currentPodHash"])
    #expect(sim.readyPods == sim.rollout.spec["replicas"]?.int)
    for service in sim.services.keys {
      #expect(sim.readyPods(behind: service) == sim.readyPods, "\(service)")
    }
  }

  @Test func anAbortHasNowhereToGoAndIsDropped() throws {
    var sim = ClusterSim(rollout: Fixture.routedCanary(steps: [["setWeight": 50], ["pause": [:]]]))
    sim.run(for: .seconds(60))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    let stable = try #require(sim.rollout.status["stableRS"]?.string)
    sim.deleteReplicaSet("web-\(stable)")
    sim.abort()
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.canaryWeight == 0 && sim.readyPods(behind: "web-stable") == 4)
  }
}
