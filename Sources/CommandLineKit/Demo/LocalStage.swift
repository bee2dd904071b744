import EmbeddedCluster
import KubeModel
import Logging
import Primitives
import ServiceLifecycle
import YAMLEdit

/// The embedded cluster as the demo and `serin embedded` set it up: API, workloads, pods and the entry point.
struct LocalStage: Sendable {
  let cluster: EmbeddedCluster
  let gateway: Gateway

  /// Sets the cluster up with pods of the given mode; a port of 0 takes a free one.
  init(pods: PodMode, port: Int = 0, gatewayPort: Int = 0, logger: Logger) throws(APIError) {
    let store = ClusterStore()
    let workloads = Workloads(store: store, pods: pods, logger: logger)
    let gateway = Gateway(store: store, options: GatewayOptions(port: gatewayPort), logger: logger)
    cluster = try EmbeddedCluster(
      options: EmbeddedClusterOptions(port: port, logger: logger, readYAML: Self.readYAML),
      store: store,
      logs: workloads.logSource,
      services: { _ in [workloads, gateway] }
    )
    self.gateway = gateway
  }

  /// Request bodies in YAML: one document each.
  private static let readYAML: @Sendable ([UInt8]) throws -> JSONValue = { bytes in
    let documents = try YAML.parse(bytes)
    guard documents.count == 1, let document = documents.first else {
      throw CommandFailure(.failed, "a body must be one YAML document, not \(documents.count)")
    }
    return document.json
  }

  /// Runs the cluster around the body and shuts it down afterwards, pods included.
  func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
    let cluster = cluster
    return try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask {
        try await cluster.run()
        return nil
      }
      group.addTask { try await body() }
      defer { group.cancelAll() }
      while let result = try await group.next() {
        if let result { return result }
      }
      throw CommandFailure(.failed, "the embedded cluster ended early")
    }
  }
}
