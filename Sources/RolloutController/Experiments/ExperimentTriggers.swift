import KubeModel
import KubeRuntime
import Primitives
import RolloutCore

/// Which Experiments a change of another object concerns.
struct ExperimentTriggers: Sendable {
  let stores: ControllerStores
  let enqueue: @Sendable (ObjectKey) -> Void

  /// Registers with every store. Each rule is level-triggered: it says whom to look at, never what happened.
  func install() {
    let enqueue = enqueue
    let experiments = stores.experiments
    experiments.onChange { enqueue($0.key) }
    for store in [stores.replicaSets, stores.analysisRuns, stores.services] {
      store.onChange { change in
        for object in [change.old, change.new] {
          guard let owner = object?.controllerReference, owner["kind"] == "Experiment",
            let name = owner["name"]?.string
          else { continue }
          enqueue(ObjectKey(namespace: change.key.namespace, name: name))
        }
      }
    }
    for store in [stores.analysisTemplates, stores.clusterAnalysisTemplates] {
      store.onChange { change in
        let namespace = change.key.namespace.isEmpty ? nil : change.key.namespace
        for experiment in experiments.objects(namespace: namespace)
        where !ExperimentStatus(experiment.status).isCompleted { enqueue(ObjectKey(experiment)) }
      }
    }
  }
}
