import KubeModel
import Primitives
import Subprocess
import Testing

extension EndToEnd {
  /// How fast an abort is, and how big and how quick the binary.
  @Suite
  struct LatencyTests {
    @Test(.timeLimit(.minutes(2)))
    func anAbortMovesTrafficWithinOneSecondAndIsPushedTwoSecondsLater() async throws {
      try await Stage.run(pods: .processes) { stage in
        let shop = try await Shop(on: stage, metric: .traffic(gateway: stage.gateway))
        let controller = try Controller(on: stage)
        defer { controller.kill() }
        try await shop.settle(at: "shop:v1", subject: "Promote shop/web to v1")
        let users = Task { await Users(url: "\(stage.gateway)/", perSecond: 80).run() }
        defer { users.cancel() }
        try await shop.remote.release("shop:v2", over: "shop:v1")
        try await shop.settle(at: "shop:v2", subject: "Promote shop/web to v2")
        try await shop.remote.release("shop:v3", over: "shop:v2")
        try await waitUntil("weight 20") { try await shop.weight() == 20 }
        let tip = shop.remote.tip
        async let pushed = waitFor("the abort's commit", within: .seconds(60), every: .milliseconds(10)) {
          shop.remote.tip != tip ? ContinuousClock.now : nil
        }
        let verdict = try await Verdict.watch(shop, image: "shop:v3")
        let commit = try await pushed - verdict.failedAt
        print(
          "latency: failing measurement -> weight 0 in \(verdict.text(verdict.weightBack)),",
          "-> pushed commit in \(verdict.text(commit))"
        )
        #expect(verdict.weightBack <= .seconds(1))
        #expect(verdict.sinceFinished <= .seconds(2))
        #expect(commit <= verdict.weightBack + .seconds(2))
        try await shop.settle(at: "shop:v2", subject: "Abort shop/web at v3, restore v2")
        users.cancel()
        let seen = await users.value
        print("latency: users sent \(seen.requests) requests, \(seen.failures) failed")
        let peak = try #require(controller.peakMemory)
        print("latency: the controller had \(peak >> 20) MB resident at most")
        #expect(peak <= 60 << 20)
      }
    }

    @Test(.timeLimit(.minutes(1)))
    func theBinaryStartsWithinThirtyMilliseconds() async throws {
      let binary = try #require(Binary.path)
      var times: [Duration] = []
      for _ in 0..<20 {
        let start = ContinuousClock.now
        let result = try await Subprocess.run(
          .name("sh"),
          arguments: ["-c", "exec \"$0\" version", binary],
          output: .string(limit: 1024)
        )
        times.append(ContinuousClock.now - start)
        #expect(result.terminationStatus.isSuccess)
      }
      let median = times.sorted()[10]
      print(
        "latency: serin version takes \(median) (median of 20; \(Binary.isRelease ? "release" : "debug"))"
      )
      if Binary.isRelease { #expect(median <= .milliseconds(30)) }
    }
  }
}
