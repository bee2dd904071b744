import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// ReplicaSets that were left behind when their Rollout was deleted without them.
@Suite struct OrphanTests {
  @Test(arguments: [Fixture.routedCanary(steps: [["setWeight": 50], ["pause": [:]]]), Fixture.blueGreen()])
  func aRolloutThatComesBackFindsItsPods(rollout: JSONValue) {
    var sim = ClusterSim(rollout: rollout)
    sim.run(for: .seconds(60))
    let names = Set(sim.replicaSets.keys)
    let pods = sim.readyPods
    sim.recreateLeavingOrphans()
    sim.run(for: .seconds(60)) { sim, _ in
      #expect(sim.readyPods == pods)
      #expect(Set(sim.replicaSets.keys) == names)
    }
    #expect(sim.replicaSets.values.allSatisfy { $0.controllerReference?["uid"]?.string == sim.rollout.uid })
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(plan(sim.snapshot()).isQuiet)
  }

  @Test func whatTheSelectorDoesNotNameIsLeftAlone() {
    var sim = ClusterSim(rollout: Fixture.routedCanary(steps: [["setWeight": 50]]))
    sim.run(for: .seconds(60))
    var snapshot = sim.snapshot()
    var stranger = snapshot.replicaSets[0]
    stranger.set(nil, at: "metadata", "ownerReferences")
    stranger.set("other", at: "metadata", "labels", "app")
    snapshot.orphans = [stranger]
    #expect(plan(snapshot).isQuiet)
  }
}
