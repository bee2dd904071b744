import KubeModel
import Primitives
import Testing

@testable import EmbeddedCluster

@Suite("Garbage collection", .timeLimit(.minutes(1)))
struct WorkloadGarbageTests {
  @Test func aDeletedDeploymentTakesItsReplicaSetsAndPodsAlong() async throws {
    try await WorkloadFixture.run { fixture in
      _ = try fixture.store.create(.deployments, workload("Deployment", replicas: 2))
      try await eventually("ready") { fixture.readyPods.count == 2 }
      try fixture.store.delete(.deployments, namespace: "shop", name: "web")
      try await eventually("all gone") {
        fixture.pods.isEmpty && fixture.store.list(.replicaSets, namespace: "shop").items.isEmpty
      }
    }
  }

  @Test func orphanDeletionLeavesThePods() async throws {
    try await WorkloadFixture.run { fixture in
      _ = try fixture.store.create(.replicaSets, workload("ReplicaSet", replicas: 2))
      try await eventually("ready") { fixture.readyPods.count == 2 }
      try fixture.store.delete(.replicaSets, namespace: "shop", name: "web", propagation: .orphan)
      try await eventually("released") {
        fixture.object(.replicaSets, "web") == nil
          && fixture.pods.allSatisfy { $0.pod.ownerReferences.isEmpty }
      }
      #expect(fixture.readyPods.count == 2)
    }
  }

  @Test func foregroundDeletionWaitsForTheDependents() async throws {
    try await WorkloadFixture.run { fixture in
      _ = try fixture.store.create(.replicaSets, workload("ReplicaSet", replicas: 2))
      try await eventually("ready") { fixture.readyPods.count == 2 }
      let events = try fixture.store.watch([.replicaSets, .pods])
      try fixture.store.delete(.replicaSets, namespace: "shop", name: "web", propagation: .foreground)
      var deleted: [String] = []
      for await event in events where event.kind == .deleted {
        deleted.append(event.type.kind)
        if event.type == .replicaSets { break }
      }
      #expect(deleted == ["Pod", "Pod", "ReplicaSet"])
    }
  }

  @Test func anObjectWithAnotherLivingOwnerStays() async throws {
    try await WorkloadFixture.run { fixture in
      var owners: [JSONValue] = []
      for name in ["a", "b"] {
        let owner: JSONValue = ["metadata": ["name": .string(name), "namespace": "shop"]]
        owners.append(controllerReference(to: try fixture.store.create(.configMaps, owner)))
      }
      owners[1]["controller"] = false
      let dependent: JSONValue = [
        "metadata": ["name": "c", "namespace": "shop", "ownerReferences": .array(owners)]
      ]
      _ = try fixture.store.create(.configMaps, dependent)
      try fixture.store.delete(.configMaps, namespace: "shop", name: "a")
      let bystander: JSONValue = [
        "metadata": ["name": "d", "namespace": "shop", "ownerReferences": [owners[0]]]
      ]
      _ = try fixture.store.create(.configMaps, bystander)
      try await eventually("what is abandoned goes") { fixture.object(.configMaps, "d") == nil }
      #expect(fixture.object(.configMaps, "c") != nil)
      try fixture.store.delete(.configMaps, namespace: "shop", name: "b")
      try await eventually("the last owner has gone") { fixture.object(.configMaps, "c") == nil }
    }
  }
}
