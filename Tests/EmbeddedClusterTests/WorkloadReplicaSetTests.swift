import KubeModel
import Primitives
import Testing

@testable import EmbeddedCluster

@Suite("ReplicaSets", .timeLimit(.minutes(1)))
struct WorkloadReplicaSetTests {
  private static let now = Instant(secondsSinceEpoch: 1_000_000)

  private static func pod(
    _ name: String,
    readySince: Int64? = nil,
    phase: String = "Running",
    owner: String? = "rs-uid",
    labels: [String: String] = ["app": "web"],
    cost: String? = nil
  ) -> JSONValue {
    var pod: JSONValue = [
      "metadata": [
        "name": .string(name), "namespace": "shop", "uid": .string(name), "labels": JSONValue(labels),
        "creationTimestamp": "2026-01-01T00:00:00Z",
      ],
      "status": ["phase": .string(phase)],
    ]
    if let cost {
      pod.set(.string(cost), at: "metadata", "annotations", "controller.kubernetes.io/pod-deletion-cost")
    }
    if let owner {
      pod.set(
        [["uid": .string(owner), "controller": true, "kind": "ReplicaSet"]],
        at: "metadata",
        "ownerReferences"
      )
    }
    if let readySince {
      let time = Instant(secondsSinceEpoch: readySince).rfc3339
      let ready: JSONValue = ["type": "Ready", "status": "True", "lastTransitionTime": .string(time)]
      pod.set([ready], at: "status", "conditions")
    }
    return pod
  }

  private static func replicaSet(_ replicas: Int, minReadySeconds: Int = 0) -> JSONValue {
    var value = workload("ReplicaSet", replicas: replicas)
    value.set("rs-uid", at: "metadata", "uid")
    value.set(3, at: "metadata", "generation")
    value.set(JSONValue(minReadySeconds), at: "spec", "minReadySeconds")
    return value
  }

  private func plan(_ replicaSet: JSONValue, _ pods: [JSONValue]) -> ReplicaSetPlan {
    ReplicaSetPlan.make(replicaSet: replicaSet, pods: pods, now: Self.now)
  }

  @Test func missingPodsAreCreatedAndCountsOfZeroAreLeftOut() {
    let plan = plan(Self.replicaSet(3), [Self.pod("a", readySince: 900_000)])
    #expect(plan.create == 2)
    #expect(plan.status["readyReplicas"] == 1)
    #expect(plan.status["observedGeneration"] == 3)
    #expect(self.plan(Self.replicaSet(0), []).status["readyReplicas"] == nil)
  }

  @Test func unreadyPodsGoFirstThenTheCheapThenThoseReadyForTheShortestTime() {
    let pods = [
      Self.pod("old", readySince: 1), Self.pod("young", readySince: 900_000), Self.pod("unready"),
      Self.pod("cheap", readySince: 1, cost: "-1"), Self.pod("pending", phase: "Pending"),
    ]
    #expect(plan(Self.replicaSet(0), pods).delete == ["pending", "unready", "cheap", "young", "old"])
    #expect(plan(Self.replicaSet(3), pods).delete == ["pending", "unready"])
  }

  @Test func aPodBecomesAvailableOnlyAfterItsMinimumTime() {
    let pods = [Self.pod("a", readySince: 999_995), Self.pod("b", readySince: 999_000)]
    let plan = plan(Self.replicaSet(2, minReadySeconds: 10), pods)
    #expect(plan.status["readyReplicas"] == 2)
    #expect(plan.status["availableReplicas"] == 1)
    #expect(plan.wake == Instant(secondsSinceEpoch: 1_000_005))
  }

  @Test func orphansAreAdoptedStrangersLeftAloneAndMismatchesReleased() {
    let pods = [
      Self.pod("orphan", owner: nil), Self.pod("stranger", owner: "other"),
      Self.pod("relabelled", labels: ["app": "else"]), Self.pod("failed", phase: "Failed"),
    ]
    let plan = plan(Self.replicaSet(1), pods)
    #expect(plan.adopt == ["orphan"])
    #expect(plan.release == ["relabelled"])
    #expect(plan.create == 0)
    #expect(plan.delete.isEmpty)
  }

  @Test func podsFollowTheDesiredNumberUpAndDown() async throws {
    try await WorkloadFixture.run { fixture in
      _ = try fixture.store.create(.replicaSets, workload("ReplicaSet", replicas: 4))
      try await eventually("four available") {
        fixture.object(.replicaSets, "web")?.status["availableReplicas"] == 4
      }
      #expect(fixture.pods.allSatisfy { $0.pod.name.hasPrefix("web-") && $0.pod.name.count == 9 })
      try fixture.store.update(.replicaSets, namespace: "shop", name: "web") {
        $0.set(1, at: "spec", "replicas")
      }
      try await eventually("one left") {
        fixture.object(.replicaSets, "web")?.status["replicas"] == 1 && fixture.pods.count == 1
      }
      #expect(fixture.object(.replicaSets, "web")?.status["observedGeneration"] == 2)
    }
  }

  @Test func aDeletedPodIsReplaced() async throws {
    try await WorkloadFixture.run { fixture in
      _ = try fixture.store.create(.replicaSets, workload("ReplicaSet", replicas: 2))
      try await eventually("two ready") { fixture.readyPods.count == 2 }
      let victim = try #require(fixture.pods.first?.pod.name)
      try fixture.store.delete(.pods, namespace: "shop", name: victim)
      try await eventually("a replacement") {
        fixture.readyPods.count == 2 && !fixture.pods.contains { $0.pod.name == victim }
      }
    }
  }

  @Test func nothingIsWrittenAtRest() async throws {
    try await WorkloadFixture.run { fixture in
      _ = try fixture.store.create(.services, service())
      _ = try fixture.store.create(.deployments, workload("Deployment", replicas: 3))
      try await eventually("complete") {
        fixture.object(.deployments, "web")?.status["availableReplicas"] == 3
          && fixture.offered("web").count == 3
      }
      try await eventually("rest") {
        let version = fixture.store.resourceVersion
        try await Task.sleep(for: .milliseconds(400))
        return fixture.store.resourceVersion == version
      }
    }
  }
}
