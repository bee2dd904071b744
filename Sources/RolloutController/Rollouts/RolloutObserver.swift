package import KubeModel
import KubeRuntime
package import Primitives
package import RolloutCore

/// Gathers a rollout's snapshot from the caches; nothing here decides or writes.
package struct RolloutObserver: Sendable {
  private let stores: ControllerStores
  /// What Git knows, by GitSource and rollout; nil when decisions of that source are not recorded.
  private let origin: @Sendable (_ source: ObjectKey, _ rollout: ObjectKey) -> GitOrigin?

  package init(
    stores: ControllerStores,
    origin: @escaping @Sendable (_ source: ObjectKey, _ rollout: ObjectKey) -> GitOrigin?
  ) {
    self.stores = stores
    self.origin = origin
  }

  /// The snapshot; nil when the rollout is gone or going.
  package func snapshot(of key: ObjectKey, now: Instant) -> Snapshot? {
    guard let rollout = stores.rollouts[key], !rollout.isBeingDeleted else { return nil }
    let spec = RolloutSpec(rollout)
    var services: [String: Snapshot.Reference] = [:]
    for name in spec.services {
      services[name] = reference(stores.services, ObjectKey(namespace: key.namespace, name: name))
    }
    var routes: [ObjectKey: Snapshot.Reference] = [:]
    for route in spec.canary?.routes ?? [] { routes[route] = reference(stores.httpRoutes, route) }
    return Snapshot(
      now: now,
      rollout: rollout,
      replicaSets: stores.replicaSets.objects(index: "owner", rollout.uid),
      orphans: stores.replicaSets.objects(index: "orphans", key.namespace),
      services: services,
      routes: routes,
      analysisRuns: stores.analysisRuns.objects(index: "owner", rollout.uid),
      experiments: experiments(of: rollout, spec),
      workload: workload(spec.workloadRef, in: key.namespace),
      analysisTemplates: stores.templates(in: key.namespace),
      origin: gitSourceKey(of: rollout).flatMap { origin($0, key) }
    )
  }

  private func workload(_ reference: WorkloadReference?, in namespace: String) -> Snapshot.Reference? {
    guard let reference else { return nil }
    guard let store = stores.workloads.demand(reference) else { return .missing }
    return self.reference(store, ObjectKey(namespace: namespace, name: reference.name))
  }

  private func reference(_ store: Store, _ key: ObjectKey) -> Snapshot.Reference {
    if let object = store[key] { return .found(object) }
    return store.isReady ? .missing : .unknown("the list of \(store.type) has not arrived")
  }

  /// The rollout's own Experiments and, where its steps make some, those of somebody else under such a name.
  private func experiments(of rollout: JSONValue, _ spec: RolloutSpec) -> [JSONValue] {
    let own = stores.experiments.objects(index: "owner", rollout.uid)
    guard spec.canary?.steps.contains(where: { $0.experiment != nil }) ?? false else { return own }
    let others = stores.experiments.objects(namespace: rollout.namespace).filter {
      $0.name.hasPrefix("\(rollout.name)-") && $0.controllerReference?["uid"]?.string != rollout.uid
    }
    return own + others
  }
}
