import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// Experiments that stand for themselves (reference, section 5.1), run by the planner in a simulated cluster.
@Suite struct ExperimentScenarioTests {
  /// A world with nothing in it but the Experiment.
  func sim(_ experiment: JSONValue, _ settings: ClusterSim.Settings = .init()) -> ClusterSim {
    var sim = ClusterSim(rollout: Fixture.basicCanary(replicas: 1, steps: []), settings: settings)
    sim.analysisTemplates = Fixture.templates
    sim.run(for: .seconds(60))
    sim.create(experiment: experiment)
    return sim
  }

  @Test func itRunsForItsDurationAndKeepsItsPodsForTheDelay() {
    var sim = sim(Fixture.experiment(["duration": "1m"]))
    sim.run(for: .seconds(10))
    #expect(sim.phase() == "Running")
    #expect(sim.sizes() == ["purple": 1, "orange": 1])
    #expect(
      sim.replicaSets.keys.filter { $0.hasPrefix("colours") }.sorted() == [
        "colours-orange", "colours-purple",
      ]
    )
    sim.run(for: .seconds(50))
    #expect(sim.phase() == "Running")
    sim.run(for: .seconds(10))
    #expect(sim.phase() == "Successful")
    #expect(sim.sizes() == ["purple": 1, "orange": 1], "they wait for the delay of 30 s")
    sim.run(for: .seconds(40))
    #expect(sim.sizes() == ["purple": 0, "orange": 0])
    #expect(sim.isQuiet)
    #expect(
      sim.told == [
        "NewReplicaSetCreated", "ScalingReplicaSet", "NewReplicaSetCreated", "ScalingReplicaSet",
        "TemplateProgressing", "TemplateProgressing", "ExperimentPending", "TemplateRunning",
        "TemplateRunning", "ExperimentRunning", "TemplateSuccessful", "TemplateSuccessful",
        "ExperimentSuccessful", "ScalingReplicaSet", "ScalingReplicaSet",
      ]
    )
    let conditions = ExperimentStatus(sim.experiment().status).conditions
    #expect(conditions.map(\.reason) == ["ExperimentCompleted"])
    #expect(conditions.map(\.message) == ["Experiment \"colours\" has successfully ran and completed."])
  }

  @Test func withoutADurationItRunsUntilItIsTerminated() {
    var sim = sim(Fixture.experiment(["scaleDownDelaySeconds": 0]))
    sim.run(for: .seconds(3600))
    #expect(sim.phase() == "Running")
    #expect(planExperiment(sim.experimentSnapshot("colours")!).wake == .onChange, "it waits for a person")
    sim.terminateExperiment("colours")
    sim.run(for: .seconds(5))
    #expect(sim.phase() == "Successful")
    #expect(sim.sizes() == ["purple": 0, "orange": 0])
    #expect(sim.isQuiet)
  }

  @Test func terminationBeforeAnythingRanEndsItToo() {
    var sim = sim(
      Fixture.experiment(["analyses": Fixture.analyses("judge", required: true)]),
      .init(brokenImages: ["demo:orange"])
    )
    sim.run(for: .seconds(30))
    #expect(sim.phase() == "Pending")
    sim.terminateExperiment("colours")
    sim.run(for: .seconds(40))
    #expect(sim.phase() == "Successful")
    #expect(sim.analysisRuns.isEmpty)
    #expect(sim.sizes() == ["purple": 0, "orange": 0])
  }

  @Test func podsThatNeverStartFailItAfterTheDeadline() {
    var sim = sim(
      Fixture.experiment(["progressDeadlineSeconds": 20]),
      .init(brokenImages: ["demo:orange"])
    )
    sim.run(for: .seconds(15))
    #expect(sim.phase() == "Pending")
    sim.run(for: .seconds(15))
    #expect(sim.phase() == "Failed")
    #expect(
      sim.experiment().status["message"] == "Template 'orange' exceeded its progressDeadlineSeconds (20)"
    )
    #expect(ExperimentStatus(sim.experiment().status).template("orange")?.condition == .failed)
    sim.run(for: .seconds(40))
    #expect(sim.sizes() == ["purple": 0, "orange": 0])
    #expect(sim.isQuiet)
  }

  @Test func analysesStartOnceEverythingIsAvailableAndJudgeIt() {
    var sim = sim(
      Fixture.experiment(["duration": "1h", "analyses": Fixture.analyses("judge")]),
      .init(podStart: 10...10, verdicts: ["demo:orange": "Failed"])
    )
    sim.run(for: .seconds(8))
    #expect(sim.analysisRuns.isEmpty)
    sim.run(for: .seconds(5))
    #expect(sim.analysisRuns.keys.sorted() == ["colours-judge"])
    #expect(sim.experiment().status["analysisRuns"]?[0]?["phase"] == "Running")
    sim.run(for: .seconds(10))
    #expect(sim.phase() == "Failed")
    sim.run(for: .seconds(40))
    #expect(sim.sizes() == ["purple": 0, "orange": 0])
    let types = sim.experimentEvents.filter(\.concernsOwner).map { "\($0.type) \($0.reason)" }
    #expect(types == ["Normal AnalysisRunPending", "Normal AnalysisRunRunning", "Warning AnalysisRunFailed"])
  }

  static let verdicts = ["Failed", "Error", "Inconclusive"]

  @Test(arguments: verdicts)
  func everyBadVerdictEndsItWithThatPhase(verdict: String) {
    var sim = sim(
      Fixture.experiment(["analyses": Fixture.analyses("judge", "second")]),
      .init(verdicts: ["demo:orange": verdict])
    )
    sim.run(for: .seconds(60))
    #expect(sim.phase() == verdict)
    #expect(sim.told.last { $0.hasPrefix("Experiment") } == "Experiment\(verdict)")
    #expect(sim.isQuiet)
  }

  @Test func lastRequiredSuccessEndsItBeforeItsDuration() {
    var sim = sim(
      Fixture.experiment(["duration": "1h", "analyses": Fixture.analyses("judge", required: true)])
    )
    sim.run(for: .seconds(30))
    #expect(sim.phase() == "Successful")
    #expect(sim.experiment().status["message"] == "Required AnalysisRuns completed")
  }

  @Test func requiredAnalysisOutlastsTheDurationAndOthersAreEnded() {
    let slow = ClusterSim.Settings(analysisTime: 60)
    var waiting = sim(
      Fixture.experiment(["duration": "10s", "analyses": Fixture.analyses("judge", required: true)]),
      slow
    )
    waiting.run(for: .seconds(40))
    #expect(waiting.phase() == "Running")
    #expect(waiting.sizes() == ["purple": 1, "orange": 1], "what is judged stays")
    waiting.run(for: .seconds(60))
    #expect(waiting.phase() == "Successful")

    var ending = sim(Fixture.experiment(["duration": "10s", "analyses": Fixture.analyses("judge")]), slow)
    ending.run(for: .seconds(40))
    #expect(ending.phase() == "Successful")
    #expect(ending.analysisRuns["colours-judge"]?.spec["terminate"] == true)
    #expect(ending.told.contains("AnalysisRunTerminating"))
  }

  @Test func startingOverJudgesWithRunsOfTheirOwn() {
    var sim = sim(
      Fixture.experiment(["duration": "20s", "analyses": Fixture.analyses("judge")]),
      .init(verdicts: ["demo:orange": "Failed"])
    )
    sim.run(for: .seconds(60))
    #expect(sim.phase() == "Failed")
    sim.settings.verdicts = [:]
    sim.editExperiment("colours") { $0["status"] = nil }
    sim.run(for: .seconds(15))
    #expect(sim.phase() == "Running")
    #expect(sim.sizes() == ["purple": 1, "orange": 1])
    sim.run(for: .seconds(90))
    #expect(sim.phase() == "Successful")
    #expect(sim.analysisRuns.keys.sorted() == ["colours-judge", "colours-judge.1"])
  }

  @Test func podsThatAreLostMeanwhileAreReplacedAndResizesFollowed() {
    var sim = sim(Fixture.experiment())
    sim.run(for: .seconds(30))
    let started = sim.experiment().status["availableAt"]
    sim.loseReplicaSet("colours-orange")
    sim.run(for: .seconds(20))
    #expect(sim.phase() == "Running")
    #expect(sim.sizes() == ["purple": 1, "orange": 1])
    #expect(sim.experiment().status["availableAt"] == started, "the clock does not start again")
    sim.editExperiment("colours") {
      $0.set([Fixture.template("purple", ["replicas": 3])], at: "spec", "templates")
    }
    sim.run(for: .seconds(60))
    #expect(sim.sizes() == ["purple": 3, "orange": 0], "a template that is gone from the spec is let go")
    #expect(sim.phase() == "Running")
    #expect(sim.isQuiet)
  }
}
