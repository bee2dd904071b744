import KubeModel
import Logging
import Primitives

/// Keeps as many pods as each ReplicaSet asks for and reports what became of them.
struct ReplicaSetController: Sendable {
  let store: ClusterStore
  let logger: Logger

  func run() async {
    await ReconcileLoop(
      name: "replicaset",
      store: store,
      logger: logger,
      types: [.replicaSets, .pods],
      keys: { event in self.keys(of: event) },
      allKeys: { store.list(.replicaSets).items.map(ObjectKey.init) },
      reconcile: { (key) throws(APIError) in try self.reconcile(key) }
    ).run()
  }

  private func keys(of event: StoreEvent) -> [ObjectKey] {
    if event.type.plural == "replicasets" { return [ObjectKey(event.object)] }
    if let owner = event.object.controllerReference {
      guard owner["kind"]?.string == "ReplicaSet" else { return [] }
      return [ObjectKey(namespace: event.object.namespace, name: owner["name"]?.string ?? "")]
    }
    // An orphan, or a pod that was just released: whoever selects it should look.
    return store.list(.replicaSets, namespace: event.object.namespace).items.map(ObjectKey.init)
  }

  func reconcile(_ key: ObjectKey) throws(APIError) -> Instant? {
    guard let replicaSet = store.get(.replicaSets, namespace: key.namespace, name: key.name),
      !replicaSet.isBeingDeleted
    else { return nil }
    let pods = store.pods(namespace: key.namespace, controlledBy: replicaSet.uid, orWithout: true)
    let plan = ReplicaSetPlan.make(replicaSet: replicaSet, pods: pods, now: store.sources.now())
    let reference = controllerReference(to: replicaSet)
    for name in plan.adopt {
      try store.update(.pods, namespace: key.namespace, name: name) { pod in
        guard pod.controllerReference == nil else { return }
        pod.set(.array(pod.ownerReferences + [reference]), at: "metadata", "ownerReferences")
      }
    }
    for name in plan.release {
      try store.update(.pods, namespace: key.namespace, name: name) { pod in
        let kept = pod.ownerReferences.filter { $0["uid"]?.string != replicaSet.uid }
        pod.set(kept.isEmpty ? nil : .array(kept), at: "metadata", "ownerReferences")
      }
    }
    for name in plan.delete { try store.delete(.pods, namespace: key.namespace, name: name) }
    try store.update(.replicaSets, namespace: key.namespace, name: key.name, subresource: "status") {
      current in
      current["status"] = plan.status
    }
    for _ in 0..<plan.create {
      _ = try store.create(.pods, PodTemplate.pod(from: replicaSet, owner: reference))
    }
    return plan.wake
  }
}
