import AnalysisCore
package import KubeClient
import KubeModel
package import KubeRuntime
package import Logging
import Primitives
import RolloutCore
import TrafficPlans

/// The caches of the controller: one store per kind, each filled by one watch.
package struct ControllerStores: Sendable {
  package let rollouts = Store(.rollouts, indexes: ["reference": referenceIndex])
  package let replicaSets = Store(
    .replicaSets,
    indexes: ["owner": ownerIndex, "orphans": orphanIndex]
  )
  package let services = Store(.services, indexes: ["owner": ownerIndex])
  package let analysisRuns = Store(.analysisRuns, indexes: ["owner": ownerIndex])
  package let experiments = Store(.experiments, indexes: ["owner": ownerIndex])
  package let analysisTemplates = Store(.analysisTemplates)
  package let clusterAnalysisTemplates = Store(.clusterAnalysisTemplates)
  package let gitSources = Store(.gitSources)
  /// Watched only where a Rollout refers to one; `all` leaves them out.
  package let workloads = WorkloadStores()
  package let routes = RouteStores()

  package init() {}

  /// The UID of the controlling owner.
  private static let ownerIndex: Store.IndexRule = { object in
    (object.controllerReference?["uid"]?.string).map { [$0] } ?? []
  }

  /// The namespace of what nobody controls.
  private static let orphanIndex: Store.IndexRule = { object in
    object.controllerReference == nil ? [object.namespace] : []
  }

  /// The Services, the objects of the data plane and the workload that a rollout names.
  private static let referenceIndex: Store.IndexRule = { rollout in
    let spec = RolloutSpec(rollout)
    let namespace = rollout.namespace
    var references = spec.services.map {
      reference(ResourceType.services.kind, ObjectKey(namespace: namespace, name: $0))
    }
    references += (spec.canary?.routing.addresses ?? []).map { reference($0.type.kind, $0.key) }
    if let workload = spec.workloadRef {
      references.append(reference(workload.kind, ObjectKey(namespace: namespace, name: workload.name)))
    }
    return references
  }

  /// Other Rollouts that name one of its Services or, for a rollout without any, one of its routers' objects.
  func sharing(with rollout: JSONValue, _ spec: RolloutSpec) -> [JSONValue] {
    let names = spec.services.map { name in
      Self.reference(
        ResourceType.services.kind,
        ObjectKey(namespace: rollout.namespace, name: name)
      )
    }
    let objects = (spec.canary?.routing.addresses ?? []).map { Self.reference($0.type.kind, $0.key) }
    var seen: Set<ObjectKey> = [ObjectKey(rollout)]
    return (names.isEmpty ? objects : names).flatMap { rollouts.objects(index: "reference", $0) }
      .filter { seen.insert(ObjectKey($0)).inserted }
  }

  /// The value of the index `reference` for an object.
  static func reference(_ kind: String, _ key: ObjectKey) -> String { "\(kind)/\(key)" }

  package var all: [Store] {
    [
      rollouts, replicaSets, services, analysisRuns, experiments, analysisTemplates,
      clusterAnalysisTemplates, gitSources,
    ]
  }

  /// The templates that an object of the namespace names, and those that they name in turn, by their keys; one that
  /// is not there is left out.
  func templates(_ references: [TemplateReference], in namespace: String) -> [String: JSONValue] {
    var templates: [String: JSONValue] = [:]
    var open = references
    while let reference = open.popLast() {
      guard templates[reference.key] == nil, let template = template(reference, in: namespace) else {
        continue
      }
      templates[reference.key] = template
      open += TemplateReference.list(template.spec["templates"])
    }
    return templates
  }

  private func template(_ reference: TemplateReference, in namespace: String) -> JSONValue? {
    reference.isClusterScoped
      ? clusterAnalysisTemplates.object(namespace: "", name: reference.name)
      : analysisTemplates.object(namespace: namespace, name: reference.name)
  }

  /// A reflector for every store; kinds that a cluster may lack are optional.
  ///
  /// Of Argo Rollouts' kinds it sees the objects that carry the label of its instance, or, without an instance, those
  /// that carry none; so several controllers share a cluster.
  package func reflectors(
    client: KubeClient,
    namespace: String?,
    instanceID: String = "",
    logger: Logger
  ) -> [Reflector] {
    let optional: Set<String> = [
      gitSources.type.plural, clusterAnalysisTemplates.type.plural, experiments.type.plural,
    ]
    return all.map { store in
      var scope = ListScope(namespace: store.type.isNamespaced ? namespace : nil)
      if store.type == .replicaSets { scope.labelQuery = RolloutNames.podTemplateHash }
      if store.type.group == ResourceType.rollouts.group { scope.labelQuery = Self.instanceQuery(instanceID) }
      return Reflector(
        client: client,
        store: store,
        scope: scope,
        isOptional: optional.contains(store.type.plural),
        // Who may look at one namespace only has no right to what belongs to none.
        mayBeForbidden: namespace != nil && !store.type.isNamespaced,
        logger: logger
      )
    }
  }

  private static func instanceQuery(_ instanceID: String) -> String {
    instanceID.isEmpty ? "!\(RolloutNames.instanceID)" : "\(RolloutNames.instanceID)=\(instanceID)"
  }

  /// Waits until every list has arrived, and those of the routes that Rollouts name; before that an absent object
  /// proves nothing.
  package func ready(within limit: Duration) async throws(KubeError) {
    for store in all { try await store.ready(within: limit) }
    for rollout in rollouts.objects() {
      for address in RolloutSpec(rollout).canary?.routing.addresses ?? [] { routes.demand(address.type) }
    }
    try await routes.settle(within: .seconds(10))
  }
}
