import KubeModel
import KubeRuntime
import Primitives
import RolloutCore

/// Which rollouts a change of another object concerns.
struct RolloutTriggers: Sendable {
  let stores: ControllerStores
  let enqueue: @Sendable (ObjectKey) -> Void

  /// Registers with every store. Each rule is level-triggered: it says whom to look at, never what happened.
  func install() {
    let enqueue = enqueue
    stores.rollouts.onChange { enqueue($0.key) }
    for store in [stores.replicaSets, stores.analysisRuns, stores.experiments] {
      store.onChange { change in
        for object in [change.old, change.new] {
          guard let owner = object?.controllerReference, owner["kind"] == "Rollout",
            let name = owner["name"]?.string
          else { continue }
          enqueue(ObjectKey(namespace: change.key.namespace, name: name))
        }
      }
    }
    let rollouts = stores.rollouts
    stores.services.onChange { change in
      for rollout in rollouts.objects(index: "service", "\(change.key)") { enqueue(ObjectKey(rollout)) }
    }
    stores.httpRoutes.onChange { change in
      for rollout in rollouts.objects(index: "route", "\(change.key)") { enqueue(ObjectKey(rollout)) }
    }
    for store in stores.workloads.all {
      store.onChange { change in
        // Its status is its own business.
        if change.old?.generation == change.new?.generation, change.new != nil { return }
        for rollout in rollouts.objects(namespace: change.key.namespace) {
          guard let reference = RolloutSpec(rollout).workloadRef, reference.kind == store.type.kind,
            reference.name == change.key.name
          else { continue }
          enqueue(ObjectKey(rollout))
        }
      }
    }
    for store in [stores.analysisTemplates, stores.clusterAnalysisTemplates] {
      store.onChange { change in
        let namespace = change.key.namespace.isEmpty ? nil : change.key.namespace
        for rollout in rollouts.objects(namespace: namespace) { enqueue(ObjectKey(rollout)) }
      }
    }
  }
}
