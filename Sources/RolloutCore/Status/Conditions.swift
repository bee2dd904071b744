import KubeModel
import Primitives

extension Draft {
  /// Sets a condition. One with equal status and reason stays as it is, message included, unless `refresh` asks for a
  /// new update time; the transition time changes with the status only (reference, section 1.7).
  mutating func setCondition(
    _ type: String,
    _ conditionStatus: String,
    _ reason: String,
    _ message: String,
    at now: Instant,
    refresh: Bool = false
  ) {
    let now = now.wholeSecond
    var condition = Condition(
      type: type,
      status: conditionStatus,
      reason: reason,
      message: message,
      lastUpdateTime: now,
      lastTransitionTime: now
    )
    guard let index = status.conditions.firstIndex(where: { $0.type == type }) else {
      status.conditions.append(condition)
      return
    }
    let old = status.conditions[index]
    if old.status == conditionStatus, old.reason == reason, !refresh { return }
    if old.status == conditionStatus { condition.lastTransitionTime = old.lastTransitionTime ?? now }
    status.conditions[index] = condition
  }

  mutating func removeCondition(_ type: String) { status.conditions.removeAll { $0.type == type } }

  func condition(_ type: String) -> Condition? { status.conditions.first { $0.type == type } }
}

extension Situation {
  /// Counts, conditions and phase: what people and other tools read.
  func concludeStatus(issue: SpecIssue?, _ draft: inout Draft) {
    draft.status.observedGeneration = String(rollout.generation)
    countPods(&draft)
    concludeAvailability(&draft)
    concludeReplicaFailure(&draft)
    if let issue {
      concludeInvalidity(issue, &draft)
    } else {
      draft.removeCondition("InvalidSpec")
      concludePause(&draft)
      concludeCompletion(&draft)
      concludeProgress(&draft)
    }
    (draft.status.phase, draft.status.message) = phase(draft.status)
  }

  /// Nothing is promised of a spec that cannot be followed, whatever the pods do.
  private func concludeInvalidity(_ issue: SpecIssue, _ draft: inout Draft) {
    let message = "The Rollout \"\(rollout.name)\" is invalid: \(issue)"
    let isSame = draft.condition("InvalidSpec")?.message == message
    draft.setCondition("InvalidSpec", "True", "InvalidSpec", message, at: now, refresh: !isSame)
    concludeHealth(false, &draft)
  }

  private func concludeAvailability(_ draft: inout Draft) {
    let isAvailable = draft.status.counts.available >= spec.replicas
    draft.setCondition(
      "Available",
      isAvailable ? "True" : "False",
      "AvailableReason",
      isAvailable ? "Rollout has minimum availability" : "Rollout does not have minimum availability",
      at: now
    )
  }

  private func countPods(_ draft: inout Draft) {
    let sets = revisions.all
    draft.status.counts.replicas = sets.reduce(0) { $0 + $1.created }
    draft.status.counts.updated = revisions.new?.created ?? 0
    draft.status.counts.ready = sets.reduce(0) { $0 + $1.ready }
    draft.status.counts.available = sets.reduce(0) { $0 + $1.available }
    draft.status.counts.autoscaled = draft.status.counts.replicas
    var selector = LabelSelector(spec.selector) ?? LabelSelector([])
    if let blueGreen = spec.blueGreen {
      let active = revisions.find(selectedHash(blueGreen.activeService) ?? "")
      draft.status.counts.ready = active?.ready ?? 0
      draft.status.counts.available = active?.available ?? 0
      draft.status.counts.autoscaled = active?.created ?? 0
      if let active { selector.requirements.append(.equals(RolloutNames.podTemplateHash, active.hash)) }
    }
    draft.status.selector = selector.queryText
  }

  private func concludePause(_ draft: inout Draft) {
    let isPaused = spec.isPaused || !draft.status.pauseConditions.isEmpty
    if isPaused || draft.condition("Paused") != nil {
      draft.setCondition("Paused", isPaused ? "True" : "False", "RolloutPaused", "Rollout is paused", at: now)
    }
    guard !draft.status.isAborted else { return }
    if isPaused {
      draft.setCondition("Progressing", "Unknown", "RolloutPaused", "Rollout is paused", at: now)
    } else if draft.condition("Progressing")?.reason == "RolloutPaused" {
      draft.setCondition("Progressing", "Unknown", "RolloutResumed", "Rollout is resumed", at: now)
    }
  }

  private func concludeCompletion(_ draft: inout Draft) {
    let isComplete = draft.status.isFullyPromoted
    draft.setCondition(
      "Completed",
      isComplete ? "True" : "False",
      "RolloutCompleted",
      "RolloutCompleted",
      at: now
    )
    let counts = draft.status.counts
    let hasSurplus = spec.canary != nil && counts.replicas != spec.replicas
    let isHealthy =
      isComplete && counts.updated == spec.replicas && counts.available >= spec.replicas && !hasSurplus
      && !spec.isPaused
    concludeHealth(isHealthy, &draft)
  }

  /// `Healthy` is false only after it was true once.
  private func concludeHealth(_ isHealthy: Bool, _ draft: inout Draft) {
    if isHealthy {
      draft.setCondition("Healthy", "True", "RolloutHealthy", "Rollout is healthy", at: now)
    } else if draft.condition("Healthy") != nil {
      draft.setCondition("Healthy", "False", "RolloutHealthy", "Rollout is not healthy", at: now)
    }
  }

  private func concludeReplicaFailure(_ draft: inout Draft) {
    let failures = revisions.all.lazy.compactMap { set in
      (set.object.status["conditions"]?.array ?? []).map { Condition($0) }
        .first { $0.type == "ReplicaFailure" && $0.status == "True" }
    }
    if let failure = failures.first {
      draft.setCondition("ReplicaFailure", "True", failure.reason, failure.message, at: now)
    } else {
      draft.removeCondition("ReplicaFailure")
    }
  }
}
