import KubeModel
import Primitives
import Testing

@testable import EmbeddedCluster

@Suite("Deployments", .timeLimit(.minutes(1)))
struct WorkloadDeploymentTests {
  @Test func aRollingUpdateNeverGoesBelowTheAvailableMinimumNorAboveTheSurge() async throws {
    try await WorkloadFixture.run { fixture in
      let strategy: JSONValue = ["strategy": ["rollingUpdate": ["maxSurge": 1, "maxUnavailable": 1]]]
      _ = try fixture.store.create(.deployments, workload("Deployment", replicas: 5, spec: strategy))
      try await eventually("v1 complete") {
        fixture.object(.deployments, "web")?.status["availableReplicas"] == 5
      }
      let events = try fixture.store.watch([.pods])
      var live = Dictionary(uniqueKeysWithValues: fixture.pods.map { ($0.pod.uid, $0) })
      try Self.setImage("shop:v2", in: fixture)
      try await eventually("v2 complete") { Self.isComplete(fixture, image: "shop:v2", replicas: 5) }
      let last: JSONValue = [
        "metadata": ["name": "last", "namespace": "shop"],
        "spec": ["containers": [["name": "a", "image": "b"]]],
      ]
      _ = try fixture.store.create(.pods, last)
      // Every state that the pods went through, replayed from the store's own events.
      for await event in events {
        if event.object.name == "last" { break }
        live[event.object.uid] = event.kind == .deleted ? nil : PodView(event.object)
        let active = live.values.filter(\.isActive)
        #expect(active.count <= 6)
        #expect(active.filter(\.isReady).count >= 4)
      }
    }
  }

  @Test func availabilityHoldsAtEveryStepOfAnUpdate() async throws {
    try await WorkloadFixture.run { fixture in
      let strategy: JSONValue = ["strategy": ["rollingUpdate": ["maxSurge": "25%", "maxUnavailable": 0]]]
      _ = try fixture.store.create(.deployments, workload("Deployment", replicas: 4, spec: strategy))
      try await eventually("v1 complete") { fixture.readyPods.count == 4 }
      try Self.setImage("shop:v2", in: fixture)
      try await eventually("v2 complete") {
        #expect(fixture.readyPods.count >= 4)
        return Self.isComplete(fixture, image: "shop:v2", replicas: 4)
      }
    }
  }

  @Test func revisionsCountUpAndAReturnReusesTheOldReplicaSet() async throws {
    try await WorkloadFixture.run { fixture in
      _ = try fixture.store.create(.deployments, workload("Deployment", replicas: 1))
      try await eventually("v1") { Self.isComplete(fixture, image: "shop:v1", replicas: 1) }
      try Self.setImage("shop:v2", in: fixture)
      try await eventually("v2") { Self.isComplete(fixture, image: "shop:v2", replicas: 1) }
      try Self.setImage("shop:v1", in: fixture)
      try await eventually("v1 again") { Self.isComplete(fixture, image: "shop:v1", replicas: 1) }
      #expect(fixture.store.list(.replicaSets, namespace: "shop").items.count == 2)
      let annotation = "deployment.kubernetes.io/revision"
      try await eventually("revision 3") {
        fixture.object(.deployments, "web")?.annotations[annotation] == "3"
      }
    }
  }

  @Test func aVersionThatNeverBecomesReadyStopsTheUpdateAndReportsTheDeadline() async throws {
    try await WorkloadFixture.run { fixture in
      let spec: JSONValue = ["progressDeadlineSeconds": 1]
      _ = try fixture.store.create(.deployments, workload("Deployment", replicas: 3, spec: spec))
      try await eventually("v1") { Self.isComplete(fixture, image: "shop:v1", replicas: 3) }
      try fixture.store.update(.deployments, namespace: "shop", name: "web") { deployment in
        deployment.set(["serin.dev/never-ready": "true"], at: "spec", "template", "metadata", "annotations")
      }
      try await eventually("deadline") { Self.progress(fixture)?.reason == "ProgressDeadlineExceeded" }
      #expect(fixture.readyPods.count == 3)
    }
  }

  private static func setImage(_ image: String, in fixture: WorkloadFixture) throws {
    try fixture.store.update(.deployments, namespace: "shop", name: "web") { deployment in
      guard var container = deployment.at("spec", "template", "spec", "containers")?[0] else { return }
      container["image"] = .string(image)
      deployment.set([container], at: "spec", "template", "spec", "containers")
    }
  }

  private static func progress(_ fixture: WorkloadFixture) -> Condition? {
    fixture.object(.deployments, "web")?.status["conditions"]?.array?.map(Condition.init)
      .first { $0.type == "Progressing" }
  }

  private static func isComplete(_ fixture: WorkloadFixture, image: String, replicas: Int) -> Bool {
    let deployment = fixture.object(.deployments, "web")
    return progress(fixture)?.reason == "NewReplicaSetAvailable"
      && deployment?.status["observedGeneration"]?.int == deployment?.generation
      && fixture.pods.count == replicas
      && fixture.pods.allSatisfy { $0.isReady && $0.pod.spec["containers"]?[0]?["image"]?.string == image }
  }
}
