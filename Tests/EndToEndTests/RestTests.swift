import Glibc
import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// Nothing happens when nothing is to be done.
  @Suite
  struct RestTests {
    /// How long nothing must happen: a minute when `SERIN_LONG` is set.
    private static let seconds = getenv("SERIN_LONG") == nil ? 10 : 60

    @Test(.timeLimit(.minutes(3)))
    func atRestNothingIsWrittenAndHardlyAnythingComputed() async throws {
      try await Stage.run(pods: .processes) { stage in
        let shop = try await Shop(on: stage)
        let controller = try Controller(on: stage)
        defer { controller.kill() }
        try await shop.settle(at: "shop:v1", subject: "Promote shop/web to v1")
        try await shop.remote.release("shop:v2", over: "shop:v1")
        try await shop.settle(at: "shop:v2", subject: "Promote shop/web to v2")
        let before = try await waitForQuiet(stage)
        let tip = shop.remote.tip
        let ticks = try #require(controller.ticks)
        let start = ContinuousClock.now
        let end = start + .seconds(Self.seconds)
        while ContinuousClock.now < end { try await Task.sleep(until: end, clock: .continuous) }
        let share =
          Double(try #require(controller.ticks) - ticks) / (100 * (ContinuousClock.now - start).inSeconds)
        let after = try await versions(stage)
        let changed = Set(after.map(\.key)).union(before.keys).filter { after[$0] != before[$0] }.sorted()
        print(
          "rest: \(Self.seconds) s, \((share * 10_000).rounded() / 100) % of a core,",
          "changed objects: \(changed)"
        )
        #expect(changed.isEmpty)
        #expect(shop.remote.tip == tip)
        // A debug build computes several times as much for the same work.
        #expect(share < (Binary.isRelease ? 0.01 : 0.03))
      }
    }

    /// The resource version of every object but the Leases, by kind, namespace and name.
    private func versions(_ stage: Stage) async throws -> [String: String] {
      var versions: [String: String] = [:]
      for type in Stage.types where type != .leases {
        for object in try await stage.list(type, nil) {
          versions["\(type.kind) \(ObjectKey(object))"] = object.resourceVersion
        }
      }
      return versions
    }

    /// Waits until two seconds have gone by without a change.
    private func waitForQuiet(_ stage: Stage) async throws -> [String: String] {
      var last = try await versions(stage)
      return try await waitFor("the cluster to be quiet", within: .seconds(20), every: .seconds(2)) {
        let now = try await versions(stage)
        defer { last = now }
        return now == last ? now : nil
      }
    }
  }
}
