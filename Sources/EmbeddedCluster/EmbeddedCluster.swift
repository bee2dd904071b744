import KubeModel
import Logging
import Primitives
package import ServiceLifecycle

/// A Kubernetes API server in this process, with the controllers that make its objects live.
///
/// `run` serves until it is cancelled or shut down gracefully; ``ready()`` tells when and where it answers.
package final class EmbeddedCluster: Service {
  /// Makes the services that work on the store beside the API: controllers, pods, gateway.
  package typealias ServiceFactory = @Sendable (ClusterStore) -> [any Service]

  package let options: EmbeddedClusterOptions
  /// The objects, for services and tests in this process.
  package let store: ClusterStore
  private let extraServices: [any Service]
  private let server: APIServer
  private let port = Locked<PortState>(.unknown([]))

  private enum PortState {
    case unknown([CheckedContinuation<Int, Never>])
    case known(Int)
  }

  /// - Parameters:
  ///   - options: where to listen and what pods are.
  ///   - store: the objects; it is filled with the namespaces and definitions of a new cluster.
  ///   - logs: where the logs of pods come from.
  ///   - services: makes the services that run beside the API.
  /// - Throws: `APIError` when the store refuses its first objects.
  package init(
    options: EmbeddedClusterOptions = EmbeddedClusterOptions(),
    store: ClusterStore = ClusterStore(),
    logs: PodLogSource? = nil,
    services: ServiceFactory = { _ in [] }
  ) throws(APIError) {
    self.options = options
    self.store = store
    server = APIServer(store: store, access: options.access, logs: logs, readYAML: options.readYAML)
    try store.fillNewCluster()
    extraServices = services(store)
  }

  /// Serves until cancellation or graceful shutdown.
  package func run() async throws {
    // Nobody may wait for a port that never comes.
    defer { listening(on: 0) }
    let frontend = HTTPFrontend(
      server: server,
      host: options.host,
      port: options.port,
      logger: options.logger,
      onListening: { [self] in listening(on: $0) }
    )
    var quiet = options.logger
    quiet.logLevel = max(.notice, quiet.logLevel)
    let group = ServiceGroup(
      configuration: .init(services: [frontend, ContentCleaner(store: store)] + extraServices, logger: quiet)
    )
    try await group.run()
  }

  private func listening(on number: Int) {
    let waiting = port.withLock { state -> [CheckedContinuation<Int, Never>] in
      guard case .unknown(let waiting) = state else { return [] }
      state = .known(number)
      return waiting
    }
    for continuation in waiting { continuation.resume(returning: number) }
  }

  /// Waits until the API answers and returns its port; 0 when it could not listen.
  package func ready() async -> Int {
    await withCheckedContinuation { continuation in
      let known = port.withLock { state -> Int? in
        switch state {
        case .known(let number): return number
        case .unknown(let waiting):
          state = .unknown(waiting + [continuation])
          return nil
        }
      }
      if let known { continuation.resume(returning: known) }
    }
  }

  /// A kubeconfig for the running cluster; the port is 0 before ``ready()`` has returned.
  package var kubeconfigYAML: String {
    let number = port.withLock { state -> Int in
      guard case .known(let number) = state else { return 0 }
      return number
    }
    let host = options.host.contains(":") ? "[\(options.host)]" : options.host
    var user = "{}"
    if case .token(let token) = options.access { user = "\n    token: \(JSONValue.string(token).text())" }
    return """
      apiVersion: v1
      kind: Config
      clusters:
      - name: serin
        cluster:
          server: http://\(host):\(number)
      users:
      - name: serin
        user: \(user)
      contexts:
      - name: serin
        context:
          cluster: serin
          user: serin
          namespace: default
      current-context: serin

      """
  }
}

extension ClusterStore {
  /// Makes what every cluster has from its start; what is there already stays.
  func fillNewCluster() throws(APIError) {
    for name in ["default", "kube-system", "kube-public", "kube-node-lease"]
    where get(.namespaces, namespace: "", name: name) == nil {
      _ = try create(.namespaces, ["metadata": ["name": .string(name)]])
    }
    for definition in BuiltInDefinitions.all
    where get(.definitions, namespace: "", name: definition.name) == nil {
      try install(crd: definition)
    }
  }
}
