import HTTPTransport
import KubeClient
import KubeModel
import Primitives
import Subprocess
import Testing

extension EndToEnd {
  /// What a controller tells Prometheus, and which objects are a controller's own.
  struct MetricsTests {
    @Test(.timeLimit(.minutes(2)))
    func metricsAreThoseThatDashboardsKnow() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let controller = try Controller(on: stage, options: ["--metrics-address", "127.0.0.1:0"])
        let port = try await waitFor("the port of the metrics", within: .seconds(20)) {
          controller.metricsPort
        }
        let http = HTTPClient()
        let url = "http://127.0.0.1:\(port)"
        try await waitUntil("readiness") {
          try await http.send(HTTPRequest(url: url + "/readyz")).status == 200
        }
        try await stage.apply(Self.rollout("web", image: "shop:v1"))
        try await Self.waitForPhase(stage, "web", "Healthy")
        try await stage.apply(Self.rollout("web", image: "shop:v2"))
        try await Self.waitForPhase(stage, "web", "Paused")

        let text = String(
          decoding: try await http.send(HTTPRequest(url: url + "/metrics")).body,
          as: UTF8.self
        )
        let object = #"{namespace="default",name="web""#
        for line in [
          #"rollout_info\#(object),strategy="canary",traffic_router="",phase="Paused"} 1"#,
          "rollout_info_replicas_desired\(object)} 2", "serin_rollout_step_index\(object)} 1",
          #"rollout_events_total\#(object),type="Normal",reason="RolloutPaused"} 1"#,
          #"controller_clientset_k8s_request_total{kind="replicasets.apps",verb="create"} 2"#,
        ] {
          #expect(text.contains(line + "\n"), "\(line) is not in\n\(text)")
        }
        #expect(text.contains("rollout_reconcile_count\(object)}"))
        // promtool reads what Prometheus would; 3 means that it would have liked other names.
        let check = try await Subprocess.run(
          .name("promtool"),
          arguments: ["check", "metrics"],
          input: .string(text),
          output: .string(limit: 65_536),
          error: .string(limit: 65_536)
        )
        #expect([.exited(0), .exited(3)].contains(check.terminationStatus), "\(check.standardError)")
        await http.shutdown()
        #expect(await controller.stop())
      }
    }

    /// Each sees the objects that are its own, so that several share a cluster (reference, section 7.2).
    @Test(.timeLimit(.minutes(2)))
    func instancesShareAClusterAndALabelHandsAnObjectOver() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let plain = try Controller(on: stage)
        let blue = try Controller(on: stage, identity: "blue", options: ["--instance-id", "blue"])
        let label = "argo-rollouts.argoproj.io/controller-instance-id"
        try await stage.apply(Self.rollout("ours", image: "shop:v1"))
        try await stage.apply(Self.rollout("theirs", image: "shop:v1", label: "\(label): green"))
        try await stage.apply(Self.rollout("blues", image: "shop:v1", label: "\(label): blue"))
        try await Self.waitForPhase(stage, "ours", "Healthy")
        try await Self.waitForPhase(stage, "blues", "Healthy")
        #expect(try await stage.get(.rollouts, "default", "theirs")?["status"] == nil)
        let leases = try await stage.list(.leases, "default").map(\.name).sorted()
        #expect(leases == ["argo-rollouts-controller-lock", "argo-rollouts-controller-lock-blue"])

        let unlabelled: JSONValue = ["metadata": ["labels": .object([label: .null])]]
        try await stage.client.patch(.rollouts, namespace: "default", name: "theirs", .merge(unlabelled))
        try await Self.waitForPhase(stage, "theirs", "Healthy")

        // One goes to another instance, one is gone for good: only that is told of.
        let green: JSONValue = ["metadata": ["labels": .object([label: "green"])]]
        try await stage.client.patch(.rollouts, namespace: "default", name: "theirs", .merge(green))
        try await stage.client.delete(.rollouts, namespace: "default", name: "ours")
        let deletions = {
          try await stage.list(.events, "default").filter { $0["reason"]?.string == "RolloutDeleted" }
        }
        try await waitUntil("the deletion to be told") { try await !deletions().isEmpty }
        #expect(try await deletions().map { $0["message"]?.string } == ["Rollout default/ours is deleted"])
        for controller in [plain, blue] { #expect(await controller.stop()) }
      }
    }

    private static func waitForPhase(_ stage: Stage, _ name: String, _ phase: String) async throws {
      try await waitUntil("\(name) to be \(phase)") {
        let status = try await stage.get(.rollouts, "default", name)?.status
        return status?["phase"]?.string == phase
      }
    }

    private static func rollout(_ name: String, image: String, label: String = "app: shop") -> String {
      """
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata: { name: \(name), namespace: default, labels: { \(label) } }
      spec:
        replicas: 2
        selector: { matchLabels: { app: \(name) } }
        template:
          metadata: { labels: { app: \(name) } }
          spec: { containers: [{ name: shop, image: "\(image)" }] }
        strategy: { canary: { steps: [{ setWeight: 50 }, { pause: {} }] } }
      """
    }
  }
}

extension Controller {
  /// The port at which it tells its metrics; nil before it listens.
  fileprivate var metricsPort: Int? {
    let line = Files.read(log)?.split(separator: "\n").first { $0.contains("answers /metrics") }
    return line?.split(separator: " ").first { $0.hasPrefix("port=") }.flatMap { Int($0.dropFirst(5)) }
  }
}
