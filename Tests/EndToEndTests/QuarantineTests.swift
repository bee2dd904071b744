import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// An image that a release was aborted for, brought back by somebody who does not know.
  @Suite struct QuarantineTests {
    @Test(.timeLimit(.minutes(3)))
    func anAbortedImageIsRefusedUntilACommitLetsItInAgain() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let shop = try await Shop(on: stage, pause: "200ms")
        let controller = try Controller(on: stage)
        defer { controller.kill() }
        try await shop.settle(at: "shop:v1", subject: "Promote shop/web to v1")
        try await shop.setMetric("bad")
        try await shop.remote.release("shop:v2", over: "shop:v1")
        try await shop.settle(at: "shop:v1", subject: "Abort shop/web at v2, restore v1")
        let runs = try await shop.runs(of: "shop:v2").count

        try await shop.setMetric("good")
        try await shop.remote.release("shop:v2", over: "shop:v1")
        let refusal = try await shop.sourceFailure("ApplyFailed")
        #expect(
          refusal.contains("Rollout shop/web asks for shop:v2, which is in quarantine since "),
          "\(refusal)"
        )
        #expect(refusal.contains("`serin release shop:v2` lets it in again"), "\(refusal)")
        #expect(try await shop.isHealthy(at: "shop:v1"))

        // Other changes of the path go on meanwhile.
        let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other, namespace: shop }\n"
        try await shop.remote.push(["shop/other.yaml": map], message: "Add something else")
        try await waitUntil("the ConfigMap", detail: { await shop.describe() }) {
          try await stage.get(.configMaps, "shop", "other") != nil
        }
        #expect(try await shop.isHealthy(at: "shop:v1"))
        #expect(try await shop.runs(of: "shop:v2").count == runs)

        let unknown = try await stage.serin("release", "shop:v9", "-n", "shop")
        #expect(
          unknown.code == 1 && unknown.oneLine?.contains("shop:v9 is not in quarantine") == true,
          "\(unknown)"
        )
        let release = try await stage.serin(
          "release",
          "shop:v2",
          "-n",
          "shop",
          "--by",
          "grace",
          "--reason",
          "the metric was wrong"
        )
        #expect(release.output.hasPrefix("rollout 'shop/web': shop:v2 released by commit "), "\(release)")
        try await shop.settle(at: "shop:v2", subject: "Promote shop/web to v2")
        #expect(try await shop.remote.subjects().contains("Release shop:v2 for shop/web"))
        let history = try await stage.serin("history", "web", "-n", "shop")
        #expect(history.output.contains("release"), "\(history)")
      }
    }
  }
}
