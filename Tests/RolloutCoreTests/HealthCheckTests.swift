import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// What sync engines and dashboards make of a Rollout, by the questions that they ask in their order (reference, section
/// 1.8), and what `kubectl wait` waits for.
@Suite struct HealthCheckTests {
  /// The health as a client computes it from the object alone.
  private func health(_ rollout: JSONValue) -> String {
    let status = rollout.status
    guard let observed = status["observedGeneration"]?.string, observed == String(rollout.generation) else {
      return "Progressing: waiting for rollout spec update to be observed"
    }
    let isPaused = status["pauseConditions"]?.array?.isEmpty == false
    if status["controllerPause"]?.bool == true, !isPaused {
      return "Progressing: waiting for rollout to unpause"
    }
    return status["phase"]?.string ?? "Progressing"
  }

  private func waits(for condition: String, _ sim: ClusterSim) -> Bool {
    sim.condition(condition)?.status == "True"
  }

  @Test(arguments: ["canary", "routed canary", "blue/green"])
  func everyStateAtRestIsWhatItsPhaseSays(strategy: String) {
    let steps: JSONValue = [["setWeight": 50], ["pause": [:]]]
    let rollout =
      switch strategy {
      case "canary": Fixture.basicCanary(steps: steps)
      case "routed canary": Fixture.routedCanary(steps: steps)
      default: Fixture.blueGreen(["autoPromotionEnabled": false])
      }
    var sim = ClusterSim(rollout: rollout)
    #expect(health(sim.rollout).hasPrefix("Progressing"))
    sim.run(for: .seconds(90))
    #expect(health(sim.rollout) == "Healthy")
    #expect(waits(for: "Healthy", sim) && waits(for: "Available", sim) && waits(for: "Completed", sim))

    sim.setImage("shop:v2")
    #expect(health(sim.rollout) == "Progressing: waiting for rollout spec update to be observed")
    var seen: Set<String> = []
    sim.run(for: .seconds(90)) { sim, _ in seen.insert(health(sim.rollout)) }
    #expect(!seen.contains("Healthy") && !seen.contains("Degraded"))
    #expect(health(sim.rollout) == "Paused")
    #expect(waits(for: "Paused", sim) && !waits(for: "Healthy", sim) && !waits(for: "Completed", sim))

    sim.abort()
    sim.run(for: .seconds(90))
    #expect(health(sim.rollout) == "Degraded")
    #expect(!waits(for: "Paused", sim))

    sim.retry()
    sim.run(for: .seconds(90))
    #expect(health(sim.rollout) == "Paused")
    sim.resume()
    #expect(health(sim.rollout) == "Progressing: waiting for rollout to unpause")
    sim.run(for: .seconds(90))
    #expect(health(sim.rollout) == "Healthy")
    #expect(waits(for: "Healthy", sim) && waits(for: "Completed", sim) && !waits(for: "Paused", sim))

    sim.editSpec { $0["replicas"] = -1 }
    sim.run(for: .seconds(5))
    #expect(health(sim.rollout) == "Degraded")
    #expect(!waits(for: "Healthy", sim))
  }
}
