import KubeModel
import Primitives

extension Situation {
  /// A release that has not moved for the progress deadline is degraded, or aborted when the spec asks for that.
  ///
  /// It is checked in every plan, ahead of anything that might return early; steps that wait for a person, a clock or
  /// an analysis have their own ends and do not count (reference, section 2.14). What moved while nobody looked counts
  /// as moved now.
  func checkProgressDeadline(_ draft: inout Draft) {
    guard deadlineApplies(draft.status), let progress = draft.condition("Progressing"),
      let since = progress.lastUpdateTime, progress.reason != "RolloutPaused", !hasJustMoved(draft.status)
    else { return }
    let isExceeded = progress.reason == "ProgressDeadlineExceeded"
    let deadline = since + spec.progressDeadline + .seconds(1)
    guard isExceeded || now >= deadline else {
      draft.wake(at: deadline)
      return
    }
    if !isExceeded, movesPreview(since: since, deadline: deadline, &draft) { return }
    let message = "ReplicaSet \"\(newName)\" has timed out progressing."
    if !isExceeded { draft.event("ProgressDeadlineExceeded", message, type: "Warning") }
    // What is promoted has nothing to return to.
    if spec.abortsOnProgressDeadline, !draft.status.stableHash.isEmpty, !draft.status.isFullyPromoted {
      abort(&draft, reason: message)
    } else {
      draft.setCondition("Progressing", "False", "ProgressDeadlineExceeded", message, at: now)
    }
  }

  private func deadlineApplies(_ status: RolloutStatus) -> Bool {
    guard !status.isAborted, !spec.isPaused, status.pauseConditions.isEmpty else { return false }
    let wanted = spec.replicas + restartSurge(status)
    if status.isFullyPromoted, (revisions.new?.available ?? 0) >= wanted { return false }
    guard let canary = spec.canary else {
      return [status.prePromotionAnalysis, status.postPromotionAnalysis].allSatisfy {
        $0?.isCompleted ?? true
      }
    }
    guard let index = status.currentStepIndex, canary.steps.indices.contains(index) else { return true }
    switch canary.steps[index].action {
    case .pause, .analysis, .experiment: return false
    default: return true
    }
  }

  /// Whether the clock is about to start again: pods changed since the last plan, a healthy rollout got something to do,
  /// or a person skipped a step that had no deadline.
  private func hasJustMoved(_ status: RolloutStatus) -> Bool {
    var after = status
    after.counts = podCounts
    return wasHealthy || hasSkippedRun(recorded) || hasSkippedExperiment || hasMoved(to: after)
  }

  /// Whether the Experiment of a step that a person skipped still runs.
  private var hasSkippedExperiment: Bool {
    snapshot.experiments.contains { experiment in
      experiment.name == recorded.currentExperiment
        && ["Pending", "Running"].contains(experiment.status["phase"]?.string)
    }
  }

  private var wasHealthy: Bool {
    recorded.conditions.contains { $0.type == "Healthy" && $0.status == "True" }
  }

  private var newName: String { revisions.new?.name ?? "\(rollout.name)-\(revisions.newHash)" }

  /// The `Progressing` condition from what moved since the last plan; its update time is the deadline's clock.
  func concludeProgress(_ draft: inout Draft) {
    let after = draft.status
    if after.isAborted { return keepAbort(&draft) }
    guard !spec.isPaused, after.pauseConditions.isEmpty else { return }
    let name = newName
    let present = draft.condition("Progressing")
    if isHealthy(after) {
      let message = "ReplicaSet \"\(name)\" has successfully progressed."
      draft.setCondition("Progressing", "True", "NewReplicaSetAvailable", message, at: now)
    } else if draft.effects.contains(where: { $0.createsReplicaSet(name) }) {
      let message = "Created new replica set \"\(name)\""
      draft.setCondition("Progressing", "True", "NewReplicaSetCreated", message, at: now, refresh: true)
    } else if present == nil, revisions.new != nil {
      draft.setCondition(
        "Progressing",
        "True",
        "FoundNewReplicaSet",
        "Found new replica set \"\(name)\"",
        at: now
      )
    } else if wasHealthy, after.isFullyPromoted {
      let message = "Rollout does not have minimum availability"
      draft.setCondition("Progressing", "True", "ReplicaSetNotAvailable", message, at: now, refresh: true)
    } else if wasHealthy || hasMoved(to: after) {
      let message = "ReplicaSet \"\(name)\" is progressing."
      draft.setCondition("Progressing", "True", "ReplicaSetUpdated", message, at: now, refresh: true)
    }
    // A deadline that this plan has just started must be looked at again too.
    if deadlineApplies(after), draft.condition("Progressing")?.reason != "ProgressDeadlineExceeded",
      let since = draft.condition("Progressing")?.lastUpdateTime
    {
      let deadline = since + spec.progressDeadline + .seconds(1)
      draft.wake(at: deadline > now ? deadline : now + .seconds(1))
    }
  }

  /// An abort that another controller has left, or whose condition got lost.
  private func keepAbort(_ draft: inout Draft) {
    guard draft.condition("Progressing")?.reason != "RolloutAborted" else { return }
    let message = "Rollout aborted update to revision \(nextRevision)"
    draft.setCondition("Progressing", "False", "RolloutAborted", message, at: now)
  }

  /// What counts as progress (reference, section 2.14).
  private func hasMoved(to after: RolloutStatus) -> Bool {
    let before = recorded
    let isAhead: Bool
    switch spec.strategy {
    case .canary:
      isAhead =
        after.stableHash != before.stableHash || after.currentStepHash != before.currentStepHash
        || after.currentStepIndex != before.currentStepIndex
    case .blueGreen:
      isAhead =
        after.activeSelector != before.activeSelector || after.previewSelector != before.previewSelector
        || after.stableHash != before.stableHash
    }
    let old = (
      before: before.counts.replicas - before.counts.updated,
      after: after.counts.replicas - after.counts.updated
    )
    return isAhead || after.currentPodHash != before.currentPodHash || old.after < old.before
      || after.counts.updated > before.counts.updated || after.counts.ready > before.counts.ready
      || after.counts.available > before.counts.available
  }
}

extension Effect {
  fileprivate func createsReplicaSet(_ name: String) -> Bool {
    guard case .createReplicaSet(let set) = self else { return false }
    return set.name == name
  }
}
