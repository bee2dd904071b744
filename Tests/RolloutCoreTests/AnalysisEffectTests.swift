import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// What a run of each kind does to its Rollout in each phase (reference, section 4.2), when runs exist and when they go
/// (section 4.1).
@Suite struct AnalysisEffectTests {
  /// A kind of run, how it ends, and where that leaves the release.
  struct Case: Sendable, CustomTestStringConvertible {
    let kind: String
    let verdict: String
    let phase: String
    var message = ""

    var testDescription: String { "\(kind) \(verdict) -> \(phase)" }

    static let all = [
      Case(kind: "Step", verdict: "Successful", phase: "Healthy"),
      Case(
        kind: "Step",
        verdict: "Failed",
        phase: "Degraded",
        message: "Step-based analysis phase error/failed"
      ),
      Case(
        kind: "Step",
        verdict: "Error",
        phase: "Degraded",
        message: "Step-based analysis phase error/failed"
      ),
      Case(kind: "Step", verdict: "Inconclusive", phase: "Paused", message: "InconclusiveAnalysisRun"),
      Case(kind: "Step", verdict: "Running", phase: "Progressing"),
      Case(kind: "Background", verdict: "Successful", phase: "Healthy"),
      Case(
        kind: "Background",
        verdict: "Failed",
        phase: "Degraded",
        message: "Background analysis phase error/failed"
      ),
      Case(
        kind: "Background",
        verdict: "Error",
        phase: "Degraded",
        message: "Background analysis phase error/failed"
      ),
      Case(kind: "Background", verdict: "Inconclusive", phase: "Paused", message: "InconclusiveAnalysisRun"),
      Case(kind: "Background", verdict: "Running", phase: "Healthy"),
      Case(kind: "PrePromotion", verdict: "Successful", phase: "Healthy"),
      Case(kind: "PrePromotion", verdict: "Failed", phase: "Degraded", message: "phase error/failed"),
      Case(kind: "PrePromotion", verdict: "Error", phase: "Degraded", message: "phase error/failed"),
      Case(
        kind: "PrePromotion",
        verdict: "Inconclusive",
        phase: "Paused",
        message: "InconclusiveAnalysisRun"
      ),
      Case(kind: "PrePromotion", verdict: "Running", phase: "Progressing"),
      Case(kind: "PostPromotion", verdict: "Successful", phase: "Healthy"),
      Case(kind: "PostPromotion", verdict: "Failed", phase: "Degraded", message: "phase error/failed"),
      Case(kind: "PostPromotion", verdict: "Error", phase: "Degraded", message: "phase error/failed"),
      Case(
        kind: "PostPromotion",
        verdict: "Inconclusive",
        phase: "Paused",
        message: "InconclusiveAnalysisRun"
      ),
      Case(kind: "PostPromotion", verdict: "Running", phase: "Progressing"),
    ]
  }

  private static let template: JSONValue = ["templates": [["templateName": "success-rate"]]]

  private static func rollout(_ kind: String) -> JSONValue {
    switch kind {
    case "Step": return Fixture.routedCanary(steps: [["setWeight": 40], Fixture.analysis])
    case "Background":
      var rollout = Fixture.routedCanary(steps: [
        ["setWeight": 40], ["pause": ["duration": 20]], ["setWeight": 80],
      ])
      rollout.set(template, at: "spec", "strategy", "canary", "analysis")
      return rollout
    case "PrePromotion": return Fixture.blueGreen(["prePromotionAnalysis": template])
    default: return Fixture.blueGreen(["postPromotionAnalysis": template])
    }
  }

  /// A world in which the first version is deployed.
  private static func world(_ rollout: JSONValue, _ verdicts: [String: String] = [:]) -> ClusterSim {
    var sim = ClusterSim(rollout: rollout, settings: .init(verdicts: verdicts))
    sim.analysisTemplates = Fixture.templates
    sim.run(for: .seconds(60))
    return sim
  }

  private func isStable(_ image: String, in sim: ClusterSim) -> Bool {
    let hash = sim.rollout.status["stableRS"]?.string
    return sim.snapshot().replicaSets.map { ReplicaSetView($0) }.first { $0.hash == hash }?.images.values
      .contains(image)
      ?? false
  }

