package import KubeModel
import KubeRuntime
package import Primitives
package import RolloutCore
import TrafficPlans

/// Gathers a rollout's snapshot from the caches: what its spec names, and no more. Nothing here decides or writes.
package struct RolloutObserver: Sendable {
  private let stores: ControllerStores
  /// The specs as they were read last, so that one that did not change is not read again.
  private let readings = Locked<[ObjectKey: SpecReading]>([:])
  /// What Git knows, by GitSource and rollout; nil when decisions of that source are not recorded.
  private let origin: @Sendable (_ source: ObjectKey, _ rollout: ObjectKey) -> GitOrigin?
  /// What a rollout's step plugins were asked and have said.
  private let stepPlugins: @Sendable (ObjectKey) -> StepPluginBoard

  package init(
    stores: ControllerStores,
    stepPlugins: @escaping @Sendable (ObjectKey) -> StepPluginBoard = { _ in StepPluginBoard() },
    origin: @escaping @Sendable (_ source: ObjectKey, _ rollout: ObjectKey) -> GitOrigin?
  ) {
    self.stores = stores
    self.origin = origin
    self.stepPlugins = stepPlugins
  }

  /// The snapshot; nil when the rollout is gone or going.
  package func snapshot(of key: ObjectKey, now: Instant) -> Snapshot? {
    guard let rollout = stores.rollouts[key], !rollout.isBeingDeleted else {
      readings.withLock { $0[key] = nil }
      stores.routes.outside.ask(for: [], by: key, isInFlight: false)
      return nil
    }
    let reference = rollout.spec["workloadRef"].flatMap(WorkloadReference.init)
    var snapshot = Snapshot(
      now: now,
      rollout: rollout,
      replicaSets: stores.replicaSets.objects(index: "owner", rollout.uid),
      orphans: stores.replicaSets.objects(index: "orphans", key.namespace),
      analysisRuns: stores.analysisRuns.objects(index: "owner", rollout.uid),
      workload: workload(reference, in: key.namespace),
      stepPlugins: stepPlugins(key),
      origin: gitSourceKey(of: rollout).flatMap { origin($0, key) }
    )
    let reading = snapshot.read(after: readings.withLock { $0[key] })
    readings.withLock { $0[key] = reading }
    addNamed(reading, to: &snapshot)
    return snapshot
  }

  /// Adds the objects that the spec names.
  private func addNamed(_ reading: SpecReading, to snapshot: inout Snapshot) {
    let spec = reading.spec
    let namespace = snapshot.rollout.namespace
    for name in spec.services {
      let key = ObjectKey(namespace: namespace, name: name)
      snapshot.services[name] = reference(stores.services, key)
    }
    let addresses = spec.canary?.routing.addresses ?? []
    addRoutes(addresses, spec, to: &snapshot)
    if !addresses.isEmpty {
      let others = stores.sharing(with: snapshot.rollout, spec)
      snapshot.rivals = rivals(of: snapshot.rollout, spec, among: others)
    }
    snapshot.experiments = experiments(of: snapshot.rollout, spec)
    snapshot.analysisTemplates = stores.templates(reading.templates, in: namespace)
  }

  /// Adds the objects of the data plane and, where they can be asked, those who say what is served.
  private func addRoutes(_ addresses: [RouteAddress], _ spec: RolloutSpec, to snapshot: inout Snapshot) {
    let routes = stores.routes
    let rollout = ObjectKey(snapshot.rollout)
    for address in addresses where address.outside == nil {
      snapshot.routes[address] = routes.reference(address)
    }
    let live = snapshot.routes.compactMapValues(\.object)
    let witnesses = (spec.canary?.routing.witnesses(live) ?? []).filter { address in
      address.outside.map { routes.outside.knows($0.kind) } ?? false
    }
    let outside = addresses.filter { $0.outside != nil } + witnesses
    routes.outside.ask(
      for: outside,
      by: rollout,
      isInFlight: snapshot.rollout.status["phase"] != "Healthy"
    )
    for address in outside { snapshot.routes[address] = routes.reference(address, for: rollout) }
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
