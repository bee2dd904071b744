import KubeModel
import Logging
import Primitives

/// Runs the pods of Jobs until enough of them have succeeded, or too many have failed.
struct JobController: Sendable {
  let store: ClusterStore
  let logger: Logger

  func run() async {
    await ReconcileLoop(
      name: "job",
      store: store,
      logger: logger,
      types: [WorkloadTypes.jobs, .pods],
      keys: { event in
        if event.type.plural == "jobs" { return [ObjectKey(event.object)] }
        guard let owner = event.object.controllerReference, owner["kind"]?.string == "Job" else { return [] }
        return [ObjectKey(namespace: event.object.namespace, name: owner["name"]?.string ?? "")]
      },
      allKeys: { store.list(WorkloadTypes.jobs).items.map(ObjectKey.init) },
      reconcile: { (key) throws(APIError) in try self.reconcile(key) }
    ).run()
  }

  func reconcile(_ key: ObjectKey) throws(APIError) -> Instant? {
    guard let job = store.get(WorkloadTypes.jobs, namespace: key.namespace, name: key.name),
      !job.isBeingDeleted
    else { return nil }
    let pods = store.pods(namespace: key.namespace, controlledBy: job.uid)
    let plan = JobPlan.make(job: job, pods: pods, now: store.sources.now())
    if plan.isExpired {
      try store.delete(WorkloadTypes.jobs, namespace: key.namespace, name: key.name)
      return nil
    }
    for name in plan.delete { try store.delete(.pods, namespace: key.namespace, name: name) }
    try store.update(WorkloadTypes.jobs, namespace: key.namespace, name: key.name, subresource: "status") {
      current in
      current["status"] = plan.status
    }
    for _ in 0..<max(0, plan.create) { _ = try store.create(.pods, pod(of: job)) }
    return plan.wake
  }

  private func pod(of job: JSONValue) -> JSONValue {
    var pod = PodTemplate.pod(from: job, owner: controllerReference(to: job))
    for prefix in ["", "batch.kubernetes.io/"] {
      pod.set(.string(job.name), at: "metadata", "labels", "\(prefix)job-name")
      pod.set(.string(job.uid), at: "metadata", "labels", "\(prefix)controller-uid")
    }
    return pod
  }
}
