import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// Labels and annotations that pods carry for the time of a release.
@Suite struct EphemeralMetadataTests {
  let canaryMetadata: JSONValue = ["labels": ["role": "canary"], "annotations": ["note": "new"]]
  let stableMetadata: JSONValue = ["labels": ["role": "stable"]]
  let steps: JSONValue = [["setWeight": 50], ["pause": [:]]]

  func canary(labels: JSONValue? = nil) -> JSONValue {
    var rollout = Fixture.basicCanary(steps: steps)
    rollout.set(canaryMetadata, at: "spec", "strategy", "canary", "canaryMetadata")
    rollout.set(stableMetadata, at: "spec", "strategy", "canary", "stableMetadata")
    if let labels { rollout.set(labels, at: "spec", "template", "metadata", "labels") }
    return rollout
  }

  func start(_ rollout: JSONValue, _ settings: ClusterSim.Settings = .init()) -> ClusterSim {
    var sim = ClusterSim(rollout: rollout, settings: settings)
    sim.analysisTemplates = Fixture.templates
    sim.run(for: .seconds(60))
    return sim
  }

  /// The values of a label on the pods of an image, one per pod.
  func values(_ label: String, ofImage image: String, _ sim: ClusterSim, field: String = "labels") -> [String]
  {
    sim.replicaSets.values.filter { ReplicaSetView($0).images["web"] == image }
      .flatMap { sim.pods[$0.name] ?? [] }
      .map { $0.metadata.at(field, label)?.string ?? "-" }
  }

  @Test func podsCarryTheirPartInTheRelease() {
    var sim = start(canary())
    #expect(values("role", ofImage: "shop:v1", sim) == ["stable", "stable", "stable", "stable"])
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    #expect(Set(values("role", ofImage: "shop:v1", sim)) == ["stable"])
    #expect(Set(values("role", ofImage: "shop:v2", sim)) == ["canary"])
    #expect(Set(values("note", ofImage: "shop:v2", sim, field: "annotations")) == ["new"])
    sim.resume()
    sim.run(for: .seconds(60))
    #expect(values("role", ofImage: "shop:v2", sim) == ["stable", "stable", "stable", "stable"])
    #expect(Set(values("note", ofImage: "shop:v2", sim, field: "annotations")) == ["-"])
    #expect(sim.replicaSets.count == 2, "no revision is made by it")
    #expect(sim.replicaSets.values.allSatisfy { $0.annotation(RolloutNames.podsBehind) == nil })
    #expect(plan(sim.snapshot()).isQuiet)
    let stable = sim.replicaSets.values.first { ReplicaSetView($0).images["web"] == "shop:v2" }
    #expect(stable?.annotation(RolloutNames.ephemeralMetadata) == #"{"labels":{"role":"stable"}}"#)
    let old = sim.replicaSets.values.first { ReplicaSetView($0).images["web"] == "shop:v1" }
    #expect(old?.annotation(RolloutNames.ephemeralMetadata) == nil)
    #expect(old?.spec.at("template", "metadata", "labels", "role") == nil)
  }

  @Test func templatesOfReplicaSetsAreEditedBeforeTheirPods() throws {
    var sim = start(canary())
    sim.editSpec { $0.set(["labels": ["role": "main"]], at: "strategy", "canary", "stableMetadata") }
    let first = plan(sim.snapshot())
    #expect(first.effects.count == 1)
    guard case .editReplicaSet = first.effects[0] else { return #expect(Bool(false)) }
    try sim.perform(first)
    let second = plan(sim.snapshot())
    #expect(second.effects.count == 4)
    // A crash after two of the four pods: the next plan goes on where it stopped.
    #expect(throws: SimError.self) { try sim.perform(second, crashAfter: 2) }
    #expect(plan(sim.snapshot()).effects.count == 2)
    sim.run(for: .seconds(10))
    #expect(Set(values("role", ofImage: "shop:v1", sim)) == ["main"])
    #expect(plan(sim.snapshot()).isQuiet)
  }

  @Test func goesWithItsConfiguration() {
    var sim = start(canary())
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    sim.editSpec { spec in
      spec.set(nil, at: "strategy", "canary", "stableMetadata")
      spec.set(nil, at: "strategy", "canary", "canaryMetadata")
    }
    sim.run(for: .seconds(30))
    #expect(Set(values("role", ofImage: "shop:v1", sim) + values("role", ofImage: "shop:v2", sim)) == ["-"])
    #expect(sim.rollout.status["message"] == "CanaryPauseStep")
    #expect(plan(sim.snapshot()).isQuiet)
  }

  @Test func valuesOfTheTemplateComeBack() {
    var sim = start(canary(labels: ["app": "web", "role": "plain"]))
    sim.editSpec { $0.set(nil, at: "strategy", "canary", "stableMetadata") }
    sim.run(for: .seconds(30))
    #expect(Set(values("role", ofImage: "shop:v1", sim)) == ["plain"])
    #expect(sim.replicaSets.count == 1)
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    #expect(Set(values("role", ofImage: "shop:v2", sim)) == ["canary"])
    sim.resume()
    sim.run(for: .seconds(60))
    #expect(Set(values("role", ofImage: "shop:v2", sim)) == ["plain"])
    #expect(plan(sim.snapshot()).isQuiet)
  }

  /// A ReplicaSet whose hash is another controller's is found by its content, whatever was put into it.
  @Test func injectedReplicaSetIsStillFoundByContent() {
    let sim = start(canary(labels: ["app": "web", "role": "plain"]))
    var set = sim.replicaSets.values.first ?? .null
    set.set("other", at: "metadata", "labels", RolloutNames.podTemplateHash)
    set.set("other", at: "spec", "template", "metadata", "labels", RolloutNames.podTemplateHash)
    set["status"] = nil
    let snapshot = Snapshot(now: sim.now, rollout: sim.rollout, replicaSets: [set])
    #expect(!plan(snapshot).effects.contains { if case .createReplicaSet = $0 { true } else { false } })
    #expect(plan(snapshot).status.currentPodHash == "other")
  }

  @Test func labelsThatTheSelectorNeedsStayAsTheyAre() {
    var rollout = canary()
    rollout.set(
      ["labels": ["app": "other", "role": "x"]],
      at: "spec",
      "strategy",
      "canary",
      "stableMetadata"
    )
    let sim = start(rollout)
    #expect(Set(values("app", ofImage: "shop:v1", sim)) == ["web"])
    #expect(Set(values("role", ofImage: "shop:v1", sim)) == ["x"])
    #expect(plan(sim.snapshot()).isQuiet)
  }

  @Test func blueGreenHasPreviewAndActiveMetadata() {
    var sim = start(
      Fixture.blueGreen([
        "autoPromotionEnabled": false, "scaleDownDelaySeconds": 30,
        "previewMetadata": ["labels": ["role": "preview"]], "activeMetadata": ["labels": ["role": "active"]],
      ])
    )
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    #expect(Set(values("role", ofImage: "shop:v1", sim)) == ["active"])
    #expect(Set(values("role", ofImage: "shop:v2", sim)) == ["preview"])
    sim.resume()
    sim.run(for: .seconds(15))
    #expect(
      Set(values("role", ofImage: "shop:v1", sim)) == ["-"],
      "it waits for its scale-down without a part"
    )
    #expect(Set(values("role", ofImage: "shop:v2", sim)) == ["active"])
    sim.run(for: .seconds(60))
    #expect(plan(sim.snapshot()).isQuiet)
  }
}
