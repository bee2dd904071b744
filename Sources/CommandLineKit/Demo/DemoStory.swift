import EmbeddedCluster
import KubeClient
import KubeModel
import Primitives
import RolloutCore
import YAMLEdit

/// What happens in the demo, act by act; every act ends with what must be true, and fails when it is not.
struct DemoStory: Sendable {
  let repository: ShopRepository
  let manifests: ShopManifests
  let store: ClusterStore
  let client: KubeClient
  let users: Users
  let timeline: Timeline

  /// A team deploys its first version.
  func firstDeployment() async throws {
    timeline.heading("1. The shop is declared in Git and comes up at v1")
    _ = try await repository.push(manifests.files, message: "Deploy the shop at v1")
    try await apply(manifests.namespace, .namespaces)
    try await apply(manifests.source, .gitSources)
    try await wait("the shop to be healthy at v1", within: 30) { isHealthy(at: "shop:v1") }
    try await wait("users to be served by v1", within: 10) { users.seen.answers["shop v1", default: 0] > 0 }
    try await waitForCommit("Promote shop/web to v1")
  }

  /// A good version is promoted step by step.
  func goodRelease() async throws {
    timeline.heading("2. v2 is pushed: the canary is measured at 20 % and 50 %, and promoted")
    let weights = WeightWatch()
    _ = try await repository.edit(
      ShopManifests.rolloutFile,
      replacing: "shop:v1",
      by: "shop:v2",
      message: "Release shop v2"
    )
    try await wait("v2 to be promoted", within: 40) {
      weights.note(canaryWeight)
      return isHealthy(at: "shop:v2")
    }
    for weight in [20, 50] where !weights.seen.contains(weight) {
      throw CommandFailure(
        .failed,
        "the canary never had \(weight) % of the requests, only \(weights.seen.sorted())"
      )
    }
    let successful = runs(of: "shop:v2").filter { $0.status["phase"] == "Successful" }
    guard successful.count == 2 else {
      throw CommandFailure(
        .failed,
        "v2 was promoted with \(successful.count) successful analyses instead of 2"
      )
    }
    try await waitForCommit("Promote shop/web to v2")
  }

  /// A bad version is measured, and Git says so afterwards.
  func badRelease() async throws {
    timeline.heading(
      "3. v3 fails every fifth request: traffic returns to v2, and so does the manifest in Git"
    )
    let before = try await repository.read(ShopManifests.rolloutFile)
    _ = try await repository.edit(
      ShopManifests.rolloutFile,
      replacing: "shop:v2",
      by: "shop:v3",
      message: "Release shop v3"
    )
    try await wait("the analysis of v3 to fail", within: 30) {
      runs(of: "shop:v3").contains { $0.status["phase"] == "Failed" }
    }
    let failed = timeline.elapsed
    try await wait("the canary's weight to be 0", within: 5) { canaryWeight == 0 }
    let returned = timeline.elapsed
    let commit = try await waitForCommit("Abort shop/web at v3, restore v2")
    let committed = timeline.elapsed
    timeline.line(
      "check",
      "weight 0 \(Self.text(returned - failed)) after the verdict, commit \(Self.text(committed - returned)) later"
    )
    let after = try await repository.read(ShopManifests.rolloutFile)
    guard after == before else {
      throw CommandFailure(.failed, "\(ShopManifests.rolloutFile) is not as it was at v2")
    }
    let message = try await repository.message(of: commit)
    for part in ["success-rate", "Serin-Decision: abort", "Serin-Id:"] where !message.contains(part) {
      throw CommandFailure(.failed, "the abort's commit message does not say \"\(part)\"")
    }
    try await wait("the shop to be healthy at v2 again", within: 20) { isHealthy(at: "shop:v2") }
  }

  // MARK: - What is asked of the world

  private func apply(_ yaml: String, _ type: ResourceType) async throws {
    guard let object = try YAML.parse(Array(yaml.utf8)).first?.json else { return }
    try await onCluster { () async throws(KubeError) in
      let patch = KubePatch.apply(object, fieldManager: "demo", force: true)
      try await client.patch(type, namespace: object.namespace, name: object.name, patch)
    }
  }

  private var rollout: JSONValue? { store.get(.rollouts, namespace: "shop", name: "web") }

  private var canaryWeight: Int {
    let route = store.get(.httpRoutes, namespace: "shop", name: "web")
    return route?.spec["rules"]?[0]?["backendRefs"]?[1]?["weight"]?.int ?? -1
  }

  /// Healthy, and nothing of an older revision is left to wait for.
  private func isHealthy(at image: String) -> Bool {
    guard let rollout, containerImages(of: rollout.spec["template"] ?? .null).values.contains(image) else {
      return false
    }
    let status = RolloutStatus(rollout.status)
    return status.phase == "Healthy" && status.isFullyPromoted
      && status.observedGeneration == String(rollout.generation)
  }

  private func runs(of image: String) -> [JSONValue] {
    let hashes = store.list(.replicaSets, namespace: "shop").items.map { ReplicaSetView($0) }
      .filter { $0.images.values.contains(image) }.map(\.hash)
    return store.list(.analysisRuns, namespace: "shop").items.filter { run in
      run.labels[RolloutNames.podTemplateHash].map { hashes.contains($0) } ?? false
    }
  }

  /// Waits for a condition, showing new commits meanwhile; fails when the time is over.
  private func wait(_ what: String, within seconds: Int, until isTrue: () -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !isTrue() {
      guard ContinuousClock.now < deadline else {
        let state = rollout.map {
          "\($0.status["phase"]?.string ?? "") \($0.status["message"]?.string ?? "")"
        }
        throw CommandFailure(
          .timedOut,
          "waited \(seconds) s for \(what); the rollout is \(state ?? "missing")"
        )
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  @discardableResult
  private func waitForCommit(_ subject: String) async throws -> String {
    let deadline = ContinuousClock.now + .seconds(10)
    while true {
      let commits = try await repository.log()
      timeline.show(commits)
      if let commit = commits.first(where: { $0.subject == subject }) { return commit.id }
      guard ContinuousClock.now < deadline else {
        throw CommandFailure(
          .timedOut,
          "waited 10 s for the commit \"\(subject)\" in \(repository.bareDirectory)"
        )
      }
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  private static func text(_ duration: Duration) -> String { duration.goText }
}

/// The weights that were seen.
private final class WeightWatch: Sendable {
  private let weights = Locked<Set<Int>>([])

  func note(_ weight: Int) { weights.withLock { _ = $0.insert(weight) } }

  var seen: Set<Int> { weights.withLock { $0 } }
}
