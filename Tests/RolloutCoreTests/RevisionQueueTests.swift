import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// What becomes of a revision that arrives while another one is being released.
@Suite struct RevisionQueueTests {
  func world(_ policy: JSONValue?, isGitReachable: Bool = true) -> ClusterSim {
    var rollout = Fixture.routedCanary(steps: [["setWeight": 50], ["pause": [:]]])
    rollout.set(policy, at: "spec", "strategy", "canary", "onNewRevision")
    var sim = ClusterSim(rollout: rollout)
    sim.run(for: .seconds(60))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    sim.settings.isGitReachable = isGitReachable
    for version in 3...5 {
      sim.setImage("shop:v\(version)")
      sim.run(for: .seconds(20))
    }
    return sim
  }

  /// The image that is released now, and those that wait by the status.
  func images(_ sim: ClusterSim) -> [String] {
    let status = RolloutStatus(sim.rollout.status)
    return ([status.currentPodHash] + status.queue.map(\.hash)).map { hash in
      let set = sim.replicaSets.values.first { $0.labels[RolloutNames.podTemplateHash] == hash }
      return set?.spec.at("template", "spec", "containers")?[0]?["image"]?.string ?? "?"
    }
  }

  @Test(
    arguments: [
      (nil, ["shop:v5"]), ("restart", ["shop:v5"]), ("queue", ["shop:v2", "shop:v3", "shop:v4", "shop:v5"]),
      ("queueLatest", ["shop:v2", "?"]),
    ] as [(JSONValue?, [String])]
  )
  func thePolicySaysWhoIsReleased(policy: JSONValue?, expected: [String]) {
    let sim = world(policy)
    #expect(images(sim) == expected)
    #expect(sim.canaryWeight == 50)
    #expect(plan(sim.snapshot()).isQuiet)
  }

  @Test func eachRevisionOfAQueueHasItsTurn() {
    var sim = world("queue")
    for version in 2...5 {
      #expect(images(sim).first == "shop:v\(version)")
      sim.resume()
      sim.run(for: .seconds(120))
    }
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.decisions.filter { $0.hasSuffix("promote") }.count == 5)
    #expect(RolloutStatus(sim.rollout.status).queue.isEmpty)
    #expect(sim.rollout.annotations[RolloutNames.revision] == "5")
  }

  @Test func theLatestFollowsTheReleaseInFlight() {
    var sim = world("queueLatest")
    sim.resume()
    sim.run(for: .seconds(120))
    #expect(images(sim) == ["shop:v5"])
    #expect(sim.decisions.filter { $0.hasSuffix("promote") }.count == 2)
  }

  @Test func afterAnAbortTheNextOneBeginsOnceTheAbortIsInGit() {
    var sim = world("queue", isGitReachable: false)
    sim.abort()
    sim.run(for: .seconds(30))
    #expect(images(sim).first == "shop:v2" && sim.canaryWeight == 0)
    sim.settings.isGitReachable = true
    sim.run(for: .seconds(60))
    #expect(images(sim) == ["shop:v3", "shop:v4", "shop:v5"] && sim.canaryWeight == 50)
    #expect(sim.decisions.contains { $0.contains("-abort-") })
  }

  @Test func theStableVersionNeverWaits() {
    var sim = world("queue")
    sim.setImage("shop:v1")
    sim.run(for: .seconds(60))
    #expect(images(sim) == ["shop:v1"] && sim.canaryWeight == 0)
    #expect(sim.rollout.status["phase"] == "Healthy")
  }

  @Test func theVersionInFlightTakesTheQueueBack() {
    var sim = world("queue")
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    #expect(images(sim) == ["shop:v2"] && sim.canaryWeight == 50)
    sim.resume()
    sim.run(for: .seconds(120))
    #expect(sim.rollout.status["phase"] == "Healthy")
  }
}
