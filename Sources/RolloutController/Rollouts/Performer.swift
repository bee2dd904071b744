import AnalysisCore
package import KubeClient
package import KubeModel
import KubeRuntime
package import Primitives
package import RolloutCore

/// Performs effects in order and stops at the first failure; the only place where the rollout controller writes. Routers
/// are independent: one whose object cannot be written holds up what comes after all of them, but not the others.
///
/// It writes nothing without the lease. Each write carries the effect's precondition, so that one performed from an
/// old view, or for the second time, changes nothing.
package struct Performer: Sendable {
  let client: KubeClient
  let stores: ControllerStores
  let mayWrite: @Sendable () -> Bool
  private let record: @Sendable (Verdict, ObjectKey) -> Void
  private let ask: @Sendable (StepPluginCall, JSONValue) -> Bool

  package init(
    client: KubeClient,
    stores: ControllerStores,
    mayWrite: @escaping @Sendable () -> Bool,
    record: @escaping @Sendable (Verdict, ObjectKey) -> Void,
    ask: @escaping @Sendable (StepPluginCall, _ rollout: JSONValue) -> Bool = { _, _ in false }
  ) {
    self.client = client
    self.stores = stores
    self.mayWrite = mayWrite
    self.record = record
    self.ask = ask
  }

  /// Performs the plan of a rollout: its effects, then its status; tells of each write once it changed something.
  ///
  /// Writes to the rollout itself hold only at the resourceVersion that was planned from, or that this plan's own
  /// write before led to: what a person has changed since is never decided over.
  package func perform(
    _ plan: Plan,
    on rollout: JSONValue,
    told: (PlannedEvent) -> Void
  ) async throws(KubeError) {
    var version = rollout.resourceVersion
    var refused = RefusedRoutes(rollout)
    for (index, effect) in plan.effects.enumerated() {
      try checkLease(rollout)
      if try refused.mustSkip(effect) { continue }
      do throws(KubeError) {
        let hasChanged = try await perform(effect, ObjectKey(rollout), &version)
        if hasChanged { plan.events(ofEffect: index).forEach(told) }
      } catch {
        try refused.note(error, of: effect)
      }
    }
    try refused.check()
    if let patch = plan.statusPatch {
      try checkLease(rollout)
      try await patchRollout(ObjectKey(rollout), ["status": patch], &version, subresource: "status")
    }
    plan.events(ofEffect: nil).forEach(told)
  }

  /// Writes a status apart from any plan, at the resourceVersion of the given rollout.
  package func writeStatus(_ patch: JSONValue, of rollout: JSONValue) async throws(KubeError) {
    try checkLease(rollout)
    var version = rollout.resourceVersion
    try await patchRollout(ObjectKey(rollout), ["status": patch], &version, subresource: "status")
  }

  func checkLease(_ object: JSONValue) throws(KubeError) {
    guard mayWrite() else {
      throw KubeError(.cancelled, "writing \(ObjectKey(object)): the lease is not held")
    }
  }

  /// Whether the world is another one now: false only for what was there already.
  func perform(_ effect: Effect, _ key: ObjectKey, _ version: inout String) async throws(KubeError)
    -> Bool
  {
    switch effect {
    case .setDefaultReplicas:
      try await patchRollout(key, ["spec": ["replicas": 1]], &version)
    case .annotateRollout(let annotations):
      try await patchRollout(key, ["metadata": ["annotations": JSONValue(annotations)]], &version)
    case .createReplicaSet(let set):
      return try await createReplicaSet(set, key, &version)
    case .adoptReplicaSet(let name, let uid, let owners):
      let patch: JSONValue = ["metadata": ["uid": .string(uid), "ownerReferences": .array(owners)]]
      try await write(stores.replicaSets, ObjectKey(namespace: key.namespace, name: name), .merge(patch))
    case .scaleReplicaSet(let name, let from, let to, let annotations, let version):
      let set = ObjectKey(namespace: key.namespace, name: name)
      try await scale(set, from: from, to: to, annotations, at: version)
    case .annotateReplicaSet(let name, let annotations):
      let patch: JSONValue = [
        "metadata": ["annotations": .object(JSONFields(annotations.mapValues { JSONValue($0) }))]
      ]
      try await write(stores.replicaSets, ObjectKey(namespace: key.namespace, name: name), .merge(patch))
    case .editReplicaSet(let name, let patch):
      try await write(stores.replicaSets, ObjectKey(namespace: key.namespace, name: name), .merge(patch))
    case .setPodMetadata(let pod, let uid, let labels, let annotations):
      let metadata: JSONValue = [
        "uid": .string(uid), "labels": .object(JSONFields(labels.mapValues { JSONValue($0) })),
        "annotations": .object(JSONFields(annotations.mapValues { JSONValue($0) })),
      ]
      return try await edit(pod: ObjectKey(namespace: key.namespace, name: pod), ["metadata": metadata])
    case .scaleWorkload(let name, let size, let before, let version):
      let patch: JSONValue = [
        "metadata": [
          "resourceVersion": .string(version),
          "annotations": [RolloutNames.replicasBefore: .string(String(before))],
        ],
        "spec": ["replicas": JSONValue(size)],
      ]
      let deployment = ObjectKey(namespace: key.namespace, name: name)
      try await write(stores.workloads.deployments, deployment, .merge(patch))
    case .evictPod(let name, let uid):
      return try await evict(ObjectKey(namespace: key.namespace, name: name), uid: uid)
    case .deleteReplicaSet(let name, let uid):
      try await delete(.replicaSets, ObjectKey(namespace: key.namespace, name: name), uid: uid)
    case .selectRevision(let service, let hash, let version):
      let patch: JSONValue = [
        "metadata": [
          "resourceVersion": .string(version), "annotations": [RolloutNames.managedBy: .string(key.name)],
        ],
        "spec": ["selector": [RolloutNames.podTemplateHash: .string(hash)]],
      ]
      try await write(stores.services, ObjectKey(namespace: key.namespace, name: service), .merge(patch))
    case .changeRoute(let change):
      return try await changeRoute(change, of: key)
    case .createAnalysisRun(let run):
      return try await createAnalysisRun(run)
    case .terminateAnalysisRun(let name):
      let run = ObjectKey(namespace: key.namespace, name: name)
      try await write(stores.analysisRuns, run, .merge(["spec": ["terminate": true]]))
    case .deleteAnalysisRun(let name, let uid):
      try await delete(.analysisRuns, ObjectKey(namespace: key.namespace, name: name), uid: uid)
    case .createService(let service):
      return try await create(stores.services, service)
    case .deleteService(let name, let uid):
      try await delete(.services, ObjectKey(namespace: key.namespace, name: name), uid: uid)
    case .createExperiment(let experiment):
      return try await create(stores.experiments, experiment)
    case .terminateExperiment(let name):
      let experiment = ObjectKey(namespace: key.namespace, name: name)
      try await write(stores.experiments, experiment, .merge(["spec": ["terminate": true]]))
    case .deleteExperiment(let name, let uid):
      try await delete(.experiments, ObjectKey(namespace: key.namespace, name: name), uid: uid)
    case .callStepPlugin(let call):
      return stores.rollouts[key].map { ask(call, $0) } ?? false
    case .record(let verdict):
      record(verdict, key)
    }
    return true
  }

  func write(_ store: Store, _ key: ObjectKey, _ patch: KubePatch) async throws(KubeError) {
    let written = try await client.patch(store.type, namespace: key.namespace, name: key.name, patch)
    store.noteWritten(written)
  }

  /// A pod that is gone, or another one by now, needs nothing.
  private func edit(pod: ObjectKey, _ patch: JSONValue) async throws(KubeError) -> Bool {
    do throws(KubeError) {
      _ = try await client.patch(.pods, namespace: pod.namespace, name: pod.name, .merge(patch))
      return true
    } catch {
      guard error.code == .notFound || error.code == .conflict else { throw error }
      return false
    }
  }

  /// A disruption budget may refuse: the plan asks again later.
  private func evict(_ pod: ObjectKey, uid: String) async throws(KubeError) -> Bool {
    do throws(KubeError) {
      try await client.evict(namespace: pod.namespace, pod: pod.name, uid: uid)
      return true
    } catch {
      guard [.tooManyRequests, .notFound, .conflict].contains(error.code) else { throw error }
      return false
    }
  }

  private func patchRollout(
    _ key: ObjectKey,
    _ body: JSONValue,
    _ version: inout String,
    subresource: String? = nil
  ) async throws(KubeError) {
    var body = body
    body.set(.string(version), at: "metadata", "resourceVersion")
    let written = try await client.patch(
      .rollouts,
      namespace: key.namespace,
      name: key.name,
      .merge(body),
      subresource: subresource
    )
    version = written.resourceVersion
    stores.rollouts.noteWritten(written)
  }

  /// The `test` operations hold the write to what the plan saw; where they refuse it, the ReplicaSet is read anew.
  private func scale(
    _ key: ObjectKey,
    from: Int,
    to: Int,
    _ annotations: [String: String?],
    at version: String?
  ) async throws(KubeError) {
    var patch: [JSONValue] = [
      ["op": "test", "path": "/spec/replicas", "value": JSONValue(from)],
      ["op": "replace", "path": "/spec/replicas", "value": JSONValue(to)],
    ]
    let live = stores.replicaSets[key]?.annotations ?? [:]
    for (name, value) in annotations.sorted(by: { $0.key < $1.key }) where value != nil || live[name] != nil {
      let path = "/metadata/annotations/" + name.split(separator: "/").joined(separator: "~1")
      if let value {
        patch.append(["op": "add", "path": .string(path), "value": .string(value)])
      } else {
        patch.append(["op": "remove", "path": .string(path)])
      }
    }
    if let version {
      let test: JSONValue = [
        "op": "test", "path": "/metadata/resourceVersion", "value": .string(version),
      ]
      patch.insert(test, at: 0)
    }
    do throws(KubeError) {
      try await write(stores.replicaSets, key, .json(.array(patch)))
    } catch {
      if error.isLostRace,
        let live = try? await client.get(.replicaSets, namespace: key.namespace, name: key.name)
      {
        stores.replicaSets.noteWritten(live)
      }
      throw error
    }
  }

  /// Names are functions of what is created: one that exists already is the one that was meant.
  private func create(_ store: Store, _ object: JSONValue) async throws(KubeError) -> Bool {
    do throws(KubeError) {
      store.noteCreated(try await client.create(store.type, object))
    } catch {
      guard error.code == .alreadyExists else { throw error }
      return false
    }
    return true
  }

  /// A ReplicaSet of that name may be somebody else's: then the rollout's next one gets another hash, and so another
  /// name (reference, section 2.1).
  private func createReplicaSet(_ set: JSONValue, _ key: ObjectKey, _ version: inout String)
    async throws(KubeError) -> Bool
  {
    if try await create(stores.replicaSets, set) { return true }
    let live = try await client.get(.replicaSets, namespace: key.namespace, name: set.name)
    guard live.controllerReference?["uid"] != set.controllerReference?["uid"] else {
      // The watch has not brought it, and a plan without it orders its pods once more.
      stores.replicaSets.noteCreated(live)
      return false
    }
    let count = (stores.rollouts[key]?.status["collisionCount"]?.int ?? 0) + 1
    try await patchRollout(
      key,
      ["status": ["collisionCount": JSONValue(count)]],
      &version,
      subresource: "status"
    )
    throw KubeError(.conflict, "creating ReplicaSet \(set.name): the name is taken by another owner's")
  }

  /// A run of that name may be another owner's, such as a Rollout's that was deleted without its runs: then this one
  /// gets the next number, under which the next plan finds it (reference, section 4.1).
  private func createAnalysisRun(_ run: JSONValue) async throws(KubeError) -> Bool {
    var run = run
    for _ in 1...50 {
      if try await create(stores.analysisRuns, run) { return true }
      let live = try await client.get(.analysisRuns, namespace: run.namespace, name: run.name)
      if live.controllerReference?["uid"] == run.controllerReference?["uid"] { return false }
      run.set(.string(nextAnalysisRunName(after: run.name)), at: "metadata", "name")
    }
    throw KubeError(.conflict, "creating AnalysisRun \(run.name): the name is taken by another owner's")
  }

  private func delete(_ type: ResourceType, _ key: ObjectKey, uid: String) async throws(KubeError) {
    do throws(KubeError) {
      try await client.delete(type, namespace: key.namespace, name: key.name, DeleteOptions(uid: uid))
    } catch {
      guard error.code == .notFound || error.code == .conflict else { throw error }
    }
  }
}
