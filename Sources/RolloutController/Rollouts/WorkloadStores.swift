import KubeClient
import KubeModel
package import KubeRuntime
import Logging
import RolloutCore
import ServiceLifecycle

/// Caches of the workloads that Rollouts refer to. A kind is watched from the moment that the first Rollout names it,
/// because most clusters have many Deployments and no such Rollout.
package struct WorkloadStores: Sendable {
  package let deployments = Store(.deployments)
  /// ReplicaSets that no Rollout made.
  package let replicaSets = Store(.replicaSets)
  package let podTemplates = Store(.podTemplates)
  private let deploymentDemand = Demand()
  private let replicaSetDemand = Demand()
  private let podTemplateDemand = Demand()

  /// The store of a reference's kind, which is watched from now on; nil for a kind that nobody may refer to.
  func demand(_ reference: WorkloadReference) -> Store? {
    switch reference.kind {
    case "Deployment":
      deploymentDemand.raise()
      return deployments
    case "ReplicaSet":
      replicaSetDemand.raise()
      return replicaSets
    case "PodTemplate":
      podTemplateDemand.raise()
      return podTemplates
    default: return nil
    }
  }

  var all: [Store] { [deployments, replicaSets, podTemplates] }

  /// A reflector for every kind, which waits until it is asked for.
  func reflectors(client: KubeClient, namespace: String?, logger: Logger) -> [any Service] {
    zip(all, [deploymentDemand, replicaSetDemand, podTemplateDemand]).map { store, demand in
      var scope = ListScope(namespace: namespace)
      if store.type == .replicaSets { scope.labelQuery = "!\(RolloutNames.podTemplateHash)" }
      let reflector = Reflector(client: client, store: store, scope: scope, logger: logger)
      return GatedService(gate: { try await demand.wait() }, service: reflector)
    }
  }
}
