import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// Which run judges which attempt at a release (reference, section 4.1).
@Suite struct AnalysisAttemptTests {
  private func sim(
    _ change: (inout JSONValue) -> Void = { _ in },
    verdict: String = "Failed",
    analysisTime: Int = 5
  ) -> ClusterSim {
    var settings = ClusterSim.Settings(analysisTime: analysisTime)
    settings.verdicts = ["shop:v2": verdict]
    var rollout = Fixture.routedCanary(steps: [["setWeight": 40], Fixture.analysis])
    change(&rollout)
    var sim = ClusterSim(rollout: rollout, settings: settings)
    sim.analysisTemplates = Fixture.templates
    sim.run(for: .seconds(60))
    sim.setImage("shop:v2")
    return sim
  }

  @Test func everyRetryHasARunOfItsOwnThoughOlderRunsAreCleanedAway() {
    var sim = sim { $0.set(2, at: "spec", "analysis", "unsuccessfulRunHistoryLimit") }
    var names: Set<String> = []
    for attempt in 1...8 {
      if attempt > 1 { sim.retry() }
      sim.run(for: .seconds(60))
      #expect(sim.rollout.status["abort"] == true)
      names.formUnion(sim.analysisRuns.keys)
      #expect(names.count == attempt)
    }
    #expect(sim.analysisRuns.count <= 3)
    sim.settings.verdicts = [:]
    sim.retry()
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(names.isDisjoint(with: sim.analysisRuns.filter { $0.value.status["phase"] == "Successful" }.keys))
  }

  /// A run that is ended is Successful in the end, whatever it measured.
  @Test func aRunThatAnAbortIsEndingJudgesNoRetry() {
    var sim = sim(analysisTime: 40)
    sim.run(for: .seconds(20))
    let first = sim.analysisRuns.keys.first
    sim.abort()
    sim.run(for: .milliseconds(100))
    #expect(
      sim.analysisRuns.values.allSatisfy { $0.spec["terminate"] == true && $0.status["phase"] == "Running" }
    )
    sim.retry()
    sim.run(for: .seconds(30))
    #expect(sim.rollout.status.at("canary", "currentStepAnalysisRunStatus", "name")?.string != first)
    #expect(sim.rollout.status["currentStepIndex"] == 1)
    sim.run(for: .seconds(120))
    #expect(sim.analysisRuns.count == 2)
    #expect(sim.rollout.status["abort"] == true, "\(sim.rollout.status.text())")
  }

  @Test func backgroundAnalysisWithoutTemplatesIsNone() {
    var sim = sim(
      { $0.set(["startingStep": 1], at: "spec", "strategy", "canary", "analysis") },
      verdict: "Successful"
    )
    sim.run(for: .seconds(120))
    #expect(sim.rollout.status["phase"] == "Healthy", "\(sim.rollout.status.text())")
    #expect(sim.analysisRuns.values.allSatisfy { $0.labels["rollout-type"] == "Step" })
  }
}
