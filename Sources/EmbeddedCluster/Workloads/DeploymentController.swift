import KubeModel
import Logging
import Primitives

/// Rolls Deployments from one ReplicaSet to the next.
struct DeploymentController: Sendable {
  let store: ClusterStore
  let logger: Logger

  func run() async {
    await ReconcileLoop(
      name: "deployment",
      store: store,
      logger: logger,
      types: [.deployments, .replicaSets],
      keys: { event in
        if event.type.plural == "deployments" { return [ObjectKey(event.object)] }
        guard let owner = event.object.controllerReference, owner["kind"]?.string == "Deployment" else {
          return []
        }
        return [ObjectKey(namespace: event.object.namespace, name: owner["name"]?.string ?? "")]
      },
      allKeys: { store.list(.deployments).items.map(ObjectKey.init) },
      reconcile: { (key) throws(APIError) in try self.reconcile(key) }
    ).run()
  }

  func reconcile(_ key: ObjectKey) throws(APIError) -> Instant? {
    guard let deployment = store.get(.deployments, namespace: key.namespace, name: key.name),
      !deployment.isBeingDeleted
    else { return nil }
    let owned = store.list(.replicaSets, namespace: key.namespace).items.filter {
      $0.controllerReference?["uid"]?.string == deployment.uid && !$0.isBeingDeleted
    }
    let plan = DeploymentPlan.make(deployment: deployment, owned: owned)
    if let replicaSet = plan.create { _ = try store.create(.replicaSets, replicaSet) }
    for (name, size) in plan.scale.sorted(by: { $0.key < $1.key }) {
      try store.update(.replicaSets, namespace: key.namespace, name: name) { replicaSet in
        replicaSet.set(JSONValue(size), at: "spec", "replicas")
      }
    }
    if let current = plan.current { try annotate(.replicaSets, key.namespace, current, plan.revision) }
    if plan.current != nil || plan.create != nil {
      try annotate(.deployments, key.namespace, key.name, plan.revision)
    }
    for name in plan.delete { try store.delete(.replicaSets, namespace: key.namespace, name: name) }
    let now = store.sources.now()
    let status = DeploymentStatus.make(
      deployment: deployment,
      owned: owned,
      current: plan.current ?? plan.create?.name,
      now: now
    )
    try store.update(.deployments, namespace: key.namespace, name: key.name, subresource: "status") {
      current in
      current["status"] = status
    }
    return deadline(of: deployment, status: status, after: now)
  }

  private func annotate(
    _ type: ResourceType,
    _ namespace: String,
    _ name: String,
    _ revision: Int
  ) throws(APIError) {
    try store.update(type, namespace: namespace, name: name) { object in
      object.set(.string(String(revision)), at: "metadata", "annotations", DeploymentPlan.revisionAnnotation)
    }
  }

  /// When a Deployment that makes no progress has to say so.
  private func deadline(of deployment: JSONValue, status: JSONValue, after now: Instant) -> Instant? {
    guard
      let condition = status["conditions"]?.array?.map(Condition.init).first(where: {
        $0.type == "Progressing"
      }),
      condition.reason == "ReplicaSetUpdated", let since = condition.lastUpdateTime
    else { return nil }
    let deadline = since + .seconds(deployment.spec["progressDeadlineSeconds"]?.int ?? 600)
    return deadline > now ? deadline : now + .seconds(1)
  }
}
