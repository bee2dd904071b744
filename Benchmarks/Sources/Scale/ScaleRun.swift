import KubeClient
import KubeModel
import Primitives

/// One run: a namespace, a controller, two phases and a rest.
final class ScaleRun: Sendable {
  private let options: ScaleCommand
  private let client: KubeClient
  private let kubeconfig: String
  private let cluster: ChildProcess?
  private let controller = Locked<ChildProcess?>(nil)
  private let board: HealthBoard

  init(options: ScaleCommand, client: KubeClient, kubeconfig: String, cluster: ChildProcess?) {
    self.options = options
    self.client = client
    self.kubeconfig = kubeconfig
    self.cluster = cluster
    board = HealthBoard(client: client, namespace: options.namespace)
  }

  private var reportFile: String { "\(options.folder)/requests.json" }
  private var names: [String] { (0..<options.count).map { "web-\($0)" } }

  /// Does everything and answers the figures.
  func measure() async throws -> Report {
    _ = try await client.create(
      .namespaces,
      ["metadata": ["name": .string(options.namespace)]]
    )
    let version = try await client.list(.rollouts, namespace: options.namespace).resourceVersion
    let process = try ChildProcess(
      [
        options.serin, "controller", "--kubeconfig", kubeconfig, "--namespace", options.namespace,
        "--lease-namespace", options.namespace, "--state-dir", "\(options.folder)/state",
        "--request-report", reportFile,
      ],
      output: "\(options.folder)/controller.log"
    )
    controller.withLock { $0 = process }
    // Full caches and a held lease before the clock runs: the start is no rollout's cost.
    try await Task.sleep(for: .seconds(3))
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await self.board.run(from: version) }
      defer { group.cancelAll() }
      let create = try await phase("create", process) { name throws(KubeError) in
        _ = try await self.client.create(.rollouts, self.rollout(name))
      }
      let update = try await phase("update", process) { name throws(KubeError) in
        let change: JSONValue = [
          [
            "op": "replace", "path": "/spec/template/spec/containers/0/image",
            "value": .string(self.options.nextImage),
          ]
        ]
        try await self.client.patch(.rollouts, namespace: self.options.namespace, name: name, .json(change))
      }
      let rest = try await rest(process)
      return Report(
        count: options.count,
        create: create,
        update: update,
        rest: rest,
        peakMegabytes: process.peakMegabytes ?? 0,
        idleReplicaSetWrites: try await idleReplicaSetWrites(process),
        isEmbedded: cluster != nil
      )
    }
  }

  /// Ends what was started, and deletes the namespace of a cluster that goes on.
  func cleanUp() async {
    if let process = controller.withLock({ $0 }) { await process.stop() }
    if let cluster {
      await cluster.stop()
    } else {
      do throws(KubeError) {
        try await client.delete(.namespaces, namespace: "", name: options.namespace)
      } catch {
        print("the namespace \(options.namespace) could not be deleted: \(error.message)")
      }
    }
    await client.shutdown()
  }

  /// Changes every Rollout, waits until all are healthy, and then until the last events are written.
  private func phase(
    _ name: String,
    _ process: ChildProcess,
    _ change: @escaping @Sendable (String) async throws(KubeError) -> Void
  ) async throws -> PhaseFigures {
    let before = try await sample(process)
    board.expect(names)
    let start = ContinuousClock.now
    try await forAll(names, change)
    let changed = ContinuousClock.now
    let limit = Duration.seconds(options.limit)
    var end = changed
    do {
      try await waitFor("all rollouts to be healthy", limit) {
        guard let since = try board.healthySince() else { return false }
        end = since
        return true
      }
    } catch let error as ScaleError {
      throw ScaleError("\(error) after the \(name): \(board.summary)")
    }
    try await settle(process)
    let after = try await sample(process)
    return PhaseFigures(
      name: name,
      duration: end - start,
      changing: changed - start,
      requests: after.requests - before.requests,
      cpuSeconds: after.cpu - before.cpu,
      clusterSeconds: after.cluster - before.cluster,
      unchanging: (after.requests - before.requests).rolloutWrites
        - (after.changes - before.changes - options.count)
    )
  }

  /// Waits until three seconds have passed without an event being written, so that these are paid for too.
  private func settle(_ process: ChildProcess) async throws {
    var events = -1
    for _ in 0..<40 {
      try await Task.sleep(for: .seconds(3))
      let now = try await RequestReport.ask(process, file: reportFile).events
      if now == events { return }
      events = now
    }
  }

  /// Requests to make or to size a ReplicaSet that changed nothing, from the beginning of the run.
  private func idleReplicaSetWrites(_ process: ChildProcess) async throws -> Int {
    let requests = try await RequestReport.ask(process, file: reportFile).counts
    let sets = try await client.list(.replicaSets, namespace: options.namespace).items
    let resized = sets.reduce(0) { $0 + $1.generation - 1 }
    return (requests["create replicasets.apps"] ?? 0) - sets.count
      + (requests["patch replicasets.apps"] ?? 0) - resized
  }

  private struct Sample {
    let requests: RequestReport
    let cpu: Double
    let cluster: Double
    let changes: Int
  }

  private func sample(_ process: ChildProcess) async throws -> Sample {
    guard let cpu = process.cpuSeconds else {
      throw ScaleError("the controller has ended; see \(options.folder)/controller.log")
    }
    return Sample(
      requests: try await RequestReport.ask(process, file: reportFile),
      cpu: cpu,
      cluster: cluster?.cpuSeconds ?? 0,
      changes: board.changes
    )
  }

  private func rest(_ process: ChildProcess) async throws -> PhaseFigures {
    let before = try await sample(process)
    try await Task.sleep(for: .seconds(options.rest))
    let after = try await sample(process)
    return PhaseFigures(
      name: "rest",
      duration: .seconds(options.rest),
      changing: .zero,
      requests: after.requests - before.requests,
      cpuSeconds: after.cpu - before.cpu,
      clusterSeconds: after.cluster - before.cluster,
      unchanging: (after.requests - before.requests).rolloutWrites - (after.changes - before.changes)
    )
  }

  private func forAll(
    _ names: [String],
    _ change: @escaping @Sendable (String) async throws(KubeError) -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, name) in names.enumerated() {
        if index >= options.parallel { try await group.next() }
        group.addTask { try await change(name) }
      }
      try await group.waitForAll()
    }
  }

  private func rollout(_ name: String) -> JSONValue {
    [
      "metadata": ["namespace": .string(options.namespace), "name": .string(name)],
      "spec": [
        "replicas": 1,
        "selector": ["matchLabels": ["app": .string(name)]],
        "strategy": [
          "canary": [
            "steps": [
              ["setWeight": 20], ["pause": ["duration": "1s"]], ["setWeight": 60],
              ["pause": ["duration": "1s"]],
            ]
          ]
        ],
        "template": [
          "metadata": ["labels": ["app": .string(name)]],
          "spec": ["containers": [["name": "web", "image": .string(options.image)]]],
        ],
      ],
    ]
  }
}
