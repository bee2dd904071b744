package import KubeClient
package import KubeModel
package import KubeRuntime
package import Logging
import Primitives
import RolloutCore

/// Gives Services back that no Rollout refers to any more: after a change of strategy or of names, and after the end
/// of a Rollout. The cache only raises the suspicion; the server is asked before anything is taken away.
package struct ServiceReconciler: Sendable {
  private let client: KubeClient
  private let stores: ControllerStores
  private let mayWrite: @Sendable () -> Bool
  private let logger: Logger

  package init(
    client: KubeClient,
    stores: ControllerStores,
    mayWrite: @escaping @Sendable () -> Bool,
    logger: Logger
  ) {
    self.client = client
    self.stores = stores
    self.mayWrite = mayWrite
    self.logger = logger
  }

  /// Asks for a look at every Service that bears a Rollout's mark, and at those that a Rollout has dropped.
  package func installTriggers(_ enqueue: @escaping @Sendable (ObjectKey) -> Void) {
    stores.services.onChange { change in
      if change.new?.annotation(RolloutNames.managedBy) != nil { enqueue(change.key) }
    }
    stores.rollouts.onChange { change in
      // Names are part of the spec, which each status write leaves as it is.
      guard let old = change.old, old.generation != change.new?.generation else { return }
      let kept = change.new.map { RolloutSpec($0).services } ?? []
      for name in Set(RolloutSpec(old).services).subtracting(kept) {
        enqueue(ObjectKey(namespace: change.key.namespace, name: name))
      }
    }
  }

  package func reconcile(_ key: ObjectKey) async -> ReconcileResult {
    guard mayWrite(), let service = stores.services[key],
      let name = service.annotation(RolloutNames.managedBy)
    else { return .done }
    let owner = ObjectKey(namespace: key.namespace, name: name)
    if let rollout = stores.rollouts[owner], serviceRelease(of: service, from: .found(rollout)) == nil {
      return .done
    }
    do throws(KubeError) {
      guard let patch = serviceRelease(of: service, from: try await read(owner)), mayWrite() else {
        return .done
      }
      let written = try await client.patch(.services, namespace: key.namespace, name: key.name, .merge(patch))
      stores.services.noteWritten(written)
      logger.info("gave Service \(key) back: Rollout \(name) does not refer to it any more")
      return .done
    } catch {
      if error.code == .notFound { return .done }
      logger.log(level: error.code == .conflict ? .debug : .warning, "\(error.message)")
      return .failed(retryAfter: error.retryAfter)
    }
  }

  private func read(_ rollout: ObjectKey) async throws(KubeError) -> ServiceOwner {
    do throws(KubeError) {
      return .found(try await client.get(.rollouts, namespace: rollout.namespace, name: rollout.name))
    } catch {
      guard error.code == .notFound else { throw error }
      return .missing
    }
  }
}
