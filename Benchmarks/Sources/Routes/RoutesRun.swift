import KubeClient
import KubeModel
import Primitives

/// One run: everything is created, released, and promoted from pause to pause until the end.
final class RoutesRun: Sendable {
  private let options: RoutesCommand
  private let client: KubeClient
  private let controller: ChildProcess
  private let shares: ProcessorShares
  private let shop: RoutesShop
  private let board: RoutesBoard

  init(options: RoutesCommand, client: KubeClient, cluster: ChildProcess, controller: ChildProcess) {
    self.options = options
    self.client = client
    self.controller = controller
    shares = ProcessorShares(controller: controller, others: [cluster])
    shop = RoutesShop(count: options.count, share: options.share)
    board = RoutesBoard(client: client)
  }

  /// Does everything and answers the figures.
  func measure() async throws -> RoutesReport {
    try await shop.begin(client)
    let version = try await client.list(.rollouts, namespace: RoutesShop.namespace).resourceVersion
    // Full caches and a held lease before the clock runs: the start is no rollout's cost.
    try await Task.sleep(for: .seconds(3))
    let load = TextFile.read("/proc/loadavg")?.split(separator: " ").first.map(String.init) ?? "?"
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await self.board.run(from: version) }
      defer { group.cancelAll() }
      let phases = try await phases()
      return RoutesReport(
        count: options.count,
        share: options.share,
        phases: phases,
        peakMegabytes: controller.peakMegabytes ?? .infinity,
        load: load
      )
    }
  }

  private func phases() async throws -> [RoutesPhase] {
    var phases = [
      try await phase("create", .healthy) { index throws(KubeError) in
        for service in self.shop.services("web-\(index)") {
          _ = try await self.client.create(.services, service)
        }
        if index % self.shop.share == 0 {
          _ = try await self.client.create(.httpRoutes, self.shop.route(index / self.shop.share))
        }
        _ = try await self.client.create(.rollouts, self.shop.rollout(index))
      }
    ]
    for (index, weight) in RoutesShop.weights.enumerated() {
      let goal = RoutesBoard.Goal.paused(step: 2 * index + 1, weight: weight)
      phases.append(try await phase("weight \(weight)", goal, index == 0 ? release : promote))
    }
    return phases + [try await phase("promotion", .healthy, promote)]
  }

  private func release(_ index: Int) async throws(KubeError) {
    let path: JSONValue = "/spec/template/spec/containers/0/image"
    try await client.patch(
      .rollouts,
      namespace: RoutesShop.namespace,
      name: "web-\(index)",
      .json([["op": "replace", "path": path, "value": "shop:v2"]])
    )
  }

  /// What `kubectl argo rollouts promote` writes for a rollout in a pause.
  private func promote(_ index: Int) async throws(KubeError) {
    try await client.patch(
      .rollouts,
      namespace: RoutesShop.namespace,
      name: "web-\(index)",
      .merge(["status": ["pauseConditions": .null]]),
      subresource: "status"
    )
  }

  /// Changes every Rollout, waits until all are where they are to go, and then until nothing is written any more.
  private func phase(
    _ name: String,
    _ goal: RoutesBoard.Goal,
    _ change: @escaping @Sendable (Int) async throws(KubeError) -> Void
  ) async throws -> RoutesPhase {
    let before = try await sample()
    board.expect(goal, of: shop.rollouts)
    let start = ContinuousClock.now
    try await forAll(change)
    let changed = ContinuousClock.now
    var reached = (weighted: changed, finished: changed)
    do {
      try await waitFor("all rollouts to follow", .seconds(options.limit)) {
        guard let now = try board.reached() else { return false }
        reached = now
        return true
      }
    } catch let error as ScaleError {
      throw ScaleError("\(error) in \(name): \(board.summary)")
    }
    try await settle()
    let after = try await sample()
    return RoutesPhase(
      name: name,
      asking: changed - start,
      weighted: max(.zero, reached.weighted - start),
      finished: reached.finished - start,
      requests: after.requests - before.requests,
      changes: after.changes - before.changes,
      processors: after.processors - before.processors
    )
  }

  /// Waits until three seconds have passed without a request for a rollout, a route or an event.
  private func settle() async throws {
    var last = -1
    for _ in 0..<40 {
      try await Task.sleep(for: .seconds(3))
      let report = try await report()
      let now = report.total + report.events
      if now == last { return }
      last = now
    }
    throw ScaleError("the controller does not come to rest")
  }

  private struct Sample {
    let requests: RequestReport
    let changes: RoutesBoard.Changes
    let processors: ProcessorShares.Reading
  }

  private func sample() async throws -> Sample {
    Sample(requests: try await report(), changes: board.changes, processors: shares.now())
  }

  private func report() async throws -> RequestReport {
    try await RequestReport.ask(controller, file: "\(options.folder)/requests.json")
  }

  private func forAll(_ change: @escaping @Sendable (Int) async throws(KubeError) -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<options.count {
        if index >= options.parallel { try await group.next() }
        group.addTask { try await change(index) }
      }
      try await group.waitForAll()
    }
  }
}
