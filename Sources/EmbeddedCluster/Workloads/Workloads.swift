import KubeModel
package import Logging
import Primitives
import ServiceLifecycle

/// Everything that kube-controller-manager and the kubelet do in the embedded cluster: ReplicaSets, Deployments, Jobs,
/// Services and their endpoints, garbage collection, and the pods themselves.
///
/// All controllers are level-triggered over the store and write nothing when nothing changes. Start it together with
/// the store: the garbage collector learns the owners from the store's first event on.
package final class Workloads: Service {
  private let store: ClusterStore
  private let logger: Logger
  private let processes: ProcessPods?

  package init(store: ClusterStore, pods: PodMode, logger: Logger) {
    self.store = store
    self.logger = logger
    processes =
      switch pods {
      case .simulated: nil
      case .processes(let options): ProcessPods(store: store, options: options, logger: logger)
      }
  }

  /// Runs until cancelled or shut down; pods that are processes have ended when it returns.
  package func run() async {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        let (store, logger) = (self.store, self.logger)
        group.addTask { await GarbageCollector(store: store, logger: logger).run() }
        group.addTask { await ReplicaSetController(store: store, logger: logger).run() }
        group.addTask { await DeploymentController(store: store, logger: logger).run() }
        group.addTask { await ServiceController(store: store, logger: logger).run() }
        group.addTask { await JobController(store: store, logger: logger).run() }
        if let processes = self.processes {
          group.addTask { await processes.run() }
        } else {
          group.addTask { await SimulatedPods(store: store, logger: logger).run() }
        }
      }
    }
  }

  /// What a pod's container has written lately (the last 256 KiB); nil when no such pod runs as local processes.
  package func podLog(namespace: String, name: String, container: String) -> [UInt8]? {
    processes?.handle(of: ObjectKey(namespace: namespace, name: name))?.log(of: container, after: 0).bytes
  }

  /// The logs of pods for the API; a log that is followed ends with its pod.
  package var logSource: PodLogSource {
    { [self] namespace, name, options in
      let key = ObjectKey(namespace: namespace, name: name)
      guard let handle = processes?.handle(of: key) else {
        return AsyncThrowingStream { nil }
      }
      let (kept, end) = handle.log(of: options.container, after: 0)
      let reader = Locked((first: Optional(Self.tail(kept, options)), end: end))
      return AsyncThrowingStream {
        if let first = reader.withLock({ reader in reader.first.take() }) { return first }
        while options.follow, self.processes?.handle(of: key) === handle {
          let position = reader.withLock { $0.end }
          let (bytes, end) = handle.log(of: options.container, after: position)
          reader.withLock { $0.end = end }
          if !bytes.isEmpty { return bytes }
          try await Task.sleep(for: .milliseconds(100))
        }
        return nil
      }
    }
  }

  private static func tail(_ bytes: [UInt8], _ options: PodLogOptions) -> [UInt8] {
    var bytes = bytes
    if let lines = options.tailLines {
      let newline = UInt8(ascii: "\n")
      let ends = bytes.indices.filter { bytes[$0] == newline && $0 != bytes.count - 1 }
      if lines == 0 {
        bytes = []
      } else if ends.count >= lines {
        bytes = Array(bytes[(ends[ends.count - lines] + 1)...])
      }
    }
    if let limit = options.limitBytes { bytes = Array(bytes.prefix(max(0, limit))) }
    return bytes
  }
}
