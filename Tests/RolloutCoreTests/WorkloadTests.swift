import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// Rollouts that take their pod template from another workload.
@Suite struct WorkloadTests {
  func start(
    scaleDown: String? = nil,
    deployment: Int = 4,
    steps: JSONValue = [["setWeight": 50], ["pause": [:]]],
    _ settings: ClusterSim.Settings = .init()
  ) -> ClusterSim {
    var rollout = Fixture.basicCanary(steps: steps)
    var workload: JSONValue = [
      "apiVersion": "apps/v1", "kind": "Deployment",
      "metadata": ["name": "web", "namespace": "shop", "generation": 1, "resourceVersion": "1"],
    ]
    workload["spec"] = [
      "replicas": JSONValue(deployment), "selector": rollout.spec["selector"] ?? .null,
      "template": rollout.spec["template"] ?? .null,
    ]
    rollout.set(nil, at: "spec", "template")
    rollout.set(nil, at: "spec", "selector")
    var reference: JSONValue = ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"]
    reference["scaleDown"] = scaleDown.map { .string($0) }
    rollout.set(reference, at: "spec", "workloadRef")
    var sim = ClusterSim(rollout: rollout, settings: settings)
    sim.workload = workload
    return sim
  }

  func setImage(_ image: String, _ sim: inout ClusterSim) {
    sim.editWorkload {
      $0.set([["name": "web", "image": .string(image)]], at: "spec", "template", "spec", "containers")
    }
  }

  func size(_ sim: ClusterSim) -> Int? { sim.workload?.spec["replicas"]?.int }

