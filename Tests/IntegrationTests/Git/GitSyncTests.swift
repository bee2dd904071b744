import EmbeddedCluster
import GitOpsCore
import GitStore
import KubeClient
import KubeModel
import KubeRuntime
import Logging
import Primitives
import RolloutController
import Testing

@Suite(.timeLimit(.minutes(2))) struct GitSyncTests {
  private static let config = ObjectKey(namespace: "shop", name: "config")

  /// A sync between a real repository and an embedded cluster.
  private final class Bench: Sendable {
    let remote: GitRemoteSample
    let client: KubeClient
    let access: GitAccess
    let records = RecordedDecisions()
    let sync: GitSyncReconciler
    let lines = Locked<[String]>([])
    let clock = Locked(Instant(secondsSinceEpoch: 1_795_262_400))

    init(_ remote: GitRemoteSample, _ client: KubeClient) {
      self.remote = remote
      self.client = client
      access = GitAccess(client: client, directory: "\(remote.root)/state")
      let lines = lines
      let clock = clock
      sync = GitSyncReconciler(
        client: client,
        access: access,
        records: records,
        environment: GitSyncEnvironment(
          now: { clock.withLock { $0 } },
          log: { line in lines.withLock { $0.append(line.message) } }
        )
      )
    }

    func createSource(_ spec: JSONValue = [:]) async throws {
      let defaults: JSONValue = [
        "url": .string(remote.url), "path": "envs/production", "interval": "10s",
        "writeBack": ["mode": "commit"],
      ]
      try await client.create(
        .gitSources,
        [
          "apiVersion": "serin.dev/v1alpha1", "kind": "GitSource",
          "metadata": ["name": "config", "namespace": "shop"], "spec": MergePatch.apply(spec, to: defaults),
        ]
      )
    }

    /// Looks again, an interval later.
    @discardableResult
    func look() async throws -> Condition {
      clock.withLock { $0 = $0 + .seconds(10) }
      let result = await sync.reconcile(config)
      guard case .again = result else {
        Issue.record("unexpected result \(result)")
        return Condition(.null)
      }
      return try await ready()
    }

    func ready() async throws -> Condition {
      let source = try await client.get(.gitSources, namespace: "shop", name: "config")
      return Condition(source.status["conditions"]?[0] ?? .null)
    }

    func status() async throws -> JSONValue {
      try await client.get(.gitSources, namespace: "shop", name: "config").status
    }

    func writes() -> Int {
      client.requestCounts().filter { !["get", "list", "watch"].contains($0.key.verb) }.values.reduce(0, +)
    }

    func push(_ files: [String: String], message: String = "Change") async throws -> String {
      for (file, text) in files { try await remote.write(text, to: "envs/production/\(file)", in: "seed") }
      return try await remote.commitAndPush(message, in: "seed")
    }
  }

  private func withBench(_ body: (Bench) async throws -> Void) async throws {
    let remote = try await GitRemoteSample()
    var quiet = Logger(label: "cluster of a test")
    quiet.logLevel = .critical
    let cluster = try EmbeddedCluster(options: EmbeddedClusterOptions(logger: quiet))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await cluster.run() }
      _ = await cluster.ready()
      let configuration = try KubeConfiguration.parse(Array(cluster.kubeconfigYAML.utf8))
      let client = KubeClient(configuration: configuration)
      try await client.create(.namespaces, ["metadata": ["name": "shop"]])
      do {
        try await body(Bench(remote, client))
      } catch {
        await client.shutdown()
        group.cancelAll()
        throw error
      }
      await client.shutdown()
      group.cancelAll()
    }
  }

  private static let shop = """
    apiVersion: v1
    kind: Service
    metadata: {name: web-canary}
    spec: {selector: {app: web}, ports: [{port: 80}]}
    ---
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {name: web}
    spec:
      rules:
        - backendRefs:
            - {name: web-stable, port: 80}
            - {name: web-canary, port: 80}
    """ + "\n"

  private static let rollout = """
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}
    spec:
      replicas: 5
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers:
            - name: web
              image: shop/web:v1 # the version
              resources: {requests: {cpu: 0.1, memory: 128Mi}}
      strategy:
        canary:
          canaryService: web-canary
          stableService: web-stable
          trafficRouting: {plugins: {argoproj-labs/gatewayAPI: {httpRoute: web}}}
    """ + "\n"

  @Test func bringsAnEmptyClusterToWhatGitSaysAndThenRests() async throws {
    try await withBench { bench in
      // The source itself and its namespace are part of what it brings.
      let own = """
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        ---
        apiVersion: serin.dev/v1alpha1
        kind: GitSource
        metadata: {name: config}
        spec: {url: "\(bench.remote.url)", path: envs/production, interval: 10s, writeBack: {mode: commit}}
        """
      let commit = try await bench.push(["web.yaml": Self.rollout, "shop.yaml": Self.shop, "serin.yaml": own])
      try await bench.createSource()
      let ready = try await bench.look()
      #expect(ready.status == "True" && ready.reason == "Synced", "\(ready.message)")
      let status = try await bench.status()
      #expect(status["commit"]?.string == commit)
      #expect(status["inventory"]?.array?.count == 5)
      let rollout = try await bench.client.get(.rollouts, namespace: "shop", name: "web")
      #expect(rollout.annotations[SourceAnnotation.commit] == commit)
      #expect(rollout.annotations[SourceAnnotation.file] == "envs/production/web.yaml")
      let writes = bench.writes()
      for _ in 1...5 { try await bench.look() }
      #expect(bench.writes() == writes)
      #expect(bench.records.recorded(for: ObjectKey(namespace: "shop", name: "web"), in: Self.config) != nil)
      // A new controller knows nothing and writes nothing either.
      let second = Bench(bench.remote, bench.client)
      try await second.look()
      #expect(bench.writes() == writes)
    }
  }

  @Test func leavesWeightsAndHashesToTheRolloutController() async throws {
    try await withBench { bench in
      _ = try await bench.push(["web.yaml": Self.rollout, "shop.yaml": Self.shop])
      try await bench.createSource()
      try await bench.look()
      let references: JSONValue = [
        ["name": "web-stable", "port": 80, "weight": 80], ["name": "web-canary", "port": 80, "weight": 20],
      ]
      try await bench.client.patch(
        .httpRoutes,
        namespace: "shop",
        name: "web",
        .json([["op": "replace", "path": "/spec/rules/0/backendRefs", "value": references]])
      )
      try await bench.client.patch(
        .services,
        namespace: "shop",
        name: "web-canary",
        .merge(["spec": ["selector": ["rollouts-pod-template-hash": "abc"]]])
      )
      let writes = bench.writes()
      try await bench.look()
      #expect(bench.writes() == writes)
      let changed = Self.shop.replacing("spec: {selector: {app: web}", with: "spec: {selector: {app: shop}")
        .replacing("  rules:", with: "  hostnames: [shop.example.com]\n  rules:")
      _ = try await bench.push(["shop.yaml": changed])
      let ready = try await bench.look()
      #expect(ready.reason == "Synced", "\(ready.message)")
      let route = try await bench.client.get(.httpRoutes, namespace: "shop", name: "web")
      #expect(route.spec["hostnames"] == ["shop.example.com"])
      let weights = route.at("spec", "rules")?[0]?["backendRefs"]?.array?.map { $0["weight"] }
      #expect(weights == [80, 20])
      let service = try await bench.client.get(.services, namespace: "shop", name: "web-canary")
      #expect(service.at("spec", "selector") == ["app": "shop", "rollouts-pod-template-hash": "abc"])
    }
  }

  @Test func aBrokenManifestLeavesTheLastGoodStateRunningAndIsToldWithItsPlace() async throws {
    try await withBench { bench in
      let good = try await bench.push(["web.yaml": Self.rollout, "shop.yaml": Self.shop])
      try await bench.createSource()
      try await bench.look()
      let broken = Self.rollout.replacing("replicas: 5", with: "replicas: 9").replacing(
        "    spec:\n",
        with: "    spec: [\n"
      )
      _ = try await bench.push(["web.yaml": broken])
      let ready = try await bench.look()
      #expect(ready.status == "False" && ready.reason == "InvalidManifest")
      #expect(ready.message.hasPrefix("envs/production/web.yaml:"))
      #expect(try await bench.status()["commit"]?.string == good)
      let writes = bench.writes()
      try await bench.look()
      #expect(bench.writes() == writes)
      // Drift is healed with what was good, and nothing is pruned.
      try await bench.client.patch(
        .rollouts,
        namespace: "shop",
        name: "web",
        .merge(["spec": ["replicas": 1]])
      )
      try await bench.look()
      #expect(try await bench.client.get(.rollouts, namespace: "shop", name: "web").spec["replicas"] == 5)
      _ = try await bench.push(["web.yaml": Self.rollout.replacing("replicas: 5", with: "replicas: 9")])
      #expect(try await bench.look().reason == "Synced")
      #expect(try await bench.client.get(.rollouts, namespace: "shop", name: "web").spec["replicas"] == 9)
    }
  }

  @Test func healsDriftThatAWatchSawAndPrunesWhatGitDropped() async throws {
    try await withBench { bench in
      _ = try await bench.push(["web.yaml": Self.rollout, "shop.yaml": Self.shop])
      try await bench.createSource()
      try await bench.look()
      var live = try await bench.client.get(.rollouts, namespace: "shop", name: "web")
      #expect(bench.sync.sourceToHeal(for: live, isDeleted: false) == nil)
      live.set(1, at: "spec", "replicas")
      #expect(bench.sync.sourceToHeal(for: live, isDeleted: false) == Self.config)
      #expect(bench.sync.sourceToHeal(for: live, isDeleted: true) == Self.config)
      try await bench.remote.shell("rm \(bench.remote.root)/seed/envs/production/shop.yaml")
      _ = try await bench.remote.commitAndPush("Drop the route", in: "seed")
      #expect(try await bench.look().reason == "Synced")
      await #expect(throws: KubeError.self) {
        try await bench.client.get(.httpRoutes, namespace: "shop", name: "web")
      }
      #expect(try await bench.status()["inventory"]?.array?.count == 1)
      // An empty folder prunes nothing.
      try await bench.remote.shell("rm \(bench.remote.root)/seed/envs/production/web.yaml")
      _ = try await bench.push(["README.md": "empty"])
      let ready = try await bench.look()
      #expect(ready.reason == "InvalidManifest" && ready.message.contains("nothing is pruned"))
      _ = try await bench.client.get(.rollouts, namespace: "shop", name: "web")
    }
  }

  @Test func anAbortComesBackAsARestoredRolloutWithItsOwnCommit() async throws {
    try await withBench { bench in
      let remote = bench.remote
      let first = try await bench.push(["web.yaml": Self.rollout, "shop.yaml": Self.shop])
      try await bench.createSource()
      try await bench.look()
      let bad = try await remote.release("v2")
      try await bench.look()
      let web = ObjectKey(namespace: "shop", name: "web")
      let live = try await bench.client.get(.rollouts, namespace: "shop", name: "web")
      #expect(live.annotations[SourceAnnotation.commit] == bad)
      let now = bench.clock.withLock { $0 }
      let writer = GitWriter(
        environment: GitWriterEnvironment(
          open: { _ in
            let source = GitSource(try await bench.client.get(.gitSources, namespace: "shop", name: "config"))
            return WriteTarget(source: source, repository: try await bench.access.writer(of: source))
          },
          pushed: { bench.sync.poke($0) },
          now: { now }
        ),
        records: bench.records
      )
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await writer.run() }
        writer.submit(
          Decision(
            rollout: web,
            kind: .abort,
            id: "12345678-r2-abort",
            revision: 2,
            reason: "too many errors",
            oldImages: ["web": "shop/web:v1"],
            newImages: ["web": "shop/web:v2"],
            sourceFile: "envs/production/web.yaml",
            sourceCommit: bad,
            at: now
          ),
          source: Self.config
        )
        try await eventually { writer.pending(for: web) == nil }
        group.cancelAll()
      }
      #expect(try await remote.show("envs/production/web.yaml") == Self.rollout)
      // Poked, it looks although its interval is not over.
      _ = await bench.sync.reconcile(Self.config)
      let restored = try await bench.client.get(.rollouts, namespace: "shop", name: "web")
      #expect(restored.annotations[SourceAnnotation.commit] == (try await remote.log("%H")[0]))
      #expect(restored.annotations[SourceAnnotation.commit] != first)
      #expect(
        restored.at("spec", "template", "spec", "containers")?[0]?["image"] == "shop/web:v1"
      )
    }
  }

  @Test(
    arguments: [
      (["url": "file:///nowhere/at-all.git"], "RepositoryNotFound", "/nowhere/at-all.git"),
      (["branch": "release"], "BranchMissing", "branch release does not exist"),
      (["path": "envs/staging"], "InvalidManifest", "the path envs/staging does not exist"),
      (
        ["auth": ["secretRef": ["name": "key"]]], "AuthenticationFailed",
        "the Secret shop/key of GitSource shop/config does not exist"
      ),
      (["url": "http://127.0.0.1:9/shop.git"], "FetchFailed", "127.0.0.1"),
      (["interval": "later"], "InvalidSpec", "spec.interval"),
    ] as [(JSONValue, String, String)]
  )
  func saysWhyItCannotSync(spec: JSONValue, reason: String, message: String) async throws {
    try await withBench { bench in
      try await bench.createSource(spec)
      let ready = try await bench.look()
      #expect(ready.status == "False")
      #expect(ready.reason == reason)
      #expect(ready.message.contains(message), "\(ready.message)")
      let writes = bench.writes()
      try await bench.look()
      #expect(bench.writes() == writes)
      #expect(bench.lines.withLock { $0 }.count == 1)
    }
  }

  @Test func keepsTheLastGoodStateWhenTheBranchIsDeletedUnderIt() async throws {
    try await withBench { bench in
      let commit = try await bench.push(["web.yaml": Self.rollout])
      try await bench.createSource()
      try await bench.look()
      try await bench.remote.shell("git -C \(bench.remote.bare) update-ref -d refs/heads/main")
      let ready = try await bench.look()
      #expect(ready.status == "False" && ready.reason == "BranchMissing", "\(ready)")
      #expect(try await bench.status()["commit"]?.string == commit)
      _ = try await bench.client.get(.rollouts, namespace: "shop", name: "web")
      try await bench.remote.shell("git -C \(bench.remote.bare) update-ref refs/heads/main \(commit)")
      #expect(try await bench.look().reason == "Synced")
    }
  }

  @Test func saysWhatTheClusterRefused() async throws {
    try await withBench { bench in
      let alien = "apiVersion: x.io/v1\nkind: Alien\nmetadata: {name: a}\n"
      _ = try await bench.push(["web.yaml": Self.rollout, "alien.yaml": alien])
      try await bench.createSource()
      let ready = try await bench.look()
      #expect(ready.reason == "ApplyFailed")
      #expect(ready.message == "envs/production/alien.yaml:1: the cluster serves no Alien of x.io/v1")
      _ = try await bench.client.get(.rollouts, namespace: "shop", name: "web")
    }
  }
}

/// Polls a condition until it holds; fails after ten seconds.
private func eventually(_ condition: () throws -> Bool) async throws {
  let deadline = ContinuousClock.now + .seconds(10)
  while try !condition() {
    try #require(ContinuousClock.now < deadline, "the condition never held")
    try await Task.sleep(for: .milliseconds(5))
  }
}
