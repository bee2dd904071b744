import KubeModel
import Primitives
import Subprocess
import Testing

extension EndToEnd {
  /// People and tools work on rollouts with kubectl alone.
  @Suite(.enabled(if: Kubectl.exists, Kubectl.missing))
  struct RealPeersKubectlTests {
    private let manifest = """
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata: { name: web, namespace: default }
      spec:
        replicas: 4
        selector: { matchLabels: { app: web } }
        template:
          metadata: { labels: { app: web } }
          spec: { containers: [{ name: web, image: "shop:v1" }] }
        strategy:
          canary:
            abortScaleDownDelaySeconds: 1
            steps:
            - setWeight: 25
            - pause: {}
            - setWeight: 50
            - pause: { duration: 1s }
      """

    @Test(.timeLimit(.minutes(2)))
    func kubectlShowsAndChangesARollout() async throws {
      try await withController { stage in
        #expect(
          try await stage.kubectl("apply", "-f", "-", input: manifest).contains(
            "rollout.argoproj.io/web created"
          )
        )
        try await stage.waitForPhase("Healthy", "web", "default")
        let table = try await stage.kubectl("get", "rollout", "web").split(separator: "\n")
          .map { $0.split(separator: " ").map(String.init) }
        #expect(table.first == ["NAME", "DESIRED", "CURRENT", "UP-TO-DATE", "AVAILABLE", "AGE"])
        #expect(table.last?.dropLast() == ["web", "4", "4", "4", "4"])
        let description = try await stage.kubectl("describe", "rollout", "web")
        #expect(
          description.contains("Set Weight:  25") && description.contains("RolloutCompleted"),
          "\(description)"
        )
        #expect(try await stage.kubectl("get", "rollout", "web", "-o", "name") == "rollout.argoproj.io/web\n")

        // Three ways to bring a new version, and a size in between.
        let second = manifest.split(separator: "shop:v1").joined(separator: "shop:v2")
        try await stage.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", input: second)
        try await stage.waitForPhase("Paused", "web", "default")
        #expect(try await replicas(stage) == ["shop:v1": 3, "shop:v2": 1])
        try await stage.kubectl("scale", "rollout", "web", "--replicas=8")
        try await waitUntil("the new size") { try await replicas(stage) == ["shop:v1": 6, "shop:v2": 2] }
        #expect(try await stage.serin("promote", "web").output == "rollout 'web' promoted\n")
        try await stage.kubectl("wait", "--for=condition=Completed", "rollout/web", "--timeout=40s")

        try await stage.kubectl(
          "edit",
          "rollout",
          "web",
          environment: ["EDITOR": "sed -i s/shop:v2/shop:v3/"]
        )
        try await stage.waitForPhase("Paused", "web", "default")
        #expect(try await stage.serin("promote", "web", "--full").code == 0)
        try await stage.waitForPhase("Healthy", "web", "default")

        let patch =
          "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\",\"value\":\"shop:v4\"}]"
        try await stage.kubectl("patch", "rollout", "web", "--type=json", "-p", patch)
        try await stage.waitForPhase("Paused", "web", "default")
        #expect(try await replicas(stage)["shop:v4"] == 2)

        try await stage.kubectl("delete", "rollout", "web", "--timeout=20s")
        try await waitUntil("its replica sets and pods to go") {
          let sets = try await stage.list(.replicaSets, "default").isEmpty
          return try await stage.list(.pods, "default").isEmpty && sets
        }
      }
    }

    @Test(.timeLimit(.minutes(2)))
    func otherToolsPromoteAndAbortByPatchingTheStatus() async throws {
      try await withController { stage in
        try await stage.kubectl("apply", "-f", "-", input: manifest)
        try await stage.waitForPhase("Healthy", "web", "default")
        try await setImage(stage, "shop:v2")
        try await stage.waitForPhase("Paused", "web", "default")
        try await patchStatus(stage, "{\"status\":{\"abort\":true}}")
        try await stage.waitForPhase("Degraded", "web", "default")
        try await waitUntil("all replicas at stable") {
          try await replicas(stage) == ["shop:v1": 4, "shop:v2": 0]
        }
        try await patchStatus(stage, "{\"status\":{\"abort\":false}}")
        try await stage.waitForPhase("Paused", "web", "default")
        try await patchStatus(stage, "{\"status\":{\"pauseConditions\":null}}")
        try await stage.waitForPhase("Healthy", "web", "default")
        #expect(try await replicas(stage) == ["shop:v1": 0, "shop:v2": 4])
        try await setImage(stage, "shop:v3")
        try await stage.waitForPhase("Paused", "web", "default")
        try await patchStatus(stage, "{\"status\":{\"promoteFull\":true}}")
        try await stage.waitForPhase("Healthy", "web", "default")
        #expect(try await replicas(stage)["shop:v3"] == 4)
      }
    }

    @Test(.timeLimit(.minutes(2)))
    func kubectlWatchesARolloutThroughARelease() async throws {
      try await withController { stage in
        try await stage.kubectl("apply", "-f", "-", input: manifest)
        try await stage.waitForPhase("Healthy", "web", "default")
        let log = "\(stage.folder)/watch.log"
        let path = "jsonpath={.status.phase}{\"\\n\"}"
        let kubectl = try #require(Kubectl.path)
        let watch = try ChildProcess(
          [kubectl, "--kubeconfig", stage.kubeconfig, "get", "rollout", "web", "--watch", "-o", path],
          output: log
        )
        try await waitUntil("the watch to begin") { Files.read(log)?.contains("Healthy") == true }
        try await setImage(stage, "shop:v2")
        try await waitUntil("the watch to show the pause") { Files.read(log)?.contains("Paused") == true }
        _ = try await stage.serin("abort", "web")
        try await waitUntil("the watch to show the abort") {
          Files.read(log)?.hasSuffix("Degraded\n") == true
        }
        watch.kill()
      }
    }

    // MARK: - Helpers

    private func withController(_ body: (Stage) async throws -> Void) async throws {
      try await Stage.run(pods: .simulated) { stage in
        let controller = try Controller(on: stage)
        do {
          try await body(stage)
        } catch {
          print(controller.logTail())
          await controller.stop()
          throw error
        }
        await controller.stop()
      }
    }

    private func setImage(_ stage: Stage, _ image: String) async throws {
      let patch =
        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"\(image)\"}]}}}}"
      try await stage.kubectl("patch", "rollout", "web", "--type=merge", "-p", patch)
    }

    private func patchStatus(_ stage: Stage, _ patch: String) async throws {
      try await stage.kubectl("patch", "rollout", "web", "--subresource=status", "--type=merge", "-p", patch)
    }

    /// The sizes of the replica sets by image.
    private func replicas(_ stage: Stage) async throws -> [String: Int] {
      let sets = try await stage.list(.replicaSets, "default")
      return Dictionary(sets.map { (Shop.image(of: $0), $0.spec["replicas"]?.int ?? 0) }) { $0 + $1 }
    }
  }
}
