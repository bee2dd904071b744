import KubeModel
import Primitives

extension [Condition] {
  /// Sets a condition. One with equal status and reason stays as it is, message included, unless `refresh` asks for a
  /// new update time; the transition time changes with the status only (reference, section 1.7).
  mutating func set(_ condition: Condition, at now: Instant, refresh: Bool = false) {
    let now = now.wholeSecond
    var condition = condition
    condition.lastUpdateTime = now
    condition.lastTransitionTime = now
    guard let index = firstIndex(where: { $0.type == condition.type }) else { return append(condition) }
    let old = self[index]
    if old.status == condition.status, old.reason == condition.reason, !refresh { return }
    if old.status == condition.status { condition.lastTransitionTime = old.lastTransitionTime ?? now }
    self[index] = condition
  }
}

extension Draft {
  /// Sets a condition by the rule above.
  mutating func setCondition(
    _ type: String,
    _ conditionStatus: String,
    _ reason: String,
    _ message: String,
    at now: Instant,
    refresh: Bool = false
  ) {
    let condition = Condition(type: type, status: conditionStatus, reason: reason, message: message)
    status.conditions.set(condition, at: now, refresh: refresh)
  }

  mutating func removeCondition(_ type: String) {
    // Even the removal of nothing would copy the list.
    guard status.conditions.contains(where: { $0.type == type }) else { return }
    status.conditions.removeAll { $0.type == type }
  }

  func condition(_ type: String) -> Condition? { status.conditions.first { $0.type == type } }
}

extension Situation {
  /// Counts, conditions and phase: what people and other tools read.
  func concludeStatus(issue: SpecIssue?, _ draft: inout Draft) {
    draft.status.observedGeneration = String(rollout.generation)
    countPods(&draft)
    // Of a rollout that was never valid nothing is known but that.
    if issue == nil || draft.condition("Available") != nil { concludeAvailability(&draft) }
    concludeReplicaFailure(&draft)
    if let issue {
      concludeInvalidity(issue, &draft)
    } else {
      draft.removeCondition("InvalidSpec")
      concludePause(&draft)
      concludeCompletion(&draft)
      concludeProgress(&draft)
      concludeDuration(&draft)
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

  /// In blue/green the pods of the active revision alone count, as `counts` has them.
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
    draft.status.counts = podCounts
    draft.status.selector = reading.selectorText
    if let blueGreen = spec.blueGreen,
      let active = revisions.find(selectedHash(blueGreen.activeService) ?? "")
    {
      var selector = reading.selector
      selector.requirements.append(.equals(RolloutNames.podTemplateHash, active.hash))
      draft.status.selector = selector.queryText
    }
  }

  /// The pods as the ReplicaSets report them; in blue/green, ready and available ones are those of the active revision.
  var podCounts: ReplicaTotals {
    let sets = revisions.all
    var counts = recorded.counts
    counts.replicas = sets.reduce(0) { $0 + $1.created }
    counts.updated = revisions.new?.created ?? 0
    counts.ready = sets.reduce(0) { $0 + $1.ready }
    counts.available = sets.reduce(0) { $0 + $1.available }
    counts.autoscaled = autoscaledReplicas(created: counts.replicas, replicas: asked)
    guard let blueGreen = spec.blueGreen else { return counts }
    let active = revisions.find(selectedHash(blueGreen.activeService) ?? "")
    counts.ready = active?.ready ?? 0
    counts.available = active?.available ?? 0
    counts.autoscaled = autoscaledReplicas(created: active?.created ?? 0, replicas: asked)
    return counts
  }

  private func concludePause(_ draft: inout Draft) {
    let isPaused = spec.isPaused || !draft.status.pauseConditions.isEmpty
    let wasPaused = draft.condition("Paused")?.status == "True"
    if isPaused || wasPaused {
      draft.setCondition("Paused", isPaused ? "True" : "False", "RolloutPaused", "Rollout is paused", at: now)
    }
    tellOfPause(wasPaused: wasPaused, &draft)
    guard !draft.status.isAborted else { return }
    if isPaused {
      draft.setCondition("Progressing", "Unknown", "RolloutPaused", "Rollout is paused", at: now)
    } else if draft.condition("Progressing")?.reason == "RolloutPaused" {
      draft.setCondition("Progressing", "Unknown", "RolloutResumed", "Rollout is resumed", at: now)
    }
  }

  /// Tells of pauses that are in the status; one that an abort ends is no resumption, and `spec.paused` is a person's
  /// own doing.
  private func tellOfPause(wasPaused: Bool, _ draft: inout Draft) {
    let before = recorded.pauseConditions
    let after = draft.status.pauseConditions
    if let pause = after.first, before.isEmpty {
      draft.event("RolloutPaused", "Rollout is paused (\(pause.reason))")
    } else if after.isEmpty, !spec.isPaused, !draft.status.isAborted, !before.isEmpty || wasPaused {
      draft.event("RolloutResumed", "Rollout is resumed")
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
    concludeHealth(isHealthy(draft.status), &draft)
  }

  /// Whether the newest revision alone serves everything and no other pods are left: stricter than the phase, which is
  /// `Healthy` already while old pods wait for their delay (reference, section 1.8).
  func isHealthy(_ status: RolloutStatus) -> Bool {
    let counts = status.counts
    guard status.isFullyPromoted, !spec.isPaused, status.pauseConditions.isEmpty,
      counts.updated == spec.replicas, counts.available == spec.replicas
    else { return false }
    switch spec.strategy {
    case .canary(let canary):
      let isPastSteps = canary.steps.isEmpty || status.currentStepIndex == canary.steps.count
      return isPastSteps && counts.replicas == spec.replicas
    case .blueGreen(let blueGreen):
      let isPreviewed =
        blueGreen.previewService == nil
        || selectedHash(blueGreen.previewService) == status.currentPodHash
      return status.activeSelector == status.currentPodHash && isPreviewed
    }
  }

  /// `Healthy` is false only after it was true once.
  func concludeHealth(_ isHealthy: Bool, _ draft: inout Draft) {
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

/// What the scale subresource reports as present replicas: never more than were asked for.
///
/// An autoscaler with a value per replica answers "as many as there are" while the load is near its target. Were the
/// surplus of a release reported, it would become the next `spec.replicas`, and the release would add its surplus to
/// that again (user pain 5.11).
package func autoscaledReplicas(created: Int, replicas: Int) -> Int { min(created, replicas) }
