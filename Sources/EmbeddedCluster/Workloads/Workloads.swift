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

  /// What a pod's containers have written lately (the last 256 KiB of each); nil when the pod does not run as local
  /// processes.
  package func podLog(namespace: String, name: String, container: String? = nil) -> [UInt8]? {
    processes?.log(namespace: namespace, name: name, container: container)
  }
}
