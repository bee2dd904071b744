import KubeModel
import Logging
import Primitives

@testable import EmbeddedCluster

/// A store with running controllers, for the length of a test.
struct WorkloadFixture: Sendable {
  let store = ClusterStore()
  let workloads: Workloads

  init(pods: PodMode = .simulated) throws {
    workloads = Workloads(store: store, pods: pods, logger: quietLogger)
    _ = try store.create(.namespaces, ["metadata": ["name": "shop"]])
  }

  /// Runs the controllers beside the body and ends them with it.
  static func run(
    pods: PodMode = .simulated,
    _ body: @Sendable (WorkloadFixture) async throws -> Void
  ) async throws {
    let fixture = try WorkloadFixture(pods: pods)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await fixture.workloads.run() }
      let result: Result<Void, any Error>
      do {
        try await body(fixture)
        result = .success(())
      } catch {
        result = .failure(error)
      }
      group.cancelAll()
      try await group.waitForAll()
      try result.get()
    }
  }

  var pods: [PodView] { store.list(.pods, namespace: "shop").items.map(PodView.init) }
  var readyPods: [PodView] { pods.filter { $0.isReady && $0.isActive } }

  func object(_ type: ResourceType, _ name: String) -> JSONValue? {
    store.get(type, namespace: "shop", name: name)
  }

  /// The addresses that slices of a Service offer.
  func offered(_ service: String) -> Set<String> {
    let slices = store.list(.endpointSlices, namespace: "shop").items.filter {
      $0.labels["kubernetes.io/service-name"] == service
    }
    return Set(
      slices.flatMap { $0["endpoints"]?.array ?? [] }
        .filter { $0.at("conditions", "ready")?.bool == true }
        .compactMap { $0["addresses"]?[0]?.string }
    )
  }
}

let quietLogger: Logger = {
  var logger = Logger(label: "test")
  logger.logLevel = .critical
  return logger
}()

/// A condition did not come true in time.
struct NotInTime: Error, CustomStringConvertible {
  let description: String
}

/// Waits until a condition holds, asking often.
func eventually(
  _ what: String,
  within limit: Duration = .seconds(20),
  _ condition: @Sendable () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while try await !condition() {
    guard ContinuousClock.now < deadline else { throw NotInTime(description: "not in time: \(what)") }
    try await Task.sleep(for: .milliseconds(5))
  }
}

/// A ReplicaSet or Deployment spec whose pods run the given container fields.
func workload(
  _ kind: String,
  _ name: String = "web",
  replicas: Int,
  app: String = "web",
  annotations: [String: String] = [:],
  container: JSONValue = [:],
  spec: JSONValue = [:],
  podSpec: JSONValue = [:]
) -> JSONValue {
  var main = container
  main["name"] = "main"
  if main["image"] == nil { main["image"] = "shop:v1" }
  var pod = podSpec
  pod["containers"] = [main]
  var all = spec
  all["replicas"] = JSONValue(replicas)
  all["selector"] = ["matchLabels": ["app": .string(app)]]
  all["template"] = [
    "metadata": ["labels": ["app": .string(app)], "annotations": JSONValue(annotations)], "spec": pod,
  ]
  return [
    "apiVersion": "apps/v1", "kind": .string(kind),
    "metadata": ["name": .string(name), "namespace": "shop"], "spec": all,
  ]
}

/// A Service for pods of an app.
func service(_ name: String = "web", app: String = "web", targetPort: JSONValue = 8080) -> JSONValue {
  [
    "apiVersion": "v1", "kind": "Service", "metadata": ["name": .string(name), "namespace": "shop"],
    "spec": ["selector": ["app": .string(app)], "ports": [["port": 80, "targetPort": targetPort]]],
  ]
}
