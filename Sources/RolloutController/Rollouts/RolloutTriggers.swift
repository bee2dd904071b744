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
    stores.rollouts.onChange { [stores] change in
      enqueue(change.key)
      guard change.old?.generation != change.new?.generation else { return }
      // Who shared its Services may go on now, or must not any more.
      for rollout in [change.old, change.new].compactMap(\.self) {
        for other in stores.sharing(with: rollout, RolloutSpec(rollout)) { enqueue(ObjectKey(other)) }
      }
    }
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
    let enqueueReferring: @Sendable (String, ObjectKey) -> Void = { kind, key in
      let value = ControllerStores.reference(kind, key)
      for rollout in rollouts.objects(index: "reference", value) { enqueue(ObjectKey(rollout)) }
    }
    for store in [stores.services] + stores.routes.all {
      let kind = store.type.kind
      store.onChange { enqueueReferring(kind, $0.key) }
    }
    for store in stores.workloads.all {
      let kind = store.type.kind
      store.onChange { change in
        // Its status is its own business.
        if change.old?.generation == change.new?.generation, change.new != nil { return }
        enqueueReferring(kind, change.key)
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