  @Test func templateAndSelectorComeFromTheWorkload() {
    var sim = start()
    let spec = sim.rollout.spec
    sim.run(for: .seconds(30))
    let set = sim.replicaSets.values.first
    #expect(set.map { ReplicaSetView($0).images } == ["web": "shop:v1"])
    #expect(set?.spec.at("selector", "matchLabels", "app") == "web")
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.rollout.status["workloadObservedGeneration"] == "1")
    #expect(sim.rollout.annotation(RolloutNames.workloadGeneration) == "1")
    #expect(sim.rollout.spec == spec, "nothing is written back")
    #expect(size(sim) == 4)
    #expect(plan(sim.snapshot()).isQuiet)
  }

  @Test func changeOfTheWorkloadIsReleased() {
    var sim = start()
    sim.run(for: .seconds(30))
    setImage("shop:v2", &sim)
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["message"] == "CanaryPauseStep")
    #expect(sim.rollout.status["workloadObservedGeneration"] == "2")
    #expect(sim.rollout.annotation(RolloutNames.workloadGeneration) == "2")
    sim.resume()
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.replicaSets.count == 2)
  }

  /// A release in flight stays as it is while its workload is away, and an abort still works.
  @Test func workloadThatIsGoneMovesNothing() {
    var sim = start()
    sim.run(for: .seconds(30))
    setImage("shop:v2", &sim)
    sim.run(for: .seconds(60))
    let workload = sim.workload
    let sets = sim.replicaSets.mapValues { $0.spec["replicas"] }
    sim.workload = nil
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Degraded")
    #expect(
      sim.rollout.status["message"]
        == #"InvalidSpec: The Rollout "web" is invalid: spec.workloadRef.name: Not found: "Deployment web""#
    )
    #expect(sim.replicaSets.mapValues { $0.spec["replicas"] } == sets)
    sim.abort()
    sim.run(for: .seconds(60))
    #expect(sim.replicaSets.count == 2)
    #expect(sim.rollout.status["abort"] == true)
    #expect(sim.readyPods == 4)
    sim.workload = workload
    sim.retry()
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["message"] == "CanaryPauseStep")
  }

  @Test func workloadThatWasNeverThereIsNamedAndAwaited() {
    var sim = start()
    let workload = sim.workload
    sim.workload = nil
    sim.run(for: .seconds(30))
    #expect(sim.rollout.status["phase"] == "Degraded")
    #expect(sim.replicaSets.isEmpty)
    sim.workload = workload
    sim.run(for: .seconds(30))
    #expect(sim.rollout.status["phase"] == "Healthy")
  }

  @Test func workloadThatCannotBeReadYetIsWaitedFor() {
    var sim = start()
    var snapshot = sim.snapshot()
    snapshot.workload = .unknown("the list has not arrived")
    let first = plan(snapshot)
    #expect(first.isQuiet)
    #expect(first.wake == .at(sim.now + .seconds(1)))
    sim.run(for: .seconds(30))
    snapshot = sim.snapshot()
    snapshot.workload = .unknown("the list has not arrived")
    #expect(plan(snapshot).isQuiet, "the last known template holds")
  }

  @Test func deploymentGivesItsPodsUpOnSuccess() {
    var sim = start(scaleDown: "onsuccess")
    sim.run(for: .seconds(30)) { sim, _ in
      #expect(sim.readyPods == 4 || self.size(sim) == 4)
    }
    #expect(size(sim) == 0)
    #expect(sim.workload?.annotation(RolloutNames.replicasBefore) == "4")
    #expect(plan(sim.snapshot()).isQuiet)
    setImage("shop:v2", &sim)
    sim.run(for: .seconds(30))
    sim.editWorkload { $0.set(2, at: "spec", "replicas") }
    sim.run(for: .seconds(30))
    #expect(size(sim) == 2, "later revisions leave it alone")
  }

  @Test func firstRevisionThatFailedDoesNotKeepTheDeployment() {
    var sim = start(scaleDown: "onsuccess", .init(brokenImages: ["shop:v1"]))
    sim.run(for: .seconds(60))
    #expect(size(sim) == 4)
    setImage("shop:v2", &sim)
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(size(sim) == 0)
  }

  @Test func deploymentShrinksAsPodsBecomeReady() {
    var sim = start(scaleDown: "progressively", .init(podStart: 1...40))
    var sizes: [Int] = []
    sim.run(for: .seconds(90)) { sim, _ in
      #expect(sim.readyPods + (self.size(sim) ?? 0) >= 4)
      if sizes.last != self.size(sim) { sizes.append(self.size(sim) ?? -1) }
    }
    #expect(sizes.first == 4)
    #expect(sizes.last == 0)
    #expect(sizes == sizes.sorted(by: >) && sizes.count > 2)
    // The first revision loses its pods: the Deployment helps out.
    sim.breakPods(ofImage: "shop:v1")
    sim.run(for: .seconds(10))
    #expect(size(sim) == 4)
  }

  @Test func deploymentNeverGetsMoreThanItHad() {
    var sim = start(scaleDown: "progressively", deployment: 2)
    sim.run(for: .seconds(60)) { sim, _ in #expect((self.size(sim) ?? 0) <= 2) }
    #expect(size(sim) == 0)
  }

  @Test func podTemplateIsOneToo() {
    var sim = start()
    sim.editSpec { spec in
      spec.set("v1", at: "workloadRef", "apiVersion")
      spec.set("PodTemplate", at: "workloadRef", "kind")
      spec["selector"] = ["matchLabels": ["app": "web"]]
    }
    let template = sim.workload?.spec["template"] ?? .null
    sim.workload = [
      "apiVersion": "v1", "kind": "PodTemplate", "metadata": ["name": "web", "generation": 3],
      "template": template,
    ]
    sim.run(for: .seconds(30))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.rollout.status["workloadObservedGeneration"] == "3")
  }

  @Test func templateBesideTheReferenceIsRefused() {
    var sim = start()
    sim.editSpec { $0.set("x", at: "template", "metadata", "labels", "app") }
    sim.run(for: .seconds(30))
    #expect(sim.rollout.status["phase"] == "Degraded")
    #expect(sim.replicaSets.isEmpty)
  }
}
