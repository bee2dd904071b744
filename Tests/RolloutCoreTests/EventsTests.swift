import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// The reasons of events in their order, as notifications and people's scripts know them (reference, section 7.4).
@Suite struct EventsTests {
  private func sim(_ rollout: JSONValue, _ settings: ClusterSim.Settings = .init()) -> ClusterSim {
    var sim = ClusterSim(rollout: rollout, settings: settings)
    sim.analysisTemplates = Fixture.templates
    return sim
  }

  /// The events since an earlier count of them.
  private func reasons(_ sim: ClusterSim, from start: Int = 0) -> [String] {
    sim.events.dropFirst(start).map(\.reason)
  }

  @Test func canaryThatIsAbortedTriedAgainAndPromoted() {
    let steps: JSONValue = [["setWeight": 50], ["pause": ["duration": "3s"]]]
    var sim = sim(Fixture.basicCanary(replicas: 1, steps: steps))
    sim.run(for: .seconds(30))
    #expect(
      sim.events.map(\.message) == [
        "Rollout updated to revision 1", "Created ReplicaSet \(sim.newName) (revision 1)",
        "Rollout not completed, started update to revision 1 (\(sim.newHash))",
        "Scaled up ReplicaSet \(sim.newName) (revision 1) from 0 to 1",
        "Rollout completed update to revision 1 (\(sim.newHash)): Initial deploy",
      ]
    )
    let old = sim.newName
    let start = sim.events.count
    sim.setImage("shop:v2")
    sim.run(for: .seconds(3))
    #expect(
      sim.events.dropFirst(start).map(\.message) == [
        "Rollout updated to revision 2", "Created ReplicaSet \(sim.newName) (revision 2)",
        "Rollout not completed, started update to revision 2 (\(sim.newHash))",
        "Scaled up ReplicaSet \(sim.newName) (revision 2) from 0 to 1",
        "Rollout step 1/2 completed (setWeight: 50)", "Rollout is paused (CanaryPauseStep)",
      ]
    )
    let paused = sim.events.count
    sim.abort()
    sim.run(for: .seconds(5))
    #expect(reasons(sim, from: paused) == ["ScalingReplicaSet", "RolloutAborted"])
    let aborted = sim.events.count
    sim.retry()
    sim.run(for: .seconds(30))
    #expect(
      sim.events.dropFirst(aborted).map { "\($0.reason): \($0.message)" } == [
        "ScalingReplicaSet: Scaled up ReplicaSet \(sim.newName) (revision 2) from 0 to 1",
        "RolloutStepCompleted: Rollout step 1/2 completed (setWeight: 50)",
        "RolloutPaused: Rollout is paused (CanaryPauseStep)",
        "RolloutStepCompleted: Rollout step 2/2 completed (pause: 3s)",
        "RolloutResumed: Rollout is resumed",
        "RolloutCompleted: Rollout completed update to revision 2 (\(sim.newHash)): Completed all 2 canary steps",
        "ScalingReplicaSet: Scaled down ReplicaSet \(old) (revision 1) from 1 to 0",
      ]
    )
  }

  @Test func blueGreen() {
    var sim = sim(Fixture.blueGreen(["previewService": .null]))
    sim.run(for: .seconds(60))
    #expect(
      reasons(sim) == [
        "RolloutUpdated", "NewReplicaSetCreated", "ScalingReplicaSet", "SwitchService", "RolloutCompleted",
      ]
    )
    let (start, old) = (sim.events.count, sim.newHash)
    sim.setImage("shop:v2")
    sim.run(for: .seconds(20))
    #expect(
      sim.events.dropFirst(start).map { "\($0.reason): \($0.message)" } == [
        "RolloutUpdated: Rollout updated to revision 2",
        "NewReplicaSetCreated: Created ReplicaSet \(sim.newName) (revision 2)",
        "RolloutNotCompleted: Rollout not completed, started update to revision 2 (\(sim.newHash))",
        "ScalingReplicaSet: Scaled up ReplicaSet \(sim.newName) (revision 2) from 0 to 3",
        "SwitchService: Switched selector for service 'web-active' from '\(old)' to '\(sim.newHash)'",
        "RolloutCompleted: Rollout completed update to revision 2 (\(sim.newHash)): Completed blue-green update",
      ]
    )
  }

  @Test func analysesAreToldByTheirPhases() {
    var sim = sim(Fixture.routedCanary(), .init(verdicts: ["shop:v2": "Failed"]))
    sim.run(for: .seconds(60))
    let start = sim.events.count
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    let events = sim.events.dropFirst(start).filter { $0.reason.hasPrefix("AnalysisRun") }
    let run = "web-\(sim.newHash)-2-2"
    #expect(
      events.map { "\($0.type) \($0.reason): \($0.message)" } == [
        "Normal AnalysisRunRunning: Step Analysis Run '\(run)' Status New: 'Running' Previous: 'Pending'",
        "Warning AnalysisRunFailed: Step Analysis Run '\(run)' Status New: 'Failed' Previous: 'Running'",
      ]
    )
    let weights = sim.events.dropFirst(start).filter { $0.reason == "TrafficWeightUpdated" }.map(\.message)
    #expect(weights == ["Traffic weight updated from 0 to 20", "Traffic weight updated from 20 to 0"])
  }

  @Test func aPersonsResumeIsToldAndAnAbortIsNone() {
    var sim = sim(
      Fixture.basicCanary(steps: [["setWeight": 25], ["pause": [:]], ["setWeight": 50], ["pause": [:]]])
    )
    sim.run(for: .seconds(30))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    sim.resume()
    sim.run(for: .seconds(30))
    sim.abort()
    sim.run(for: .seconds(30))
    let told = reasons(sim).filter { ["RolloutPaused", "RolloutResumed", "RolloutAborted"].contains($0) }
    #expect(told == ["RolloutPaused", "RolloutResumed", "RolloutPaused", "RolloutAborted"])
    #expect(sim.events.filter { $0.type == "Warning" }.map(\.reason) == ["RolloutAborted"])
  }

  @Test func goingBackToStableSkipsStepsAndIsNotIncomplete() {
    var sim = sim(Fixture.basicCanary(steps: [["setWeight": 25], ["pause": [:]]]))
    sim.run(for: .seconds(30))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    let start = sim.events.count
    sim.setImage("shop:v1")
    sim.run(for: .seconds(30))
    let told = reasons(sim, from: start)
    #expect(told.contains("SkipSteps"))
    #expect(told.contains("RolloutUpdated"))
    #expect(!told.contains("RolloutNotCompleted"))
    #expect(!told.contains("NewReplicaSetCreated"))
  }
}

extension ClusterSim {
  var newHash: String { rollout.status["currentPodHash"]?.string ?? "" }
  var newName: String { "web-\(newHash)" }
}
