import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// The controller is killed at unkind moments; what it leaves behind must not show it.
  @Suite
  struct KillTests {
    /// When to kill: what has just been seen, in a good release and in one that is aborted.
    enum Moment: String, CaseIterable, Sendable, CustomTestStringConvertible {
      case replicaSetCreated, weight20, paused, runCreated, firstMeasurement, weight50, lastRunSuccessful
      case weight100, stableChanged, committed
      case abortRunCreated, abortFirstMeasurement, analysisFailed, aborted, weightBackAt0, abortedBeforeCommit
      case abortCommitted, manifestRestored, canaryScaledDown, abortReplicaSetCreated
      /// After every single thing that it changed.
      case everyChange

      var testDescription: String { rawValue }

      static let ofAbort: [Moment] = [
        .abortReplicaSetCreated, .abortRunCreated, .abortFirstMeasurement, .analysisFailed, .aborted,
        .weightBackAt0, .abortedBeforeCommit, .abortCommitted, .manifestRestored, .canaryScaledDown,
      ]
      static let ofRelease: [Moment] = [
        .replicaSetCreated, .weight20, .paused, .runCreated, .firstMeasurement, .weight50, .lastRunSuccessful,
        .weight100, .stableChanged, .committed,
      ]
    }

    /// What a shop looks like in the end, without what differs from run to run.
    struct Outcome: Equatable, Sendable {
      var phases: [String] = []
      var weight = 0
      var stableImage = ""
      var replicas: [String: Int] = [:]
      var subjects: [String] = []
      var decisions = 0
      var manifests: [String] = []
      var runPhases: [String] = []
    }

    @Test(.timeLimit(.minutes(3)))
    func aKilledControllerLeavesTheSameStateAndCommitsAsAnUndisturbedOne() async throws {
      try await Stage.run(pods: .simulated) { stage in
        // A pair of moments for each shop: one of its good release, one of the release that is aborted.
        let pairs: [(good: Moment, bad: Moment)?] =
          [nil, (.everyChange, .everyChange)] + zip(Moment.ofRelease, Moment.ofAbort).map { ($0, $1) }
        var outcomes: [Int: Outcome] = [:]
        try await withThrowingTaskGroup(of: (Int, Outcome).self) { group in
          for (index, pair) in pairs.enumerated() {
            group.addTask {
              let outcome = try await play(on: stage, "shop-\(index)", killing: pair?.good, pair?.bad)
              return (index, outcome)
            }
          }
          for try await (index, outcome) in group { outcomes[index] = outcome }
        }
        let undisturbed = try #require(outcomes[0])
        #expect(undisturbed.subjects.count == 6, "\(undisturbed.subjects)")
        for (index, pair) in pairs.enumerated().dropFirst() {
          let moments = pair.map { "killed at \($0.good.rawValue) and \($0.bad.rawValue)" } ?? ""
          #expect(outcomes[index] == undisturbed, "\(moments)")
        }
      }
    }

    /// A shop's life: v1, v2 promoted, v3 aborted, with a controller that is killed once in each release.
    private func play(on stage: Stage, _ name: String, killing good: Moment?, _ bad: Moment?) async throws
      -> Outcome
    {
      let shop = try await Shop(on: stage, namespace: name)
      let controller = try Controller(on: stage, namespace: name)
      do {
        let outcome = try await play(shop, controller, killing: good, bad)
        let inOrder = await controller.stop()
        #expect(inOrder, "\(name): the controller did not stop in order")
        return outcome
      } catch {
        controller.kill()
        throw Overdue(
          description:
            "\(name) (\(good?.rawValue ?? "-"), \(bad?.rawValue ?? "-")): \(error)\n\(controller.logTail())"
        )
      }
    }

    private func play(
      _ shop: Shop,
      _ controller: Controller,
      killing good: Moment?,
      _ bad: Moment?
    ) async throws -> Outcome {
      let title = "\(shop.namespace)/web"
      try await shop.settle(at: "shop:v1", subject: "Promote \(title) to v1")
      try await shop.remote.release("shop:v2", over: "shop:v1")
      if let good { try await kill(controller, at: good, of: shop, image: "shop:v2") }
      try await shop.settle(at: "shop:v2", subject: "Promote \(title) to v2")
      try await shop.setMetric("bad")
      try await shop.remote.release("shop:v3", over: "shop:v2")
      if let bad { try await kill(controller, at: bad, of: shop, image: "shop:v3") }
      try await shop.settle(at: "shop:v2", subject: "Abort \(title) at v3, restore v2")
      return try await outcome(of: shop)
    }

    /// Waits for the moment, kills the controller and starts it again.
    private func kill(_ controller: Controller, at moment: Moment, of shop: Shop, image: String) async throws
    {
      guard moment != .everyChange else { return try await killAtEveryChange(controller, of: shop) }
      let old = try await shop.remote.subjects().count
      let manifest = try await shop.remote.read()
      try await waitUntil(
        "\(moment.rawValue) of \(shop.namespace)",
        every: .milliseconds(5),
        detail: { await shop.describe() }
      ) {
        try await isNow(moment, of: shop, image: image, commits: old, manifest: manifest)
      }
      controller.kill()
      try controller.start()
    }

    /// Kills the controller after each change that is seen, until the next decision is in Git.
    private func killAtEveryChange(_ controller: Controller, of shop: Shop) async throws {
      let decisions = try await shop.remote.decisionIDs().count
      var seen = try await fingerprint(of: shop)
      var kills = 0
      while try await shop.remote.decisionIDs().count == decisions {
        seen = try await waitFor(
          "a change after \(kills) kills",
          every: .milliseconds(5),
          detail: { await shop.describe() }
        ) {
          let now = try await fingerprint(of: shop)
          return now == seen ? nil : now
        }
        controller.kill()
        kills += 1
        try controller.start()
      }
      print("kill: \(shop.namespace) went on through \(kills) kills")
    }

    /// Changes with everything that the controller writes.
    private func fingerprint(of shop: Shop) async throws -> Set<String> {
      let stage = shop.stage
      var versions: Set<String> = [shop.remote.tip]
      for type in [ResourceType.rollouts, .httpRoutes, .analysisRuns, .services] {
        for object in try await stage.list(type, shop.namespace) {
          versions.insert("\(type) \(object.name) \(object.resourceVersion)")
        }
      }
      for set in try await shop.replicaSets() { versions.insert("\(set.name) \(set.generation)") }
      return versions
    }

    private func isNow(_ moment: Moment, of shop: Shop, image: String, commits: Int, manifest: String)
      async throws -> Bool
    {
      func phases() async throws -> [String] {
        try await shop.runs(of: image).map { $0.status["phase"]?.string ?? "" }
      }
      func measurements() async throws -> Int {
        try await shop.runs(of: image).reduce(0) { sum, run in
          let results = run.status["metricResults"]?.array ?? []
          return sum + results.reduce(0) { $0 + ($1["measurements"]?.array?.count ?? 0) }
        }
      }
      func sets() async throws -> [JSONValue] {
        try await shop.replicaSets().filter { Shop.image(of: $0) == image }
      }
      switch moment {
      case .everyChange: return true
      case .replicaSetCreated, .abortReplicaSetCreated: return try await !sets().isEmpty
      case .weight20: return try await shop.weight() == 20
      case .weight50: return try await shop.weight() == 50
      case .weight100:
        // The promotion follows within milliseconds: one that came in between is as good a moment.
        if try await shop.weight() == 100 { return true }
        return try await isNow(.stableChanged, of: shop, image: image, commits: commits, manifest: manifest)
      case .paused: return try await !(shop.rollout().status["pauseConditions"]?.array ?? []).isEmpty
      case .runCreated, .abortRunCreated: return try await !shop.runs(of: image).isEmpty
      case .firstMeasurement, .abortFirstMeasurement: return try await measurements() > 0
      case .lastRunSuccessful: return try await phases() == ["Successful", "Successful"]
      case .stableChanged:
        let hash = try await sets().first?.labels["rollouts-pod-template-hash"]
        return try await shop.rollout().status["stableRS"]?.string == hash
      case .committed, .abortCommitted: return try await shop.remote.subjects().count > commits
      case .analysisFailed: return try await phases().contains("Failed")
      case .aborted: return try await shop.rollout().status["abort"]?.bool == true
      case .weightBackAt0:
        guard try await phases().contains("Failed") else { return false }
        return try await shop.weight() == 0
      case .abortedBeforeCommit:
        // The commit follows within milliseconds: one that came in between is as good a moment.
        let conditions = try await shop.rollout().status["conditions"]?.array ?? []
        if conditions.contains(where: { $0["type"]?.string == "AbortedPendingGit" }) { return true }
        return try await shop.remote.subjects().count > commits
      case .manifestRestored: return try await shop.remote.read() != manifest
      case .canaryScaledDown:
        guard try await phases().contains("Failed") else { return false }
        return try await sets().allSatisfy { $0.spec["replicas"]?.int == 0 }
      }
    }

    private func outcome(of shop: Shop) async throws -> Outcome {
      let ids = try await shop.remote.decisionIDs()
      #expect(Set(ids).count == ids.count, "\(shop.namespace): \(ids)")
      let rollout = try await shop.rollout()
      var outcome = Outcome()
      outcome.phases = [
        rollout.status["phase"]?.string ?? "", rollout.status["abort"]?.bool == true ? "aborted" : "",
      ]
      outcome.weight = try await shop.weight()
      let sets = try await shop.replicaSets()
      for set in sets { outcome.replicas[Shop.image(of: set), default: 0] += set.spec["replicas"]?.int ?? 0 }
      let stable = rollout.status["stableRS"]?.string
      outcome.stableImage =
        sets.first { $0.labels["rollouts-pod-template-hash"] == stable }.map(Shop.image) ?? "none"
      outcome.subjects = try await shop.remote.subjects()
        .map { $0.split(separator: shop.namespace, omittingEmptySubsequences: false).joined(separator: "NS") }
      outcome.decisions = ids.count
      outcome.manifests = [try await shop.remote.read()]
      for image in ["shop:v2", "shop:v3"] {
        outcome.runPhases += try await shop.runs(of: image).map {
          "\(image) \($0.status["phase"]?.string ?? "")"
        }
      }
      return outcome
    }
  }
}
