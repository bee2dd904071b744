import Glibc
import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// A Rollout whose approval, metric and traffic are programs: those of examples/plugins, run by the controller.
  @Suite struct PluginTests {
    private static let folder =
      #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/examples/plugins"

    /// The files of the example in which the stage's own take the place of a real one's.
    private static func example(_ name: String, in folder: String) throws -> String {
      let text = try #require(Files.read("\(Self.folder)/\(name)"), "the example has no \(name)")
      let places = [
        "file:///plugins/": "file://\(Self.folder)/", "/var/lib/balancer": "\(folder)/balancer",
        "http://approvals.example.com/shop/web": "file://\(folder)/approval",
        "/var/log/shop.log": "\(folder)/shop.log", "registry.example.com/shop:1.4.2": "shop:v1",
        "interval: 30s": "interval: 1s", "duration: 2m": "duration: 1h",
        "name: argo-rollouts-config": "{name: argo-rollouts-config, namespace: default}",
      ]
      return places.reduce(text) { $0.replacing($1.key, with: $1.value) }
    }

    /// Which file the map is: each change is a new one.
    private static func file(_ stage: Stage) -> [Int] {
      var status = stat()
      guard stat("\(stage.folder)/balancer/shop.shop.map", &status) == 0 else { return [] }
      return [Int(status.st_ino), status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    }

    private func waitForMap(_ stage: Stage, _ canary: Int) async throws {
      let wanted = "# shop/web\nweb-canary \(canary)\nweb-stable \(100 - canary)\n"
      let path = "\(stage.folder)/balancer/shop.shop.map"
      try await waitUntil("the map with \(canary)", detail: { Files.read(path) ?? "no map" }) {
        Files.read(path) == wanted
      }
    }

    @Test(.timeLimit(.minutes(3)))
    func stepMetricAndRouterArePrograms() async throws {
      try await Stage.run(pods: .simulated) { stage in
        mkdir("\(stage.folder)/balancer", 0o755)
        try Files.write("", to: "\(stage.folder)/shop.log")
        try Files.write(#"{"decision": "approved", "by": "ada"}"#, to: "\(stage.folder)/approval")
        let controller = try Controller(on: stage)
        let rollout = try Self.example("shop/rollout.yaml", in: stage.folder)
        for name in ["namespace", "services", "analysis"] {
          try await stage.apply(Self.example("shop/\(name).yaml", in: stage.folder))
        }
        try await stage.apply(rollout)
        try await waitUntil("a plugin of no list to be told of") {
          let status = try await stage.get(.rollouts, "shop", "web")?.status
          return (status?["conditions"]?.array ?? []).contains {
            $0["type"] == "InvalidSpec" && $0["message"]?.string?.contains("plugins.acme/balancer") == true
          }
        }
        try await stage.apply(Self.example("argo-rollouts-config.yaml", in: stage.folder))
        try await stage.waitForPhase("Healthy", "web", "shop")
        try await waitForMap(stage, 0)
        let before = Files.read("\(stage.folder)/balancer/shop.shop.map")

        // The first release is approved, measured and promoted.
        try await stage.apply(rollout.replacing("shop:v1", with: "shop:v2"))
        try await waitForMap(stage, 60)
        let canary = try await stage.get(.rollouts, "shop", "web")?.status["canary"]
        #expect(canary?["stepPluginStatuses"]?.array?.first?["message"] == "approved by ada")
        #expect(try await stage.serin("promote", "web", "-n", "shop").code == 0)
        try await stage.waitForPhase("Healthy", "web", "shop")
        try await waitForMap(stage, 0)
        let map = Self.file(stage)

        // The second one fails its metric.
        try Files.write(String(repeating: "ERROR\n", count: 9), to: "\(stage.folder)/shop.log")
        try await stage.apply(rollout.replacing("shop:v1", with: "shop:v3"))
        try await stage.waitForPhase("Degraded", "web", "shop")
        try await waitForMap(stage, 0)
        #expect(Self.file(stage) != map, "the map was another one in between")
        #expect(Files.read("\(stage.folder)/balancer/shop.shop.map") == before)
        let status = try #require(try await stage.get(.rollouts, "shop", "web")).status
        #expect(status["abort"] == true || status["abortedAt"] != nil, "\(status)")
        let reasons = Set(try await stage.list(.events, "shop").compactMap { $0["reason"]?.string })
        #expect(reasons.contains("AnalysisRunFailed") && reasons.contains("RolloutAborted"), "\(reasons)")
        #expect(!reasons.contains("TrafficRoutingError") && !reasons.contains("TrafficWeightCorrected"))
        #expect(await controller.stop())
      }
    }
  }
}
