import KubeModel
import Primitives
import Testing

/// A shop on a stage: its repository, its namespace, and what can be seen of its rollout `web`.
struct Shop: Sendable {
  let stage: Stage
  let remote: ShopRemote
  let files: ShopFiles

  var namespace: String { files.namespace }

  /// Puts the shop's v1 into a new repository and applies its GitSource; a controller takes it from there.
  init(
    on stage: Stage,
    namespace: String = "shop",
    pause: String = "1s",
    metric: ShopFiles.Metric? = nil
  ) async throws {
    self.stage = stage
    remote = try await ShopRemote(in: stage.folder, name: namespace)
    files = ShopFiles(
      namespace: namespace,
      repositoryURL: remote.url,
      metric: metric ?? .configMap(api: stage.api),
      pause: pause
    )
    try await remote.push(files.files, message: "Deploy the shop at v1")
    try await stage.apply(files.beginning)
  }

  /// Decides what measurements say from now on.
  func setMetric(_ value: String) async throws { try await stage.apply(files.metricMap(value)) }

  func rollout() async throws -> JSONValue { try await stage.get(.rollouts, namespace, "web") ?? .null }

  /// The canary's share of the traffic; 0 before there is one.
  func weight() async throws -> Int {
    let route = try await stage.get(.httpRoutes, namespace, "web") ?? .null
    let backends = route.spec["rules"]?[0]?["backendRefs"]?.array ?? []
    return backends.first { $0["name"]?.string == "web-canary" }?["weight"]?.int ?? -1
  }

  func replicaSets() async throws -> [JSONValue] { try await stage.list(.replicaSets, namespace) }

  /// The analysis runs of an image's revision, oldest first.
  func runs(of image: String) async throws -> [JSONValue] {
    let hashes = Set(
      try await replicaSets().filter { Self.image(of: $0) == image }
        .compactMap { $0.labels["rollouts-pod-template-hash"] }
    )
    return try await stage.list(.analysisRuns, namespace)
      .filter { $0.labels["rollouts-pod-template-hash"].map(hashes.contains) ?? false }
      .sorted {
        ($0.creationTimestamp ?? .init(secondsSinceEpoch: 0), $0.name) < (
          $1.creationTimestamp ?? .init(secondsSinceEpoch: 0), $1.name
        )
      }
  }

  static func image(of object: JSONValue) -> String {
    object.spec.at("template", "spec", "containers")?[0]?["image"]?.string ?? ""
  }

  /// Whether the image is rolled out to the end, and the controller has seen it.
  func isHealthy(at image: String) async throws -> Bool {
    let rollout = try await rollout()
    let status = rollout.status
    return Self.image(of: rollout) == image && status["phase"]?.string == "Healthy"
      && status["observedGeneration"]?.string == String(rollout.generation)
      && status["stableRS"]?.string == status["currentPodHash"]?.string
  }

  /// Waits until the image is rolled out, Git knows it, and old replica sets are gone from service.
  func settle(at image: String, subject: String, within limit: Duration = .seconds(30)) async throws {
    try await waitUntil("\(namespace) to settle at \(image)", within: limit, detail: { await describe() }) {
      guard try await isHealthy(at: image), try await weight() <= 0 else { return false }
      let sizes = try await replicaSets().filter { Self.image(of: $0) != image }
      guard sizes.allSatisfy({ $0.spec["replicas"]?.int == 0 }) else { return false }
      return try await remote.subjects().last == subject
    }
  }

  /// Why the GitSource is not ready, once it is for this reason.
  func sourceFailure(_ reason: String) async throws -> String {
    try await waitFor("the reason \(reason)", detail: { await describe() }) {
      let source = try await stage.get(.gitSources, namespace, "shop")
      let condition = source?.status["conditions"]?.array?.first { $0["type"]?.string == "Ready" }
      guard condition?["reason"]?.string == reason, condition?["status"]?.string == "False" else {
        return nil
      }
      return condition?["message"]?.string
    }
  }

  /// One line about the rollout, for a failure's message.
  func describe() async -> String {
    let status = (try? await rollout().status) ?? .null
    let weight = (try? await weight()) ?? -1
    let subjects = (try? await remote.subjects()) ?? []
    return """
      phase \(status["phase"]?.string ?? "?") step \(status["currentStepIndex"]?.int ?? -1) weight \(weight) \
      message "\(status["message"]?.string ?? "")" commits \(subjects)
      """
  }
}
