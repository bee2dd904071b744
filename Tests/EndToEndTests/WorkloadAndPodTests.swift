import KubeClient
import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// What the controller does to pods, workloads and Services beyond the release itself.
  @Suite struct WorkloadAndPodTests {
    @Test(.timeLimit(.minutes(2)))
    func podsAreMarkedAndRestarted() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let controller = try Controller(on: stage)
        try await stage.apply(Self.canary("v1"))
        try await stage.waitForPhase("Healthy", "web", "default")
        #expect(try await roles(stage, "shop:v1") == ["stable", "stable"])
        try await stage.apply(Self.canary("v2"))
        try await stage.waitForPhase("Paused", "web", "default")
        #expect(Set(try await roles(stage, "shop:v1")) == ["stable"])
        #expect(Set(try await roles(stage, "shop:v2")) == ["canary"])
        #expect(try await stage.serin("promote", "web").code == 0)
        try await stage.waitForPhase("Healthy", "web", "default")
        try await waitUntil("the canary's pods to be marked as stable") {
          try await roles(stage, "shop:v2") == ["stable", "stable"]
        }
        #expect(try await stage.list(.replicaSets, "default").count == 2)

        let before = try await pods(stage, "shop:v2")
        let newest = try #require(before.compactMap(\.creationTimestamp).max())
        let restart = JSONValue.string((newest + .seconds(1)).rfc3339)
        try await stage.client.patch(
          .rollouts,
          namespace: "default",
          name: "web",
          .merge(["spec": ["restartAt": restart]])
        )
        try await waitUntil("the restart to be over") {
          let rollout = try await stage.get(.rollouts, "default", "web")
          return rollout?.status["restartedAt"] == restart && rollout?.status["phase"] == "Healthy"
        }
        let after = try await pods(stage, "shop:v2")
        #expect(Set(after.map(\.uid)).isDisjoint(with: before.map(\.uid)))
        #expect(after.count == 2)
        #expect(await controller.stop())
      }
    }

    @Test(.timeLimit(.minutes(2)))
    func aDeploymentGivesItsTemplateAndItsPods() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let controller = try Controller(on: stage)
        try await stage.apply(Self.deployment)
        try await waitUntil("the Deployment's pods") { try await pods(stage, "shop:v1").count == 2 }
        try await stage.apply(Self.reference)
        try await stage.waitForPhase("Healthy", "web", "default")
        try await waitUntil("the Deployment to give its pods up") {
          try await stage.get(.deployments, "default", "old")?.spec["replicas"] == 0
        }
        try await stage.client.patch(
          .deployments,
          namespace: "default",
          name: "old",
          .json([
            ["op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "shop:v2"]
          ])
        )
        try await stage.waitForPhase("Paused", "web", "default")
        let rollout = try #require(try await stage.get(.rollouts, "default", "web"))
        let generation = try await stage.get(.deployments, "default", "old")?.generation
        #expect(rollout.status["workloadObservedGeneration"]?.string == generation.map { String($0) })
        #expect(rollout.spec["template"] == nil)
        #expect(try await pods(stage, "shop:v2").count == 1)
        #expect(await controller.stop())
      }
    }

    @Test(.timeLimit(.minutes(2)))
    func aServiceIsGivenBackWhenItsRolloutGoes() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let controller = try Controller(on: stage)
        try await stage.apply(Self.blueGreen)
        try await stage.waitForPhase("Healthy", "web", "default")
        func selector() async throws -> JSONValue? {
          try await stage.get(.services, "default", "active")?.spec["selector"]
        }
        #expect(try await selector()?["rollouts-pod-template-hash"] != nil)
        try await stage.client.delete(.rollouts, namespace: "default", name: "web")
        try await waitUntil("the Service to serve all pods") { try await selector() == ["app": "web"] }
        let mark = "argo-rollouts.argoproj.io/managed-by-rollouts"
        #expect(try await stage.get(.services, "default", "active")?.annotation(mark) == nil)
        #expect(await controller.stop())
      }
    }

    // MARK: - Helpers

    private func pods(_ stage: Stage, _ image: String) async throws -> [JSONValue] {
      try await stage.list(.pods, "default").filter {
        $0.spec["containers"]?[0]?["image"]?.string == image && !$0.isBeingDeleted
      }
    }

    private func roles(_ stage: Stage, _ image: String) async throws -> [String] {
      try await pods(stage, image).map { $0.label("role") ?? "-" }
    }

    private static let steps: JSONValue = [["setWeight": 50], ["pause": [:]]]

    private static func canary(_ version: String) -> String {
      let metadata: JSONValue = [
        "canaryMetadata": ["labels": ["role": "canary"]], "stableMetadata": ["labels": ["role": "stable"]],
      ]
      return Manifests.text([Manifests.canary(version, steps, metadata)])
    }

    private static let deployment = Manifests.text([Manifests.deployment("v1")])

    private static let reference: String = {
      let workload: JSONValue = [
        "apiVersion": "apps/v1", "kind": "Deployment", "name": "old", "scaleDown": "onsuccess",
      ]
      let spec: JSONValue = ["workloadRef": workload, "selector": .null, "template": .null]
      return Manifests.text([Manifests.canary("v1", steps, spec: spec)])
    }()

    private static let blueGreen = Manifests.text([
      Manifests.service("active"), Manifests.blueGreen("v1", spec: ["replicas": 1]),
    ])
  }
}
