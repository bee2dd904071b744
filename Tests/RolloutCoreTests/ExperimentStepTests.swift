import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// Experiments as steps of a canary (reference, section 5.2), planned together with their rollout.
@Suite struct ExperimentStepTests {
  func sim(_ rollout: JSONValue, _ settings: ClusterSim.Settings = .init()) -> ClusterSim {
    var sim = ClusterSim(rollout: rollout, settings: settings)
    sim.analysisTemplates = Fixture.templates
    sim.run(for: .seconds(60))
    return sim
  }

  @Test func baselineAndCanaryRunBesideTheReleaseUntilTheStepIsDone() throws {
    var sim = sim(Fixture.baselineCanary(after: [["setWeight": 50], ["pause": [:]]]))
    #expect(sim.experiments.isEmpty, "a first deployment has no steps")
    let stable = try #require(sim.rollout.status["stableRS"]?.string)
    sim.setImage("shop:v2")
    sim.run(for: .seconds(10))
    let hash = try #require(sim.rollout.status["currentPodHash"]?.string)
    let name = "web-\(hash)-2-0"
    let experiment = try #require(sim.experiments[name])
    #expect(sim.rollout.status.at("canary", "currentExperiment")?.string == name)
    #expect(experiment.labels[RolloutNames.podTemplateHash] == hash)
    #expect(experiment.annotations[RolloutNames.revision] == "2")
    #expect(experiment.spec["duration"] == "20s")
    let images = try ["baseline", "canary"].map { template in
      let set = try #require(sim.replicaSets["\(name)-\(template)"])
      let own = try #require(set.labels[RolloutNames.podTemplateHash])
      #expect(own != hash && own != stable, "no service of the rollout finds its pods")
      #expect(set.spec.at("selector", "matchLabels", RolloutNames.podTemplateHash)?.string == own)
      #expect(set.spec.at("template", "metadata", "labels", "app") == "web")
      return containerImages(of: set.spec["template"] ?? .null)["web"]
    }
    #expect(images == ["shop:v1", "shop:v2"])
    #expect(sim.rollout.status["currentStepIndex"] == 0)
    #expect(sim.events.contains { $0.reason == "ExperimentCreated" && $0.message.contains(name) })
    sim.run(for: .seconds(60))
    #expect(sim.phase(name) == "Successful")
    #expect(sim.rollout.status["phase"] == "Paused")
    #expect(sim.rollout.status["currentStepIndex"] == 2)
    #expect(sim.rollout.status.at("canary", "currentExperiment") == nil)
    #expect(sim.readyPods == 4)
    sim.resume()
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.sizes(name) == ["baseline": 0, "canary": 0])
    #expect(sim.isQuiet)
  }

  static let failures: [(ClusterSim.Settings, String)] = [
    (.init(verdicts: ["shop:v2": "Failed"]), "Experiment analysis phase is error/failed"),
    (.init(verdicts: ["shop:v2": "Error"]), "Experiment analysis phase is error/failed"),
    (
      .init(brokenImages: ["shop:v2"]),
      "Experiment analysis phase is error/failed: Template 'canary' exceeded its progressDeadlineSeconds (30)"
    ),
  ]

  @Test(arguments: failures)
  func failedExperimentAborts(settings: ClusterSim.Settings, says: String) {
    var rollout = Fixture.baselineCanary(after: [["setWeight": 50]])
    rollout.set(30, at: "spec", "progressDeadlineSeconds")
    var sim = sim(rollout, settings)
    sim.setImage("shop:v2")
    sim.run(for: .seconds(120))
    #expect(sim.rollout.status["phase"] == "Degraded")
    #expect(sim.condition("Progressing")?.message == "Rollout aborted update to revision 2: \(says)")
    #expect(sim.rollout.status.at("canary", "currentExperiment") == nil)
    #expect(sim.readyPods == 4)
    #expect(sim.experiments.count == 1)
    #expect(sim.isQuiet)
    sim.run(for: .seconds(300))
    let states = ExperimentStatus(sim.experiments.values.first?.status ?? .null).templates.map(\.condition)
    #expect(states.contains(.successful), "the baseline did not fail")
  }

  @Test func retryAsksAgainWithAnExperimentOfItsOwn() throws {
    var sim = sim(Fixture.baselineCanary(), .init(verdicts: ["shop:v2": "Failed"]))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Degraded")
    sim.settings.verdicts = [:]
    sim.retry()
    sim.run(for: .seconds(120))
    #expect(sim.rollout.status["phase"] == "Healthy")
    let hash = try #require(sim.rollout.status["currentPodHash"]?.string)
    #expect(sim.experiments.keys.sorted() == ["web-\(hash)-2-0", "web-\(hash)-2-0-1"])
  }

  @Test func inconclusiveExperimentWaitsWithItsNameKeptAndIsAskedAgainOnResume() throws {
    var sim = sim(Fixture.baselineCanary(), .init(verdicts: ["shop:v2": "Inconclusive"]))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(300))
    #expect(sim.rollout.status["phase"] == "Paused")
    #expect(sim.rollout.status["message"] == "InconclusiveExperiment")
    let hash = try #require(sim.rollout.status["currentPodHash"]?.string)
    #expect(sim.rollout.status.at("canary", "currentExperiment")?.string == "web-\(hash)-2-0")
    #expect(sim.experiments.count == 1, "no other one is made while a person is waited for")
    #expect(plan(sim.snapshot()).wake == .onChange)
    #expect(sim.isQuiet)
    sim.editSpec { $0["replicas"] = 6 }
    sim.run(for: .seconds(30))
    #expect(sim.readyPods == 6, "scaling goes on")
    sim.settings.verdicts = [:]
    sim.resume()
    sim.run(for: .seconds(120))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.experiments.count == 2)
  }

  @Test func personMayOverruleAnInconclusiveExperiment() {
    var sim = sim(
      Fixture.baselineCanary(after: [["setWeight": 50], ["pause": [:]]]),
      .init(verdicts: ["shop:v2": "Inconclusive"])
    )
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    sim.patchStatus(["currentStepIndex": 1])
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["message"] == "CanaryPauseStep")
    #expect(sim.rollout.status["currentStepIndex"] == 2)
    #expect(sim.experiments.count == 1)
  }

  /// What a person may do while an Experiment runs; all of it ends the Experiment.
  static let ends: [(String, @Sendable (inout ClusterSim) -> Void, String)] = [
    ("abort", { $0.abort() }, "Degraded"),
    ("full promotion", { $0.promoteFully() }, "Healthy"),
    ("next step", { $0.patchStatus(["currentStepIndex": 1]) }, "Paused"),
    ("return to stable", { $0.setImage("shop:v1") }, "Healthy"),
    ("newer revision", { $0.setImage("shop:v3") }, "Paused"),
    ("blue/green", { $0.becomeBlueGreen() }, "Healthy"),
  ]

  @Test(arguments: ends.indices)
  func whatEndsTheStepEndsItsExperiment(index: Int) throws {
    let (what, act, phase) = Self.ends[index]
    var sim = sim(Fixture.baselineCanary(["duration": "30s"], after: [["pause": [:]]]))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(15))
    let name = try #require(sim.experiments.keys.first)
    #expect(sim.phase(name) == "Running")
    act(&sim)
    sim.run(for: .seconds(120))
    #expect(sim.experiments[name].map { $0.spec["terminate"] == true } ?? true, "\(what)")
    #expect(sim.sizes(name).values.allSatisfy { $0 == 0 }, "\(what)")
    #expect(sim.rollout.status["phase"]?.string == phase, "\(what)")
    #expect(sim.isQuiet, "\(what)")
  }

  @Test func pausedRolloutKeepsItsExperimentButGoesNoFurther() throws {
    var sim = sim(Fixture.baselineCanary(after: [["pause": [:]]]))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(10))
    sim.editSpec { $0["paused"] = true }
    sim.run(for: .seconds(60))
    let name = try #require(sim.experiments.keys.first)
    #expect(sim.phase(name) == "Successful")
    #expect(sim.rollout.status["currentStepIndex"] == 0)
    sim.editSpec { $0["paused"] = false }
    sim.run(for: .seconds(10))
    #expect(sim.rollout.status["currentStepIndex"] == 1)
    #expect(sim.experiments.count == 1)
  }

  @Test func oldExperimentsGoWithTheHistoryLimits() {
    var rollout = Fixture.baselineCanary()
    rollout.set(["successfulRunHistoryLimit": 2, "unsuccessfulRunHistoryLimit": 1], at: "spec", "analysis")
    var sim = sim(rollout)
    for version in 2...6 {
      sim.setImage("shop:v\(version)")
      sim.run(for: .seconds(120))
    }
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(
      sim.experiments.values.map { $0.annotations[RolloutNames.revision] ?? "" }.sorted() == ["5", "6"]
    )
    #expect(sim.replicaSets.values.allSatisfy { !($0.name.contains("-3-0-")) }, "with all that they own")
  }

  static let impossible: [(JSONValue, String)] = [
    (["templates": [["name": "a", "specRef": "newest"]]], "specRef of template a must be canary or stable"),
    (["duration": "soon"], "spec.duration: Invalid value: \"soon\""),
    (
      [
        "analyses": [
          [
            "name": "j", "templateName": "success-rate",
            "args": [["name": "x", "valueFrom": ["fieldRef": ["fieldPath": "spec.nothing"]]]],
          ]
        ]
      ],
      "Experiment could not be created: analysis j: fieldPath spec.nothing is not there"
    ),
  ]

  @Test(arguments: impossible)
  func experimentThatCannotBeAskedAborts(experiment: JSONValue, says: String) {
    var sim = sim(Fixture.baselineCanary(experiment))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    #expect(sim.rollout.status["phase"] == "Degraded")
    let message = sim.condition("Progressing")?.message ?? ""
    #expect(message.contains(says), "\(message)")
  }

  @Test func nameThatSomebodyElseHasIsLeftAlone() throws {
    var sim = sim(Fixture.baselineCanary())
    sim.setImage("shop:v2")
    let hash = plan(sim.snapshot()).status.currentPodHash
    sim.create(experiment: Fixture.experiment(name: "web-\(hash)-2-0"))
    sim.run(for: .seconds(120))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.phase("web-\(hash)-2-0-1") == "Successful")
    #expect(sim.phase("web-\(hash)-2-0") == "Running")
  }
}

extension ClusterSim {
  fileprivate mutating func becomeBlueGreen() {
    createService("web-active")
    editSpec { $0["strategy"] = ["blueGreen": ["activeService": "web-active"]] }
  }
}
