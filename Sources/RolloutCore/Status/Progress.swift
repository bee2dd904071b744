import KubeModel
import Primitives

extension Situation {
  /// A release that has not moved for the progress deadline is degraded, or aborted when the spec asks for that.
  ///
  /// It is checked in every plan, ahead of anything that might return early; steps that wait for a person, a clock or
  /// an analysis have their own ends and do not count (reference, section 2.14).
  func checkProgressDeadline(_ draft: inout Draft) {
    guard deadlineApplies(draft.status), let since = draft.condition("Progressing")?.lastUpdateTime else {
      return
    }
    let deadline = since + spec.progressDeadline + .seconds(1)
    guard now >= deadline else {
      draft.wake(at: deadline)
      return
    }
    let name = revisions.new?.name ?? "\(rollout.name)-\(revisions.newHash)"
    let message = "ReplicaSet \"\(name)\" has timed out progressing."
    if draft.condition("Progressing")?.reason != "ProgressDeadlineExceeded" {
      draft.event("ProgressDeadlineExceeded", message, type: "Warning")
    }
    if spec.abortsOnProgressDeadline, !draft.status.stableHash.isEmpty {
      abort(&draft, reason: message)
    } else {
      draft.setCondition("Progressing", "False", "ProgressDeadlineExceeded", message, at: since)
    }
  }

  private func deadlineApplies(_ status: RolloutStatus) -> Bool {
    guard !status.isAborted, !spec.isPaused, status.pauseConditions.isEmpty else { return false }
    if status.isFullyPromoted, (revisions.new?.available ?? 0) >= spec.replicas { return false }
    guard let canary = spec.canary, let index = status.currentStepIndex, canary.steps.indices.contains(index)
    else {
      return true
    }
    switch canary.steps[index].action {
    case .pause, .analysis, .experiment: return false
    default: return true
    }
  }

  /// The `Progressing` condition from what moved since the last plan.
  func concludeProgress(_ draft: inout Draft) {
    let before = recorded
    let after = draft.status
    let name = revisions.new?.name ?? "\(rollout.name)-\(revisions.newHash)"
    let isDone = after.isFullyPromoted && (revisions.new?.available ?? 0) >= spec.replicas
    if isDone {
      let message = "ReplicaSet \"\(name)\" has successfully progressed."
      draft.setCondition("Progressing", "True", "NewReplicaSetAvailable", message, at: now)
      return
    }
    guard !after.isAborted, !spec.isPaused, after.pauseConditions.isEmpty else { return }
    let isNew = revisions.new == nil
    let hasMoved =
      after.currentPodHash != before.currentPodHash || after.currentStepIndex != before.currentStepIndex
      || after.stableHash != before.stableHash || after.activeSelector != before.activeSelector
      || after.counts.updated != before.counts.updated || after.counts.ready > before.counts.ready
      || after.counts.available > before.counts.available
      || after.counts.replicas - after.counts.updated < before.counts.replicas - before.counts.updated
    if isNew {
      let message = "Created new replica set \"\(name)\""
      draft.setCondition("Progressing", "True", "NewReplicaSetCreated", message, at: now, refresh: hasMoved)
    } else if hasMoved {
      let message = "ReplicaSet \"\(name)\" is progressing."
      draft.setCondition("Progressing", "True", "ReplicaSetUpdated", message, at: now, refresh: true)
    } else if draft.condition("Progressing") == nil
      || draft.condition("Progressing")?.reason == "NewReplicaSetAvailable"
    {
      let message = "Rollout does not have minimum availability"
      draft.setCondition("Progressing", "True", "ReplicaSetNotAvailable", message, at: now)
    }
    // A deadline that this plan has just started must be looked at again too.
    if deadlineApplies(after), draft.condition("Progressing")?.reason != "ProgressDeadlineExceeded",
      let since = draft.condition("Progressing")?.lastUpdateTime
    {
      draft.wake(at: since + spec.progressDeadline + .seconds(1))
    }
  }
}
