import KubeModel
import Primitives

/// What a ReplicaSet wants done, decided from it and the pods of its namespace.
struct ReplicaSetPlan: Sendable, Equatable {
  /// How many pods to create.
  var create = 0
  /// Names of pods to delete, in order.
  var delete: [String] = []
  /// Names of orphans that the selector matches.
  var adopt: [String] = []
  /// Names of owned pods that the selector matches no longer.
  var release: [String] = []
  var status: JSONValue = .object([:])
  /// When a ready pod becomes available without any event.
  var wake: Instant?

  /// Decides for one ReplicaSet that is not being deleted; `pods` are those of its namespace, with or without those
  /// that others control.
  static func make(replicaSet: JSONValue, pods: [JSONValue], now: Instant) -> ReplicaSetPlan {
    var plan = ReplicaSetPlan()
    guard let selector = LabelSelector(replicaSet.spec["selector"] ?? .object([:])),
      !selector.requirements.isEmpty
    else { return plan }
    let views = pods.map(PodView.init)
    var active: [PodView] = []
    for view in views {
      let matches = selector.matches(view.pod.labels)
      if view.isControlled(by: replicaSet) {
        if !matches {
          plan.release.append(view.pod.name)
        } else if view.isActive {
          active.append(view)
        }
      } else if matches, view.pod.controllerReference == nil, view.isActive {
        plan.adopt.append(view.pod.name)
        active.append(view)
      }
    }
    let desired = replicaSet.spec["replicas"]?.int ?? 1
    if active.count < desired { plan.create = desired - active.count }
    if active.count > desired {
      plan.delete = active.sorted(by: isDeletedBefore).prefix(active.count - desired).map(\.pod.name)
    }
    plan.setStatus(replicaSet: replicaSet, active: active, now: now)
    return plan
  }

  /// The order in which pods go: those that run nowhere, are not ready, cost least, then the youngest first.
  private static func isDeletedBefore(_ left: PodView, _ right: PodView) -> Bool {
    let (leftRuns, rightRuns) = (left.phase == "Running", right.phase == "Running")
    if leftRuns != rightRuns { return !leftRuns }
    if left.isReady != right.isReady { return !left.isReady }
    if left.deletionCost != right.deletionCost { return left.deletionCost < right.deletionCost }
    if left.readySince != right.readySince, let leftSince = left.readySince, let rightSince = right.readySince
    {
      return leftSince > rightSince
    }
    if left.restarts != right.restarts { return left.restarts > right.restarts }
    let start = Instant(secondsSinceEpoch: 0)
    let (leftBirth, rightBirth) = (
      left.pod.creationTimestamp ?? start, right.pod.creationTimestamp ?? start
    )
    return leftBirth == rightBirth ? left.pod.name > right.pod.name : leftBirth > rightBirth
  }

  private mutating func setStatus(replicaSet: JSONValue, active: [PodView], now: Instant) {
    let minReadySeconds = replicaSet.spec["minReadySeconds"]?.int ?? 0
    let templateLabels = replicaSet.spec.at("template", "metadata", "labels")?.strings ?? [:]
    let labeled = active.filter { view in
      let labels = view.pod.labels
      return templateLabels.allSatisfy { labels[$0.key] == $0.value }
    }
    let availability = active.compactMap { $0.availableAt(minReadySeconds: minReadySeconds) }
    let available = availability.filter { $0 <= now }
    wake = availability.filter { $0 > now }.min()
    var status = replicaSet.status
    status["replicas"] = JSONValue(active.count)
    status["fullyLabeledReplicas"] = Self.positive(labeled.count)
    status["readyReplicas"] = Self.positive(availability.count)
    status["availableReplicas"] = Self.positive(available.count)
    status["observedGeneration"] = JSONValue(replicaSet.generation)
    self.status = status
  }

  /// Kubernetes leaves counts of zero out.
  private static func positive(_ count: Int) -> JSONValue? { count > 0 ? JSONValue(count) : nil }
}
