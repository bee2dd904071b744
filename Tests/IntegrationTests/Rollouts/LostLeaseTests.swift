import EmbeddedCluster
import KubeClient
import KubeModel
import KubeRuntime
import Logging
import Primitives
import RolloutController
import RolloutCore
import ServiceLifecycle
import Testing

/// User pain 5.21, split brain: a controller that lost its Lease performs no further effect. Every case fails when
/// `Performer.checkLease` is taken out.
@Suite(.timeLimit(.minutes(2))) struct LostLeaseTests {
  /// How a leader loses its Lease.
  enum Loss: CaseIterable {
    /// Another one wrote itself into the Lease.
    case taken
    /// The server does not answer to renewals any more.
    case notRenewed
    /// The time of the last renewal runs out while a plan is being performed, after its first effect.
    case betweenTwoEffects
  }

  private static let lease = ObjectKey(namespace: "shop", name: "controller")

  /// A rollout of two replicas, whose first plan makes its ReplicaSet and writes to the rollout.
  private static let rollout: JSONValue = [
    "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
    "metadata": ["name": "web", "namespace": "shop"],
    "spec": [
      "replicas": 2, "selector": ["matchLabels": ["app": "web"]],
      "template": [
        "metadata": ["labels": ["app": "web"]],
        "spec": ["containers": [["name": "web", "image": "shop:v1"]]],
      ],
      "strategy": ["canary": [:]],
    ],
  ]

  @Test(arguments: Loss.allCases)
  func splitBrain_whoeverLostTheLeasePerformsNothingMore(_ loss: Loss) async throws {
    try await withCluster { configuration in
      let (client, electing) = (
        KubeClient(configuration: configuration), KubeClient(configuration: configuration)
      )
      do {
        try await lose(loss, client, electing)
      } catch {
        await electing.shutdown()
        await client.shutdown()
        throw error
      }
      await electing.shutdown()
      await client.shutdown()
    }
  }

  /// Leads, loses the Lease, and then performs a plan that it made while it led.
  private func lose(_ loss: Loss, _ client: KubeClient, _ electing: KubeClient) async throws {
    let clock = Locked(Instant(secondsSinceEpoch: 1_795_262_400))
    let elector = elector(electing, clock)
    let rollout = try await client.create(.rollouts, Self.rollout)
    let plan = plan(Snapshot(now: clock.withLock { $0 }, rollout: rollout))
    #expect(plan.effects.count > 1 && plan.statusPatch != nil)
    let performer = Performer(
      client: client,
      stores: ControllerStores(),
      mayWrite: { elector.state.isLeader },
      record: { _, _ in }
    )
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        await #expect(throws: LeadershipLost.self) { try await elector.run() }
      }
      try await elector.state.whenLeader()
      #expect(elector.state.isLeader)
      switch loss {
      case .taken:
        try await steal(client)
        try await group.waitForAll()
      case .notRenewed:
        await electing.shutdown()
        clock.withLock { $0 = $0 + .seconds(60) }
        try await group.waitForAll()
      case .betweenTwoEffects: await electing.shutdown()
      }
      let before = writes(client)
      let error = await #expect(throws: KubeError.self) {
        try await performer.perform(plan, on: rollout) { _ in
          if loss == .betweenTwoEffects { clock.withLock { $0 = $0 + .seconds(60) } }
        }
      }
      #expect(error?.code == .cancelled)
      #expect(writes(client) - before == (loss == .betweenTwoEffects ? 1 : 0))
      try await group.waitForAll()
    }
    let sets = try await client.list(.replicaSets, namespace: "shop").items
    #expect(sets.count == (loss == .betweenTwoEffects ? 1 : 0))
    let live = try await client.get(.rollouts, namespace: "shop", name: "web")
    #expect(live.resourceVersion == rollout.resourceVersion)
  }

  /// Times that only the clock of the test makes run out.
  private func elector(_ client: KubeClient, _ clock: Locked<Instant>) -> LeaderElector {
    LeaderElector(
      client: client,
      lease: Self.lease,
      identity: "one",
      times: LeaseTimes(
        leaseDuration: .seconds(50),
        renewDeadline: .seconds(40),
        retryPeriod: .milliseconds(20)
      ),
      now: { clock.withLock { $0 } },
      logger: Self.quiet
    )
  }

  /// Writes another holder into the Lease, against all renewals in between.
  private func steal(_ client: KubeClient) async throws {
    let body: JSONValue = ["spec": ["holderIdentity": "thief"]]
    _ = try await client.patch(.leases, namespace: "shop", name: Self.lease.name, .merge(body))
  }

  private func writes(_ client: KubeClient) -> Int {
    client.requestCounts().filter { !["get", "list", "watch"].contains($0.key.verb) }.values.reduce(0, +)
  }

  private static var quiet: Logger {
    var quiet = Logger(label: "test of a lost lease")
    quiet.logLevel = .critical
    return quiet
  }

  private func withCluster(_ body: (KubeConfiguration) async throws -> Void) async throws {
    let cluster = try EmbeddedCluster(options: EmbeddedClusterOptions(logger: Self.quiet))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await cluster.run() }
      _ = await cluster.ready()
      let configuration = try KubeConfiguration.parse(Array(cluster.kubeconfigYAML.utf8))
      let client = KubeClient(configuration: configuration)
      try await client.create(.namespaces, ["metadata": ["name": "shop"]])
      await client.shutdown()
      try await body(configuration)
      group.cancelAll()
    }
  }
}
