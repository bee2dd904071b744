import Glibc
import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// Git cannot be reached when a release turns out to be bad.
  @Suite
  struct GitAwayTests {
    @Test(
      "traffic goes back at once and the commit follows when Git is back",
      .timeLimit(.minutes(2)),
      arguments: [false, true]
    )
    func trafficDoesNotWaitForGit(isKilledMeanwhile: Bool) async throws {
      try await Stage.run(pods: .simulated) { stage in
        let shop = try await Shop(on: stage)
        let controller = try Controller(on: stage)
        defer { controller.kill() }
        try await shop.settle(at: "shop:v1", subject: "Promote shop/web to v1")
        let before = try await shop.remote.read()
        try await shop.setMetric("bad")
        try await shop.remote.release("shop:v2", over: "shop:v1")
        try await waitUntil("weight 20") { try await shop.weight() == 20 }
        try shop.remote.move(away: true)
        if isKilledMeanwhile {
          controller.kill()
          try controller.start()
        }
        let verdict = try await Verdict.watch(shop, image: "shop:v2")
        print("git away: weight 0 \(verdict.text(verdict.weightBack)) after the failing measurement")
        #expect(verdict.weightBack <= .seconds(1))
        #expect(verdict.sinceFinished <= .seconds(2))
        let reason = try await waitFor(
          "the condition AbortedPendingGit to say why",
          detail: { "\(await shop.describe())\n\(controller.logTail())" }
        ) {
          try await pending(shop).flatMap { $0["message"]?.string }
            .flatMap { $0 == "the commit is on its way" ? nil : $0 }
        }
        print("git away: AbortedPendingGit: \(reason)")
        #expect(reason.contains("shop.git"))
        #expect(try await shop.weight() == 0)
        try shop.remote.move(away: false)
        let back = ContinuousClock.now
        try await shop.settle(at: "shop:v1", subject: "Abort shop/web at v2, restore v1")
        print("git away: everything is recorded and healthy \(ContinuousClock.now - back) after it was back")
        #expect(try await shop.remote.read() == before)
        #expect(try await pending(shop) == nil)
        let ids = try await shop.remote.decisionIDs()
        #expect(ids.count == 2 && Set(ids).count == 2)
      }
    }

    @Test(.timeLimit(.minutes(2)))
    func anAbortThatWaitsForGitSurvivesAKillAndDoesNotOverwriteAPersonsFix() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let shop = try await Shop(on: stage)
        let controller = try Controller(on: stage)
        defer { controller.kill() }
        try await shop.settle(at: "shop:v1", subject: "Promote shop/web to v1")
        try await shop.setMetric("bad")
        try await shop.remote.release("shop:v2", over: "shop:v1")
        try await waitUntil("weight 20") { try await shop.weight() == 20 }
        try shop.remote.move(away: true)
        try await waitUntil("the abort to wait for Git") { try await pending(shop) != nil }
        controller.kill()
        try shop.remote.move(away: false)
        try await shop.setMetric("good")
        try await shop.remote.release("shop:v3", over: "shop:v2")
        try controller.start()
        try await waitUntil(
          "v3 to be promoted",
          detail: { "\(await shop.describe())\n\(controller.logTail())" }
        ) {
          guard try await shop.remote.subjects().contains("Promote shop/web to v3") else { return false }
          return try await shop.isHealthy(at: "shop:v3")
        }
        let subjects = try await shop.remote.subjects()
        #expect(
          subjects == [
            "Deploy the shop at v1", "Promote shop/web to v1", "Release shop:v2", "Release shop:v3",
            "Abort shop/web at v2", "Promote shop/web to v3",
          ]
        )
        #expect(try await shop.remote.read().contains("image: shop:v3   # the team edits this line\n"))
        let ids = try await shop.remote.decisionIDs()
        #expect(ids.count == 3 && Set(ids).count == 3, "\(ids)")
      }
    }

    private func pending(_ shop: Shop) async throws -> JSONValue? {
      try await shop.rollout().status["conditions"]?.array?.first {
        $0["type"]?.string == "AbortedPendingGit" && $0["status"]?.string == "True"
      }
    }
  }
}

/// How long after a failing measurement the traffic was back, by a poll every 10 ms.
struct Verdict {
  /// From the first sight of a failed measurement to the canary's weight 0.
  let weightBack: Duration
  let failedAt: ContinuousClock.Instant
  /// From the end of the measurement, as its run says it, to the sight of weight 0. A run says whole seconds: up to
  /// one of them is rounding.
  let sinceFinished: Duration

  func text(_ duration: Duration) -> String { "\(Int((duration.inSeconds * 1000).rounded())) ms" }

  /// Waits for a failed measurement of the image's revision, then for weight 0.
  static func watch(_ shop: Shop, image: String) async throws -> Verdict {
    let finishedAt = try await waitFor(
      "a failed measurement of \(image)",
      every: .milliseconds(10),
      detail: { await shop.describe() }
    ) {
      let runs = try await shop.runs(of: image)
      let results: [JSONValue] = runs.flatMap { $0.status["metricResults"]?.array ?? [] }
      let measurements: [JSONValue] = results.flatMap { $0["measurements"]?.array ?? [] }
      return measurements.first { $0["phase"]?.string == "Failed" }.map { $0["finishedAt"]?.string ?? "" }
    }
    let failedAt = ContinuousClock.now
    try await waitUntil("weight 0", every: .milliseconds(10), detail: { await shop.describe() }) {
      try await shop.weight() == 0
    }
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let wall = Instant(nanosecondsSinceEpoch: Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec))
    return Verdict(
      weightBack: ContinuousClock.now - failedAt,
      failedAt: failedAt,
      sinceFinished: wall - (try #require(Instant(finishedAt)))
    )
  }
}
