import AnalysisCore
import KubeModel
import Primitives

extension Situation {
  /// Moves the position as far as what was observed allows, and promotes at the end.
  func advance(_ canary: CanaryStrategy, _ draft: inout Draft) {
    let count = canary.steps.count
    let end = count == 0 ? nil : count
    if draft.status.stableHash.isEmpty {
      draft.status.currentStepIndex = end
      // The first revision has no traffic to lose: it is stable once it is proven to run.
      if let new = revisions.new, new.available >= spec.replicas { promote(&draft, reason: "Initial deploy") }
      return
    }
    if draft.status.isFullyPromoted {
      draft.status.currentStepIndex = end
      draft.status.pauseConditions = []
      draft.status.isControllerPause = false
      return
    }
    if draft.status.isAborted {
      draft.status.currentStepIndex = end == nil ? nil : 0
      return
    }
    forgetSkippedRun(&draft)
    forgetSkippedPause(canary, &draft)
    judgeRuns(&draft)
    judgeExperiment(&draft)
    judgeStepPlugin(canary, &draft)
    guard !draft.status.isAborted else {
      draft.status.currentStepIndex = end == nil ? nil : 0
      return
    }
    if draft.status.promotesFully {
      draft.status.pauseConditions = []
      draft.status.isControllerPause = false
      draft.status.currentStepIndex = end
    } else if !spec.isPaused {
      takeSteps(canary, &draft)
    }
    if draft.status.currentStepIndex ?? 0 >= count, !spec.isPaused, draft.status.pauseConditions.isEmpty {
      let reason =
        draft.status.promotesFully
        ? fullPromotionReason : "Completed all \(count) canary steps"
      promoteWhenProven(canary, &draft, reason: reason)
    }
  }

  /// A person who skipped a step has overruled its run: what that says counts no more.
  private func forgetSkippedRun(_ draft: inout Draft) {
    if hasSkippedRun(draft.status) { draft.status.stepAnalysis = nil }
  }

  /// Whether the step's run is that of another step than the present one.
  func hasSkippedRun(_ status: RolloutStatus) -> Bool {
    guard let run = status.stepAnalysis else { return false }
    let kind = AnalysisRunKind.step(status.currentStepIndex ?? 0)
    let name = kind.name(rollout: rollout.name, podHash: revisions.newHash, revision: nextRevision)
    return run.name != name && !run.name.hasPrefix(name + ".")
  }

  /// A person who moved the position off a pause has ended it.
  private func forgetSkippedPause(_ canary: CanaryStrategy, _ draft: inout Draft) {
    let index = draft.status.currentStepIndex ?? 0
    let reason = RolloutStatus.PauseCondition.canaryPauseStep
    guard draft.status.pauseCondition(reason) != nil else { return }
    if canary.steps.indices.contains(index), case .pause = canary.steps[index].action { return }
    draft.status.removePause(reason)
    draft.status.isControllerPause = !draft.status.pauseConditions.isEmpty
  }

  private func takeSteps(_ canary: CanaryStrategy, _ draft: inout Draft) {
    var index = draft.status.currentStepIndex ?? 0
    while canary.steps.indices.contains(index), isDone(canary.steps[index], at: index, canary, &draft) {
      draft.status.removePause(RolloutStatus.PauseCondition.canaryPauseStep)
      draft.status.isControllerPause = !draft.status.pauseConditions.isEmpty
      draft.status.stepAnalysis = nil
      let step =
        "Rollout step \(index + 1)/\(canary.steps.count) completed (\(canary.steps[index].description))"
      draft.event("RolloutStepCompleted", step)
      index += 1
      draft.status.currentStepIndex = index
    }
    if draft.status.currentStepIndex == nil, !canary.steps.isEmpty { draft.status.currentStepIndex = index }
  }

  /// Whether a step has nothing left to wait for (reference, section 2.5).
  private func isDone(_ step: CanaryStep, at index: Int, _ canary: CanaryStrategy, _ draft: inout Draft)
    -> Bool
  {
    switch step.action {
    case .setWeight(let weight):
      let wanted = target(canary, draft.status)
      // A canary that is scaled to nothing has no requests, whatever its weight says.
      let shown = wanted.new == 0 ? 0 : shownWeight(weight, canary, draft.status)
      return hasReached(wanted, canary) && trafficShows(shown, canary, draft.status)
    case .pause(let duration):
      return isPauseOver(duration, &draft)
    case .analysis:
      return draft.status.stepAnalysis?.phase == "Successful"
    case .setCanaryScale:
      return hasReached(target(canary, draft.status), canary)
    case .setHeaderRoute, .setMirrorRoute:
      let wanted = target(canary, draft.status)
      // Rules wait until the canary service leads to a pod; what they lead to must not go before they were seen.
      guard wanted.new == 0 || spec.replicas == 0 || leadsToNew(canary, draft.status) else { return false }
      return trafficShows(shownWeight(wanted.weight, canary, draft.status), canary, draft.status)
    case .experiment:
      return hasExperimentSucceeded(draft.status)
    case .plugin(let name):
      return isPluginDone(name, at: index, &draft)
    case .malformed:
      return false
    }
  }

  /// A pause begins with a condition that carries its start; it ends with its duration, or when a person removes the
  /// condition (`controllerPause` stays true until the controller sees that).
  private func isPauseOver(_ duration: Duration?, _ draft: inout Draft) -> Bool {
    let reason = RolloutStatus.PauseCondition.canaryPauseStep
    guard let pause = draft.status.pauseCondition(reason) else {
      if draft.status.isControllerPause { return true }
      draft.status.pauseConditions.append(.init(reason: reason, startTime: now.nextWholeSecond))
      draft.status.isControllerPause = true
      if let duration { draft.wake(at: now.nextWholeSecond + duration) }
      return false
    }
    guard let duration else { return false }
    let end = pause.startTime + duration
    if now < end { draft.wake(at: end) }
    return now >= end
  }

  /// Promotes once the canary alone can carry everything and, with a router, does.
  private func promoteWhenProven(_ canary: CanaryStrategy, _ draft: inout Draft, reason: String) {
    guard let new = revisions.new, isEnough(of: new, spec.replicas, canary) else { return }
    guard trafficShows(canary.maxTrafficWeight, canary, draft.status) else { return }
    promote(&draft, reason: reason)
  }

  /// The newest revision becomes the stable one.
  func promote(_ draft: inout Draft, reason: String) {
    draft.status.stableHash = revisions.newHash
    draft.status.promotesFully = false
    draft.status.pauseConditions = []
    draft.status.isControllerPause = false
    draft.status.abortedAt = nil
    draft.status.scaledUpPreview = false
    if let canary = spec.canary {
      draft.status.stepAnalysis = nil
      draft.status.backgroundAnalysis = nil
      draft.status.currentStepIndex = canary.steps.isEmpty ? nil : canary.steps.count
      if canary.pingPong != nil {
        draft.status.stablePingPong = draft.status.stablePingPong == "ping" ? "pong" : "ping"
      }
    }
    let message = "Rollout completed update to revision \(nextRevision) (\(revisions.newHash)): \(reason)"
    draft.event("RolloutCompleted", message)
  }
}
