import KubeModel
import Primitives

/// The status of a Deployment, computed from its ReplicaSets.
enum DeploymentStatus {
  /// The next status; equal to the last one when nothing changed in meaning.
  static func make(deployment: JSONValue, owned: [JSONValue], current: String?, now: Instant) -> JSONValue {
    let desired = deployment.spec["replicas"]?.int ?? 1
    func sum(_ field: String) -> Int { owned.reduce(0) { $0 + ($1.status[field]?.int ?? 0) } }
    let total = sum("replicas")
    let available = sum("availableReplicas")
    let updated = owned.first { $0.name == current }.map { $0.status["replicas"]?.int ?? 0 } ?? 0
    let unavailable = max(0, max(total, desired) - available)
    var status = deployment.status
    status["observedGeneration"] = JSONValue(deployment.generation)
    status["replicas"] = positive(total)
    status["updatedReplicas"] = positive(updated)
    status["readyReplicas"] = positive(sum("readyReplicas"))
    status["availableReplicas"] = positive(available)
    status["unavailableReplicas"] = positive(unavailable)
    let counts = Counts(desired: desired, total: total, updated: updated, available: available)
    let hasMoved = ["replicas", "updatedReplicas", "availableReplicas", "readyReplicas"].contains {
      status[$0] != deployment.status[$0]
    }
    let conditions = [
      availability(deployment, counts: counts),
      progress(deployment, current: current, counts: counts, hasMoved: hasMoved, now: now),
    ]
    let kept = (status["conditions"]?.array ?? []).filter { old in
      !conditions.contains { $0.type == old["type"]?.string }
    }
    status["conditions"] = .array(
      kept + conditions.map { timed($0, in: deployment, hasMoved: hasMoved, now: now).json }
    )
    return status
  }

  private struct Counts {
    let desired: Int
    let total: Int
    let updated: Int
    let available: Int
    var isComplete: Bool { updated == desired && total == desired && available >= desired }
  }

  private static func positive(_ count: Int) -> JSONValue? { count > 0 ? JSONValue(count) : nil }

  private static func availability(_ deployment: JSONValue, counts: Counts) -> Condition {
    let rolling = deployment.spec.at("strategy", "rollingUpdate", "maxUnavailable")
    let down = rolling.flatMap { IntOrPercent($0, bareStringIsPercent: false) } ?? .percent(25)
    let isMet = counts.available >= counts.desired - down.count(of: counts.desired, roundingUp: false)
    return Condition(
      type: "Available",
      status: isMet ? "True" : "False",
      reason: isMet ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
      message: "Deployment \(isMet ? "has" : "does not have") minimum availability."
    )
  }

  private static func progress(
    _ deployment: JSONValue,
    current: String?,
    counts: Counts,
    hasMoved: Bool,
    now: Instant
  ) -> Condition {
    let subject = current.map { "ReplicaSet \"\($0)\"" } ?? "Deployment \"\(deployment.name)\""
    if counts.isComplete {
      return Condition(
        type: "Progressing",
        status: "True",
        reason: "NewReplicaSetAvailable",
        message: "\(subject) has successfully progressed."
      )
    }
    let last = old("Progressing", in: deployment)
    let deadline = deployment.spec["progressDeadlineSeconds"]?.int ?? 600
    let progressing = Condition(
      type: "Progressing",
      status: "True",
      reason: "ReplicaSetUpdated",
      message: "\(subject) is progressing."
    )
    let timedOut = Condition(
      type: "Progressing",
      status: "False",
      reason: "ProgressDeadlineExceeded",
      message: "\(subject) has timed out progressing."
    )
    let isStuck = last?.reason == timedOut.reason && last?.message == timedOut.message
    let isLate =
      last?.reason == "ReplicaSetUpdated" && last?.message == progressing.message
      && last?.lastUpdateTime.map { now >= $0 + .seconds(deadline) } ?? false
    return !hasMoved && (isStuck || isLate) ? timedOut : progressing
  }

  private static func old(_ type: String, in deployment: JSONValue) -> Condition? {
    deployment.status["conditions"]?.array?.map(Condition.init).first { $0.type == type }
  }

  private static func timed(
    _ condition: Condition,
    in deployment: JSONValue,
    hasMoved: Bool,
    now: Instant
  ) -> Condition {
    var condition = condition
    let last = old(condition.type, in: deployment)
    let isSame = last?.status == condition.status && last?.reason == condition.reason
    let isMoving = condition.type == "Progressing" && condition.reason == "ReplicaSetUpdated" && hasMoved
    condition.lastTransitionTime = last?.status == condition.status ? last?.lastTransitionTime ?? now : now
    condition.lastUpdateTime = isSame && !isMoving ? last?.lastUpdateTime ?? now : now
    return condition
  }
}
