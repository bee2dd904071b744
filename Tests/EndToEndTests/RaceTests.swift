import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// People push to the branch while Serin records its decisions there.
  @Suite
  struct RaceTests {
    @Test(
      "nobody's commit is lost while people and Serin push to one branch",
      .timeLimit(.minutes(3)),
      arguments: [false, true]
    )
    func nobodysCommitIsLost(isKilledOften: Bool) async throws {
      try await Stage.run(pods: .simulated) { stage in
        let shop = try await Shop(on: stage)
        let controller = try Controller(on: stage)
        defer { controller.kill() }
        try await shop.settle(at: "shop:v1", subject: "Promote shop/web to v1")
        let bob = try await shop.remote.clone(for: "bob")
        let eve = try await shop.remote.clone(for: "eve")
        let isOver = Locked(false)
        async let notes = push(from: bob, until: isOver, "docs.txt") { "\($0)line \($1)\n" }
        async let limits = push(from: eve, until: isOver, ShopFiles.rolloutFile, Self.raiseLimit)
        async let robots = commitNothing(shop.remote, until: isOver)
        async let kills = isKilledOften ? killAtPushes(controller, shop, until: isOver) : 0
        async let tips = watchTips(of: shop.remote, until: isOver)
        do {
          try await releaseAndAbort(shop)
        } catch {
          isOver.withLock { $0 = true }
          _ = try? await (notes, limits, robots, kills, tips)
          throw Overdue(description: "\(error)\n\(controller.logTail())")
        }
        isOver.withLock { $0 = true }
        print("race: the controller was killed \(try await kills) times")
        try await check(shop, bobs: notes, eves: limits, robots: robots, tips: tips)
      }
    }

    /// v2 is promoted and v3 aborted, and Git knows both, whatever else is pushed.
    private func releaseAndAbort(_ shop: Shop) async throws {
      try await shop.remote.release("shop:v2", over: "shop:v1")
      try await waitForDecision("Promote shop/web to v2", shop)
      try await shop.setMetric("bad")
      try await shop.remote.release("shop:v3", over: "shop:v2")
      try await waitForDecision("Abort shop/web at v3, restore v2", shop)
      try await waitUntil("v2 to be healthy again") { try await shop.isHealthy(at: "shop:v2") }
    }

    private func waitForDecision(_ subject: String, _ shop: Shop) async throws {
      try await waitUntil(subject, within: .seconds(40), detail: { await shop.describe() }) {
        try await shop.remote.subjects().contains(subject)
      }
    }

    private func check(_ shop: Shop, bobs: Int, eves: Int, robots: Int, tips: Set<String>) async throws {
      let remote = shop.remote
      let subjects = try await remote.subjects()
      print(
        "race: bob pushed \(bobs), eve \(eves), a machine \(robots), Serin's and all: \(subjects.count) commits"
      )
      #expect(bobs > 0 && eves > 0 && robots > 0)
      for (person, count) in [("bob", bobs), ("eve", eves), ("robot", robots)] {
        let own = subjects.filter { $0.hasPrefix("\(person) ") }
        #expect(own == (0..<count).map { "\(person) \($0)" })
      }
      let decisions = subjects.filter { $0.hasPrefix("Promote") || $0.hasPrefix("Abort") }
      #expect(
        decisions == [
          "Promote shop/web to v1", "Promote shop/web to v2", "Abort shop/web at v3, restore v2",
        ]
      )
      let ids = try await remote.decisionIDs()
      #expect(ids.count == 3 && Set(ids).count == 3)
      // A tip that is not in the history any more was overwritten by force.
      let commits = Set(try await remote.commits())
      #expect(tips.subtracting(commits).isEmpty)
      #expect(try await remote.read("docs.txt") == (0..<bobs).map { "line \($0)\n" }.joined())
      let rollout = try await remote.read()
      #expect(rollout.contains("revisionHistoryLimit: \(10 + eves)   # a line that others edit\n"))
      #expect(rollout.contains("image: shop:v2   # the team edits this line\n"))
    }

    /// Pushes one commit after the other, rebasing when somebody was faster; answers how many.
    private func push(
      from clone: GitClone,
      until isOver: Locked<Bool>,
      _ path: String,
      _ change: (String, Int) -> String
    ) async throws -> Int {
      var count = 0
      while !isOver.withLock({ $0 }) {
        try await clone.git("pull", "--quiet", "--rebase", "origin", "main")
        try clone.edit(path) { change($0, count) }
        try await clone.git("add", "--all")
        try await clone.git("commit", "--quiet", "--message", "\(clone.person) \(count)")
        try await waitUntil("\(clone.person) to push") {
          if try await clone.run(["push", "--quiet", "origin", "main"]).isSuccess { return true }
          try await clone.git("pull", "--quiet", "--rebase", "origin", "main")
          return false
        }
        count += 1
      }
      return count
    }

    /// A machine that commits all the time, so that everyone's pushes are rejected now and then, and yet not always.
    private func commitNothing(_ remote: ShopRemote, until isOver: Locked<Bool>) async throws -> Int {
      var count = 0
      while !isOver.withLock({ $0 }) {
        if try await remote.commitNothing("robot \(count)") { count += 1 }
        try await Task.sleep(for: .milliseconds(100))
      }
      return count
    }

    private static func raiseLimit(_ text: String, _ count: Int) -> String {
      text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { line in
          line.contains("# a line that others edit")
            ? "  revisionHistoryLimit: \(11 + count)   # a line that others edit" : String(line)
        }
        .joined(separator: "\n")
    }

    /// Kills the controller and starts it again after every fifth push; answers how often.
    private func killAtPushes(_ controller: Controller, _ shop: Shop, until isOver: Locked<Bool>) async throws
      -> Int
    {
      var kills = 0
      var tip = shop.remote.tip
      var pushes = 0
      while !isOver.withLock({ $0 }) {
        if case let now = shop.remote.tip, now != tip { (tip, pushes) = (now, pushes + 1) }
        if pushes == 5 {
          controller.kill()
          try controller.start()
          (kills, pushes) = (kills + 1, 0)
        }
        try await Task.sleep(for: .milliseconds(5))
      }
      return kills
    }

    private func watchTips(of remote: ShopRemote, until isOver: Locked<Bool>) async throws -> Set<String> {
      var tips: Set<String> = []
      while !isOver.withLock({ $0 }) {
        if case let tip = remote.tip, tip.utf8.count == 41 { tips.insert(String(tip.dropLast())) }
        try await Task.sleep(for: .milliseconds(5))
      }
      return tips
    }
  }
}
