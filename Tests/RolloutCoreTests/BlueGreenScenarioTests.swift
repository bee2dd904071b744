import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

@Suite struct BlueGreenScenarioTests {
  func sim(_ more: JSONValue = .object([:]), _ settings: ClusterSim.Settings = .init()) -> ClusterSim {
    var sim = ClusterSim(rollout: Fixture.blueGreen(more), settings: settings)
    sim.analysisTemplates = Fixture.templates
    sim.run(for: .seconds(60))
    return sim
  }

  let analysis: JSONValue = ["templates": [["templateName": "success-rate"]]]

  func selected(_ service: String, _ sim: ClusterSim) -> String? {
    sim.services[service]?.spec.at("selector", RolloutNames.podTemplateHash)?.string
  }

  @Test func switchesInOneStepAndKeepsTheOldRevisionForItsDelay() {
    var sim = sim()
    let old = selected("web-active", sim)
    sim.setImage("shop:v2")
    sim.run(for: .seconds(10))
    #expect(selected("web-active", sim) != old)
    #expect(selected("web-active", sim) == selected("web-preview", sim))
    #expect(sim.readyPods == 6, "the old revision waits for its delay")
    sim.run(for: .seconds(60))
    #expect(sim.readyPods == 3)
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(plan(sim.snapshot()).isQuiet)
  }

  @Test func waitsForAPersonWhenToldTo() {
    var sim = sim(["autoPromotionEnabled": false])
    let old = selected("web-active", sim)
    sim.setImage("shop:v2")
    sim.run(for: .seconds(300))
    #expect(sim.rollout.status["message"] == "BlueGreenPause")
    #expect(selected("web-active", sim) == old)
    #expect(selected("web-preview", sim) != old)
    sim.resume()
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(selected("web-active", sim) != old)
  }

  @Test func promotesByItselfAfterItsDelay() {
    var sim = sim(["autoPromotionSeconds": 40])
    let old = selected("web-active", sim)
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    #expect(selected("web-active", sim) == old)
    sim.run(for: .seconds(30))
    #expect(selected("web-active", sim) != old)
  }

  @Test func failedAnalysisOfThePreviewNeverReachesUsers() {
    var sim = sim(["prePromotionAnalysis": analysis], .init(verdicts: ["shop:v2": "Failed"]))
    let old = selected("web-active", sim)
    sim.setImage("shop:v2")
    sim.run(for: .seconds(200))
    #expect(sim.rollout.status["phase"] == "Degraded")
    #expect(selected("web-active", sim) == old)
    #expect(sim.decisions.count == 2)
    #expect(sim.decisions.last?.contains("abort") == true)
  }

  @Test func failedAnalysisBehindRealTrafficSwitchesBack() {
    var sim = sim(["postPromotionAnalysis": analysis], .init(verdicts: ["shop:v2": "Failed"]))
    let old = selected("web-active", sim)
    sim.setImage("shop:v2")
    var wasActive = false
    sim.run(for: .seconds(100)) { sim, _ in wasActive = wasActive || self.selected("web-active", sim) != old }
    #expect(wasActive)
    #expect(selected("web-active", sim) == old)
    #expect(sim.rollout.status["phase"] == "Degraded")
    #expect(sim.readyPods(behind: "web-active") == 3)
  }

  @Test func whatTheGatesSaidStaysUntilTheNextRevision() {
    var sim = sim(["prePromotionAnalysis": analysis, "postPromotionAnalysis": analysis])
    func said() -> [JSONValue?] {
      ["pre", "post"].map { sim.rollout.status.at("blueGreen", "\($0)PromotionAnalysisRunStatus", "status") }
    }
    sim.setImage("shop:v2")
    sim.run(for: .seconds(200))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(said() == ["Successful", "Successful"])
    sim.setImage("shop:v3")
    sim.run(for: .seconds(1))
    #expect(said() == [nil, nil])
  }

  @Test func smallPreviewIsScaledUpBeforeItTakesOver() {
    var sim = sim(["previewReplicaCount": 1, "autoPromotionEnabled": false])
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    #expect(sim.readyPods(behind: "web-preview") == 1)
    sim.resume()
    sim.run(for: .seconds(10))
    #expect(sim.readyPods(behind: "web-active") == 3)
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Healthy")
  }
}
