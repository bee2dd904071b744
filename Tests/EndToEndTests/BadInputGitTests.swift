import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// What is wrong in Git, or with the way to it, is said where people look, and what runs keeps running.
  @Suite struct BadInputGitTests {
    @Test(.timeLimit(.minutes(2)))
    func aBrokenManifestLeavesTheLastGoodStateRunning() async throws {
      try await withShop { stage, shop in
        try await shop.remote.ada.git("pull", "--quiet", "--rebase", "origin", "main")
        let before = try await running(shop)
        let broken = "kind: ConfigMap\nmetadata:\n  name: x\n   labels: {}\n"
        try await shop.remote.push(["shop/broken.yaml": broken], message: "Break it")
        let condition = try await shop.sourceFailure("InvalidManifest")
        #expect(condition.hasPrefix("shop/broken.yaml:4:10: "), "\(condition)")
        let report = try await stage.serin("get", "rollout", "web", "-n", shop.namespace)
        #expect(report.output.contains("InvalidManifest: \(condition)\n"), "\(report)")
        let lint = try await stage.serin("lint", "\(shop.remote.ada.directory)/shop")
        #expect(lint.code == 1 && lint.output.contains("shop/broken.yaml:4:10: error: "), "\(lint)")
        #expect(try await running(shop) == before)

        // The next good commit is followed as if nothing had been.
        try await shop.remote.ada.git("rm", "--quiet", "shop/broken.yaml")
        try await shop.remote.push([:], message: "Mend it")
        try await shop.remote.release("shop:v2", over: "shop:v1")
        try await shop.settle(at: "shop:v2", subject: "Promote \(shop.namespace)/web to v2")
      }
    }

    @Test(.timeLimit(.minutes(2)))
    func anImpossibleReleaseIsRefusedByNameAndNothingIsScaled() async throws {
      try await withShop { stage, shop in
        let before = try await running(shop)
        let spoils = [
          (old: "setWeight: 20", new: "setWeight: 120", says: "steps[0].setWeight: Invalid value: 120"),
          (old: "setWeight: 120", new: "setWait: 20", says: "steps[0]: Invalid value: {"),
        ]
        for spoil in spoils {
          try await shop.remote.release(spoil.new, over: spoil.old)
          try await refused(stage, shop, with: spoil.says)
          let place = try position(of: spoil.new, in: "\(shop.remote.ada.directory)/shop/rollout.yaml")
          let lint = try await stage.serin("lint", "\(shop.remote.ada.directory)/shop")
          let line = lint.output.split(separator: "\n").first { $0.contains(spoil.says) } ?? ""
          #expect(lint.code == 1 && line.contains("shop/rollout.yaml:\(place): error: "), "\(place) \(lint)")
          #expect(try await running(shop) == before)
        }
      }
    }

    @Test(.timeLimit(.minutes(2)))
    func aMissingAnalysisTemplateIsNamedAndTheReleaseStartsWhenItComes() async throws {
      try await withShop { stage, shop in
        let before = try await running(shop)
        let template = try #require(Files.read("\(shop.remote.ada.directory)/shop/analysis.yaml"))
        try await shop.remote.ada.git("pull", "--quiet", "--rebase", "origin", "main")
        try await shop.remote.ada.git("rm", "--quiet", "shop/analysis.yaml")
        try await shop.remote.push([:], message: "Remove the template")
        try await waitUntil("the template to be pruned") {
          try await stage.get(.analysisTemplates, shop.namespace, "success-rate") == nil
        }
        try await shop.remote.release("shop:v2", over: "shop:v1")
        try await refused(stage, shop, with: "AnalysisTemplate 'success-rate' not found")
        #expect(try await running(shop) == before)
        let lint = try await stage.serin("lint", "\(shop.remote.ada.directory)/shop")
        #expect(
          lint.words.contains("AnalysisTemplate \"success-rate\" is not in the linted files"),
          "\(lint)"
        )

        try await shop.remote.push(["shop/analysis.yaml": template], message: "Bring the template back")
        try await shop.settle(at: "shop:v2", subject: "Promote \(shop.namespace)/web to v2")
      }
    }

    @Test(.timeLimit(.minutes(2)))
    func aBranchThatIsDeletedIsReportedAndFollowedAgainWhenItIsBack() async throws {
      try await withShop { stage, shop in
        let before = try await running(shop)
        try await shop.remote.ada.git("pull", "--quiet", "--rebase", "origin", "main")
        try await shop.remote.ada.git("push", "--quiet", "origin", "main:kept")
        try await shop.remote.ada.git("-C", shop.remote.directory, "update-ref", "-d", "refs/heads/main")
        let message = try await shop.sourceFailure("BranchMissing")
        #expect(message.contains("branch main"), "\(message)")
        let report = try await stage.serin("get", "rollout", "web", "-n", shop.namespace)
        #expect(report.output.contains("BranchMissing: \(message)\n"), "\(report)")
        #expect(try await running(shop) == before)

        try await shop.remote.ada.git("push", "--quiet", "origin", "main")
        try await shop.remote.release("shop:v2", over: "shop:v1")
        try await shop.settle(at: "shop:v2", subject: "Promote \(shop.namespace)/web to v2")
      }
    }

    // MARK: - Helpers

    /// A shop that is healthy at v1, followed by a controller.
    private func withShop(_ body: (Stage, Shop) async throws -> Void) async throws {
      try await Stage.run(pods: .simulated) { stage in
        let controller = try Controller(on: stage)
        do {
          let shop = try await Shop(on: stage, pause: "200ms")
          try await shop.settle(at: "shop:v1", subject: "Promote shop/web to v1")
          try await body(stage, shop)
        } catch {
          print(controller.logTail())
          await controller.stop()
          throw error
        }
        await controller.stop()
      }
    }

    /// Line and column, from 1, of a text in a file of ASCII.
    private func position(of text: String, in file: String) throws -> String {
      let lines = try #require(Files.read(file)).split(separator: "\n", omittingEmptySubsequences: false)
      let index = try #require(lines.firstIndex { $0.contains(text) })
      let before = lines[index].split(separator: text, omittingEmptySubsequences: false)[0]
      return "\(index + 1):\(before.count + 1)"
    }

    /// The pods that run and their replica sets, by identity.
    private func running(_ shop: Shop) async throws -> Set<String> {
      let pods = try await shop.stage.list(.pods, shop.namespace)
      return Set((pods + (try await shop.replicaSets())).map { "\($0.kind) \($0.name) \($0.uid)" })
    }

    /// Waits until the rollout says why it is refused, in its condition and to `serin get` and `serin list`.
    private func refused(_ stage: Stage, _ shop: Shop, with words: String) async throws {
      try await waitUntil("InvalidSpec with \(words)", detail: { await shop.describe() }) {
        let conditions = try await shop.rollout().status["conditions"]?.array ?? []
        let invalid = conditions.first { $0["type"]?.string == "InvalidSpec" }
        return invalid?["status"]?.string == "True" && invalid?["message"]?.string?.contains(words) == true
      }
      let report = try await stage.serin("get", "rollout", "web", "-n", shop.namespace)
      let message = report.output.split(separator: "\n").first { $0.hasPrefix("Message:") } ?? ""
      #expect(message.contains("InvalidSpec: ") && message.contains(words), "\(report)")
      let list = try await stage.serin("list", "rollouts", "-n", shop.namespace)
      #expect(list.output.contains("Degraded"), "\(list)")
      let status = try await stage.serin("status", "web", "-n", shop.namespace, "--timeout", "20s")
      #expect(status.code == 1 && status.output.contains(words), "\(status)")
    }
  }
}
