import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// A change of the strategy in the middle of a release, both ways.
@Suite struct StrategySwitchTests {
  let canary: JSONValue = [
    "canary": ["steps": [["setWeight": 50], ["pause": [:]]], "maxSurge": 1, "maxUnavailable": 0]
  ]
  let blueGreen: JSONValue = [
    "blueGreen": [
      "activeService": "web-active", "previewService": "web-preview", "autoPromotionEnabled": false,
      "scaleDownDelaySeconds": 10,
    ]
  ]
  let analysis: JSONValue = ["templates": [["templateName": "success-rate"]]]

  func start(_ strategy: JSONValue, _ settings: ClusterSim.Settings = .init()) -> ClusterSim {
    // The services of blue/green are there from the start.
    var rollout = Fixture.blueGreen()
    rollout.set(4, at: "spec", "replicas")
    var sim = ClusterSim(rollout: rollout, settings: settings)
    sim.analysisTemplates = Fixture.templates
    sim.editSpec { $0["strategy"] = strategy }
    sim.run(for: .seconds(60))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    return sim
  }

  func selected(_ service: String, _ sim: ClusterSim) -> String? {
    sim.services[service]?.spec.at("selector", RolloutNames.podTemplateHash)?.string
  }

  @Test func waitingPreviewBecomesACanary() {
    var sim = start(blueGreen)
    #expect(sim.rollout.status["message"] == "BlueGreenPause")
    let stable = sim.rollout.status["stableRS"]
    sim.editSpec { $0["strategy"] = canary }
    sim.run(for: .seconds(60)) { sim, _ in #expect(sim.readyPods >= 4) }
    #expect(sim.rollout.status["message"] == "CanaryPauseStep")
    #expect(sim.rollout.status["currentStepIndex"] == 1)
    #expect(sim.rollout.status["stableRS"] == stable)
    #expect(sim.rollout.status["blueGreen"] == nil)
    #expect(sim.readyPods <= 5)
    sim.resume()
    sim.run(for: .seconds(60)) { sim, _ in #expect(sim.readyPods >= 4) }
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(plan(sim.snapshot()).isQuiet)
  }

  @Test func judgementBehindTheActiveServiceEndsWithBlueGreen() {
    var judged = blueGreen
    judged.set(analysis, at: "blueGreen", "postPromotionAnalysis")
    judged.set(true, at: "blueGreen", "autoPromotionEnabled")
    var sim = start(judged, .init(verdicts: ["PostPromotion": "Running"]))
    #expect(sim.rollout.status.at("blueGreen", "postPromotionAnalysisRunStatus", "status") == "Running")
    sim.editSpec { $0["strategy"] = canary }
    sim.run(for: .seconds(60)) { sim, _ in #expect(sim.readyPods >= 4) }
    #expect(sim.rollout.status["blueGreen"] == nil)
    #expect(sim.rollout.status["message"] == "CanaryPauseStep")
    #expect(sim.analysisRuns.values.allSatisfy { $0.status["phase"] != "Running" })
  }

  @Test func canaryBecomesAPreviewAndUsersStayOnStable() {
    var sim = start(canary)
    #expect(sim.rollout.status["message"] == "CanaryPauseStep")
    let stable = sim.rollout.status["stableRS"]?.string
    sim.editSpec { $0["strategy"] = blueGreen }
    sim.run(for: .seconds(60)) { sim, _ in
      #expect(sim.readyPods(behind: "web-active") >= 4)
      #expect([nil, stable].contains(self.selected("web-active", sim)))
    }
    #expect(sim.rollout.status["message"] == "BlueGreenPause")
    #expect(sim.rollout.status["canary"] == nil)
    #expect(sim.rollout.status["currentStepIndex"] == nil)
    #expect(selected("web-active", sim) == stable)
    #expect(sim.readyPods(behind: "web-preview") == 4)
    sim.resume()
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(selected("web-active", sim) == sim.rollout.status["stableRS"]?.string)
    #expect(plan(sim.snapshot()).isQuiet)
  }

  @Test(arguments: [false, true])
  func usersStayWithStableThroughBlueGreenAndBackToTwoServicesThatTakeTurns(promotesMeanwhile: Bool) throws {
    let turns: JSONValue = ["pingPong": ["pingService": "web-ping", "pongService": "web-pong"]]
    var sim = CanaryScaleTests.world(steps: [["setWeight": 50], ["pause": [:]]], turns)
    let strategy = try #require(sim.rollout.spec["strategy"])
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    #expect(sim.weight(of: "web-pong") == 50)
    sim.abort()
    sim.run(for: .seconds(90))
    sim.editSpec { $0["strategy"] = blueGreen }
    sim.provide()
    if promotesMeanwhile {
      sim.setImage("shop:v3")
      sim.run(for: .seconds(60))
      sim.resume()
    }
    sim.run(for: .seconds(60))
    sim.editSpec { $0["strategy"] = strategy }
    // What nobody promoted is released anew, under the other strategy's steps.
    let least = promotesMeanwhile ? 100 : 50
    sim.run(for: .seconds(60)) { sim, _ in #expect(sim.weight(of: "web-ping") >= least) }
    #expect(sim.rollout.status.at("canary", "stablePingPong") == "ping")
    let stable = try #require(sim.rollout.status["stableRS"]?.string)
    #expect(selected("web-ping", sim) == stable)
    #expect(sim.readyPods(behind: "web-ping") > 0)
    #expect(plan(sim.snapshot()).isQuiet)
  }

  @Test func routedCanaryLeavesNoWeightsInTheStatus() {
    var sim = ClusterSim(rollout: Fixture.routedCanary(steps: [["setWeight": 50], ["pause": [:]]]))
    sim.run(for: .seconds(60))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status.at("canary", "weights", "canary", "weight") == 50)
    sim.editSpec { $0["strategy"] = ["blueGreen": ["activeService": "web-stable"]] }
    sim.run(for: .seconds(120))
    #expect(sim.rollout.status["canary"] == nil)
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.readyPods(behind: "web-stable") == 4)
  }

  @Test func abortedCanaryIsTriedAgainAsAPreview() {
    var sim = start(canary)
    sim.abort()
    sim.run(for: .seconds(30))
    sim.editSpec { $0["strategy"] = blueGreen }
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["abort"] == nil)
    #expect(sim.rollout.status["message"] == "BlueGreenPause")
  }
}
