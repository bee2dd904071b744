import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// Releases without Git: manifests come from kubectl, decisions from people.
  @Suite(.enabled(if: Kubectl.exists && WebServer.isInstalled, Kubectl.missing))
  struct RealPeersStrategyTests {
    @Test(.timeLimit(.minutes(2)))
    func blueAndGreenAreSwitchedMeasuredAndSwitchedBack() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let answers = ["/good": (200, "{\"rate\":1}"), "/bad": (200, "{\"rate\":0}")]
        let server = try await WebServer(in: stage.folder, answers: answers)
        let controller = try Controller(on: stage)
        func apply(_ version: String, _ metric: String = "good") async throws {
          let manifests = Self.blueGreen(version, "\(server.url)/\(metric)")
          try await stage.kubectl("apply", "-f", "-", input: manifests)
        }
        try await apply("v1")
        try await stage.waitForPhase("Healthy", "web", "default")
        #expect(try await images(stage, behind: "active") == ["shop:v1"])

        // It waits for a person although the analysis was fine.
        try await apply("v2")
        try await stage.waitForPhase("Paused", "web", "default")
        #expect(try await images(stage, behind: "active") == ["shop:v1"])
        #expect(try await images(stage, behind: "preview") == ["shop:v2"])
        #expect(
          try await stage.list(.analysisRuns, "default").map { $0.status["phase"]?.string } == ["Successful"]
        )
        #expect(try await stage.serin("promote", "web").code == 0)
        try await stage.waitForPhase("Healthy", "web", "default")
        #expect(try await images(stage, behind: "active") == ["shop:v2"])
        try await waitUntil("v1 to be scaled down") { try await size(stage, "shop:v1") == 0 }

        // An analysis that fails, and a person who says no.
        try await apply("v3", "bad")
        try await stage.waitForPhase("Degraded", "web", "default")
        #expect(try await images(stage, behind: "active") == ["shop:v2"])
        try await apply("v4")
        try await stage.waitForPhase("Paused", "web", "default")
        #expect(try await stage.serin("abort", "web").code == 0)
        try await stage.waitForPhase("Degraded", "web", "default")
        #expect(try await images(stage, behind: "active") == ["shop:v2"])
        let status = try await stage.serin("status", "web", "--timeout", "20s")
        #expect(status.code == 1 && status.output.contains("aborted"), "\(status)")
        try await waitUntil("v4 to be scaled down") { try await size(stage, "shop:v4") == 0 }
        #expect(try await size(stage, "shop:v2") == 2)
        #expect(await controller.stop())
      }
    }

    @Test(.timeLimit(.minutes(2)))
    func aCanaryByReplicaCountsObeysPeople() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let controller = try Controller(on: stage)
        try await stage.kubectl("apply", "-f", "-", input: Self.canary("v1"))
        try await stage.waitForPhase("Healthy", "web", "default")
        try await stage.kubectl("apply", "-f", "-", input: Self.canary("v2"))
        try await stage.waitForPhase("Paused", "web", "default")
        #expect(try await sizes(stage) == [4, 1])

        #expect(try await stage.serin("pause", "web").output == "rollout 'web' paused\n")
        try await waitUntil("the freeze to be seen") {
          try await stage.serin("get", "rollout", "web").output.contains("manually paused")
        }
        #expect(try await stage.serin("resume", "web").output == "rollout 'web' resumed\n")
        try await waitUntil("the step to wait for a person again") {
          try await stage.serin("get", "rollout", "web").output.contains("CanaryPauseStep")
        }
        #expect(try await sizes(stage) == [4, 1])
        #expect(try await stage.serin("resume", "web").output == "rollout 'web' resumed\n")
        try await waitUntil("the second pause") { try await sizes(stage) == [2, 3] }
        try await stage.waitForPhase("Paused", "web", "default")

        #expect(try await stage.serin("abort", "web").output == "rollout 'web' aborted\n")
        try await stage.waitForPhase("Degraded", "web", "default")
        try await waitUntil("v1 alone") { try await sizes(stage) == [5, 0] }
        #expect(try await stage.serin("retry", "web").output == "rollout 'web' retried\n")
        try await stage.waitForPhase("Paused", "web", "default")
        #expect(try await sizes(stage) == [4, 1])
        #expect(try await stage.serin("promote", "web").code == 0)
        try await waitUntil("the second pause") { try await sizes(stage) == [2, 3] }
        try await stage.waitForPhase("Paused", "web", "default")
        #expect(try await stage.serin("promote", "web").code == 0)
        let status = try await stage.serin("status", "web", "--timeout", "30s")
        #expect(status.code == 0 && status.output.hasSuffix("Healthy\n"), "\(status)")
        #expect(try await sizes(stage) == [0, 5])
        #expect(await controller.stop())
      }
    }

    // MARK: - Helpers

    /// The images of the ready pods that a Service's endpoints name.
    private func images(_ stage: Stage, behind service: String) async throws -> Set<String> {
      let pods = try await stage.list(.pods, "default")
      let byName = Dictionary(pods.map { ($0.name, $0) }) { first, _ in first }
      let slices = try await stage.list(.endpointSlices, "default")
        .filter { $0.labels["kubernetes.io/service-name"] == service }
      let names = slices.flatMap { $0["endpoints"]?.array ?? [] }
        .filter { $0.at("conditions", "ready")?.bool != false }
        .compactMap { $0.at("targetRef", "name")?.string }
      return Set(names.compactMap { byName[$0]?.spec["containers"]?[0]?["image"]?.string })
    }

    private func size(_ stage: Stage, _ image: String) async throws -> Int {
      try await stage.list(.replicaSets, "default").filter { Shop.image(of: $0) == image }
        .compactMap { $0.spec["replicas"]?.int }.reduce(0, +)
    }

    private func sizes(_ stage: Stage) async throws -> [Int] {
      [try await size(stage, "shop:v1"), try await size(stage, "shop:v2")]
    }

    private static let canary: JSONValue = ["maxUnavailable": 0, "maxSurge": 1]
    private static let steps: JSONValue = [
      ["setWeight": 20], ["pause": [:]], ["setWeight": 60], ["pause": [:]],
    ]

    private static func canary(_ version: String) -> String {
      Manifests.text([Manifests.canary(version, steps, canary, spec: ["replicas": 5])])
    }

    private static func blueGreen(_ version: String, _ metric: String) -> String {
      let strategy: JSONValue = [
        "previewService": "preview", "autoPromotionEnabled": false, "scaleDownDelaySeconds": 1,
        "abortScaleDownDelaySeconds": 1,
        "prePromotionAnalysis": ["templates": [["templateName": "smoke"]]],
      ]
      return Manifests.text([
        Manifests.service("active"), Manifests.service("preview"), Manifests.analysisTemplate(metric),
        Manifests.blueGreen(version, strategy),
      ])
    }
  }
}
