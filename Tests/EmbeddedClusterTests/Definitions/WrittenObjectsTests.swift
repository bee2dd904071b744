import AnalysisCore
import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

@testable import EmbeddedCluster

/// Whatever Serin writes passes through both definitions whole: nothing is refused, and nothing is pruned, since a field
/// that never arrives would be written again and again.
@Suite struct WrittenObjectsTests {
  /// What a definition refuses of an object, and the fields that it would drop.
  private func losses(_ object: JSONValue, in schema: Schema) -> [String] {
    var object = object
    return schema.faults(in: object).map { "\($0)" } + schema.prune(&object)
  }

  @Test(arguments: Worlds.all.indices, [1, 2])
  func rolloutsOfRandomHistories(world: Int, seed: UInt64) throws {
    let schemas = [try Definition.ours("rollouts").schema, try Definition.theirs("rollouts").schema]
    let runs = [try Definition.ours("analysisruns").schema, try Definition.theirs("analysisruns").schema]
    let experiments = [
      try Definition.ours("experiments").schema, try Definition.theirs("experiments").schema,
    ]
    var settings = ClusterSim.Settings()
    settings.brokenImages = ["shop:v3"]
    settings.verdicts = ["shop:v4": "Failed", "shop:v5": "Inconclusive"]
    var random = SeededRandom(seed: seed &* 31 &+ UInt64(world))
    // As people write it: without nulls, and without the field that Argo Rollouts does not have.
    var rollout = MergePatch.apply(Worlds.all[world].rollout(seed: seed), to: .object([:]))
    if rollout.at("spec", "strategy", "canary", "onNewRevision") != nil {
      rollout.set(nil, at: "spec", "strategy", "canary", "onNewRevision")
    }
    var sim = ClusterSim(rollout: rollout, seed: seed, settings: settings)
    sim.analysisTemplates = Worlds.templates
    var seen: Set<JSONValue> = []
    for _ in 0..<20 {
      act(&sim, &random)
      sim.run(for: .seconds(Int.random(in: 1...120, using: &random))) { sim, _ in
        guard seen.insert(sim.rollout.status).inserted else { return }
        for schema in schemas { #expect(losses(sim.rollout, in: schema) == []) }
      }
      for run in sim.analysisRuns.values {
        for schema in runs { #expect(losses(run, in: schema) == []) }
      }
      for experiment in sim.experiments.values {
        for schema in experiments { #expect(losses(experiment, in: schema) == []) }
      }
    }
    #expect(seen.count > 15)
  }

  private func act(_ sim: inout ClusterSim, _ random: inout SeededRandom) {
    switch Int.random(in: 0..<9, using: &random) {
    case 0...2: sim.setImage("shop:v\(Int.random(in: 1...6, using: &random))")
    case 3: sim.abort()
    case 4: sim.retry()
    case 5: sim.resume()
    case 6: sim.promoteFully()
    case 7: sim.editSpec { $0["paused"] = $0["paused"]?.bool == true ? false : true }
    default: sim.editSpec { $0["replicas"] = JSONValue(Int.random(in: 0...6, using: &random)) }
    }
  }

  @Test(arguments: AnalysisPhase.allCases)
  func measurementsOfAnalysisRuns(phase: AnalysisPhase) throws {
    let metric: JSONValue = ["provider": ["web": ["url": "http://127.0.0.1/"]], "interval": "1s", "count": 3]
    var run: JSONValue = [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisRun",
      "metadata": ["name": "r", "namespace": "shop"],
      "spec": [
        "metrics": [
          MergePatch.apply(["name": "rate"], to: metric), MergePatch.apply(["name": "dry"], to: metric),
        ],
        "dryRun": [["metricName": "dry"]], "measurementRetention": [["metricName": "rate", "limit": 2]],
        "args": [["name": "service", "value": "web"]],
      ],
    ]
    let schemas = [try Definition.ours("analysisruns").schema, try Definition.theirs("analysisruns").schema]
    for second in 0..<8 {
      let now = Instant(secondsSinceEpoch: 1_800_000_000 + Int64(second) * 20)
      let taken = ["rate", "dry"].map { name in
        TakenMeasurement(
          metric: name,
          measurement: Measurement(
            phase: phase,
            value: "0.5",
            message: "said",
            startedAt: now,
            finishedAt: phase.isCompleted ? now : nil,
            resumeAt: phase.isCompleted ? nil : now + .seconds(5),
            metadata: ["query": "up"]
          )
        )
      }
      run["status"] = foldMeasurements(taken, into: run, now: now).nextStatus ?? run.status
      for schema in schemas { #expect(losses(run, in: schema) == []) }
    }
    #expect(run.status["metricResults"]?.array?.isEmpty == false)
  }

  /// The comparison itself: a field that nobody has, a wrong type and a missing field are found.
  @Test func lossesAreFound() throws {
    var rollout = Worlds.all[0].rollout(seed: 1)
    rollout["status"] = ["qeue": [], "replicas": "3", "conditions": [["type": "Available"]]]
    for definition in [try Definition.ours("rollouts"), try Definition.theirs("rollouts")] {
      let losses = losses(rollout, in: definition.schema)
      for part in ["status.qeue", "status.replicas", "status.conditions[0].lastUpdateTime"] {
        #expect(losses.contains { $0.contains(part) }, "\(part) in \(losses)")
      }
    }
  }

  /// Manifests that people have for Argo Rollouts.
  @Test func manifestsOfTheCorpusAreTakenWhole() throws {
    var kinds: Set<String> = []
    for object in try Corpus.objects() {
      let plural = "\(object.kind.lowercased())s"
      guard object.apiVersion == "argoproj.io/v1alpha1", Definition.pairs.contains(where: { $0.0 == plural })
      else { continue }
      kinds.insert(object.kind)
      #expect(losses(object, in: try Definition.ours(plural).schema) == [], "\(object.kind) \(object.name)")
    }
    #expect(kinds == ["Rollout", "AnalysisTemplate", "ClusterAnalysisTemplate", "Experiment"])
  }

  @Test func everyFieldOfTheStatusThatSerinKnows() throws {
    let status: JSONValue = [
      "abort": true, "abortedAt": "2026-11-21T10:00:00Z", "collisionCount": 1, "currentStepIndex": 2,
      "promoteFull": true, "restartedAt": "2026-11-21T10:00:00Z", "workloadObservedGeneration": "3",
      "pauseConditions": [["reason": "CanaryPauseStep", "startTime": "2026-11-21T10:00:00Z"]],
      "canary": [
        "currentExperiment": "web-1", "stablePingPong": "ping",
        "currentStepAnalysisRunStatus": ["name": "a", "status": "Running", "message": "m"],
        "currentBackgroundAnalysisRunStatus": ["name": "b", "status": "Running"],
      ],
      "blueGreen": [
        "activeSelector": "a", "previewSelector": "b", "scaleUpPreviewCheckPoint": true,
        "prePromotionAnalysisRunStatus": ["name": "c", "status": "Running"],
        "postPromotionAnalysisRunStatus": ["name": "d", "status": "Running"],
      ],
      "duration": [
        "rolloutStartedAt": "2026-11-21T10:00:00Z", "manualPauseStartedAt": "2026-11-21T10:00:00Z",
        "totalManualPauseDurationSeconds": 5, "finishedAt": "2026-11-21T10:00:00Z",
        "completionStatus": "Promoted",
      ],
    ]
    var rollout = Worlds.all[0].rollout(seed: 1)
    rollout["status"] = RolloutStatus(status).json(over: .object([:]))
    for (path, value) in leaves(status) where path != "status" {
      #expect(
        rollout.status.at(path.split(separator: ".").map(String.init)) == value,
        "\(path) is not written"
      )
    }
    for definition in [try Definition.ours("rollouts"), try Definition.theirs("rollouts")] {
      #expect(losses(rollout, in: definition.schema) == [])
    }
  }

  /// The values that are no objects, by their paths.
  private func leaves(_ value: JSONValue, _ path: String = "") -> [(String, JSONValue)] {
    guard let fields = value.object else { return [(path, value)] }
    return fields.flatMap { leaves($0.value, path.isEmpty ? $0.key : "\(path).\($0.key)") }
  }
}