  @Test(arguments: Case.all)
  func aRunDoesToItsRolloutWhatItsKindAndPhaseSay(example: Case) {
    var sim = Self.world(Self.rollout(example.kind), [example.kind: example.verdict])
    // The first deployment is judged by nothing.
    #expect(sim.analysisRuns.isEmpty)
    sim.setImage("shop:v2")
    sim.run(for: .seconds(120))
    let status = sim.rollout.status
    #expect(status["phase"]?.string == example.phase, "\(status.text())")
    let words = [status["message"], status["pauseConditions"]?[0]?["reason"]].compactMap { $0?.string }
    #expect(words.joined(separator: " ").contains(example.message), "\(words)")
    #expect(isStable("shop:v2", in: sim) == (example.phase == "Healthy"))
    #expect(sim.analysisRuns.count == 1)
    let run = sim.analysisRuns.values.first ?? .null
    #expect(run.labels["rollout-type"] == example.kind)
    // A background run that nobody waits for ends with the release.
    #expect((run.spec["terminate"] == true) == (example.verdict == "Running" && example.phase == "Healthy"))
  }

  /// The steps, and what comes after the last one, are counted from 0.
  @Test(arguments: [(0, [0], 1), (1, [1], 1), (2, [2], 1), (3, [], 1), (9, [], 0)])
  func backgroundAnalysisBeginsAtItsStartingStep(start: Int, begun: [Int], runs: Int) {
    let steps: JSONValue = [["pause": ["duration": 5]], ["pause": ["duration": 5]], ["pause": [:]]]
    var rollout = Fixture.basicCanary(steps: steps)
    var analysis = Self.template
    analysis["startingStep"] = JSONValue(start)
    rollout.set(analysis, at: "spec", "strategy", "canary", "analysis")
    var sim = Self.world(rollout)
    sim.setImage("shop:v2")
    var index: [Int] = []
    for _ in 0..<30 where index.isEmpty {
      sim.run(for: .seconds(1))
      if !sim.analysisRuns.isEmpty { index = [sim.rollout.status["currentStepIndex"]?.int ?? -1] }
    }
    #expect(index == begun)
    sim.skipStep(all: true)
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.analysisRuns.count == runs)
  }

  /// An abort, a full promotion and a return within the window end all runs and begin none.
  @Test(arguments: ["abort", "promoteFull", "return"])
  func aReleaseThatIsOverIsJudgedNoMore(command: String) {
    var rollout = Self.rollout("Background")
    rollout.set(["revisions": 3], at: "spec", "rollbackWindow")
    var sim = Self.world(rollout, ["Background": "Running"])
    sim.setImage("shop:v2")
    sim.run(for: .seconds(15))
    #expect(sim.analysisRuns.values.map { $0.spec["terminate"] } == [nil])
    switch command {
    case "abort": sim.abort()
    case "promoteFull": sim.promoteFully()
    default:
      sim.run(for: .seconds(60))
      #expect(isStable("shop:v2", in: sim))
      sim.setImage("shop:v1")
    }
    sim.run(for: .seconds(60))
    #expect(isStable(command == "promoteFull" ? "shop:v2" : "shop:v1", in: sim))
    #expect(sim.analysisRuns.values.map { $0.spec["terminate"] } == [true])
  }

  @Test func finishedRunsGoWithTheHistoryLimitsAndWithTheirRevision() {
    var rollout = Fixture.basicCanary(steps: [Fixture.analysis])
    rollout.set(["successfulRunHistoryLimit": 2, "unsuccessfulRunHistoryLimit": 1], at: "spec", "analysis")
    rollout.set(4, at: "spec", "revisionHistoryLimit")
    var sim = Self.world(rollout)
    var made: [String] = []
    for number in 2...5 {
      sim.setImage("shop:v\(number)")
      sim.run(for: .seconds(60))
      made.append(sim.analysisRuns.keys.filter { !made.contains($0) }.joined())
    }
    #expect(Set(sim.analysisRuns.keys) == Set(made.suffix(2)))
    // The same with revisions that are forgotten before their runs are too many.
    rollout.set(["successfulRunHistoryLimit": 9], at: "spec", "analysis")
    rollout.set(1, at: "spec", "revisionHistoryLimit")
    sim = Self.world(rollout)
    for number in 2...5 {
      sim.setImage("shop:v\(number)")
      sim.run(for: .seconds(60))
    }
    let hashes = Set(sim.replicaSets.values.compactMap { $0.labels["rollouts-pod-template-hash"] })
    #expect(sim.analysisRuns.count == 2)
    #expect(
      sim.analysisRuns.values.allSatisfy { hashes.contains($0.labels["rollouts-pod-template-hash"] ?? "") }
    )
  }
}
