import KubeModel
import Primitives

/// Decides what a rollout needs now: pure, total, and the same in the controller, in rehearsals and in tests.
///
/// The order is fixed: commands (abort first), deadlines, safety, gates, progress. Nothing returns early past a
/// deadline, and a spec that cannot be followed is a plan that sets a condition. Performing the effects and planning
/// again leads to a plan without effects.
package func plan(_ snapshot: Snapshot) -> Plan {
  let situation = Situation(snapshot)
  var draft = Draft(status: situation.recorded)
  if snapshot.awaitsWorkload {
    draft.wake(at: snapshot.now + .seconds(1))
    return situation.finish(draft)
  }
  let issue = situation.firstIssue()
  // What cannot be followed moves nothing: once the spec is put right, the release goes on where it stood.
  if issue == nil {
    situation.forgetLostStable(&draft)
    situation.noticeRevision(&draft)
  }
  situation.takeCommands(&draft)
  situation.observeWorkload(&draft)
  situation.noticeRestart(&draft)
  situation.observeAnalysis(&draft)
  if issue == nil { situation.checkProgressDeadline(&draft) }

  if issue == nil || draft.status.isAborted {
    situation.claimOrphans(&draft)
    situation.noteSwing(&draft)
    switch situation.spec.strategy {
    case .canary(let canary): situation.planCanary(canary, &draft)
    case .blueGreen(let blueGreen): situation.planBlueGreen(blueGreen, &draft)
    }
    situation.convergeInjections(&draft)
    situation.restartPods(&draft)
    situation.takeOverPods(&draft)
    situation.cleanHistory(&draft)
  }
  situation.concludeStatus(issue: issue, &draft)
  situation.recordDecisions(&draft)
  return situation.finish(draft)
}

extension Situation {
  /// A stable revision whose ReplicaSet is gone has nothing to go back to: the newest one is deployed as the first was,
  /// at once and without steps (reference, section 2.5).
  func forgetLostStable(_ draft: inout Draft) {
    let hash = draft.status.stableHash
    if hash != revisions.newHash, revisions.find(hash) == nil { draft.status.stableHash = "" }
  }

  /// A changed pod template or changed steps start the release over (reference, section 2.6).
  func noticeRevision(_ draft: inout Draft) {
    let steps = reading.stepHash
    let isNew = !draft.status.currentPodHash.isEmpty && draft.status.currentPodHash != revisions.newHash
    let isKnown = !recorded.currentStepHash.isEmpty && recorded.describes(rollout)
    if isNew || draft.status.currentStepHash != steps && !isKnown {
      draft.status.pauseConditions = []
      draft.status.isControllerPause = false
      draft.status.isAborted = false
      draft.status.abortedAt = nil
      draft.status.promotesFully = false
      abandonStepPlugins(&draft)
      draft.status.forgetGates()
      cancelRestart(&draft)
      draft.status.currentStepIndex = firstStep(of: revisions.newHash, draft.status)
      if isNew, revisions.newHash == draft.status.stableHash {
        draft.event("SkipSteps", "Rollback to stable ReplicaSets")
      } else if isNew, let reason = fastReturn {
        draft.status.promotesFully = true
        draft.event("SkipSteps", reason)
      }
    }
    draft.status.currentPodHash = revisions.newHash
    draft.status.currentStepHash = steps
    if rollout.spec["replicas"] == nil { draft.perform(.setDefaultReplicas) }
  }

  /// Abort and retry, in that order; a rollout that is fully promoted has nothing to abort.
  func takeCommands(_ draft: inout Draft) {
    if draft.status.isFullyPromoted || draft.status.stableHash.isEmpty {
      draft.status.isAborted = false
      if draft.status.isFullyPromoted { draft.status.promotesFully = false }
    }
    let wasAborted = draft.condition("Progressing")?.reason == "RolloutAborted"
    // The full promotion overrules an abort that came before it; one that came later overrules the promotion.
    if draft.status.promotesFully, wasAborted { draft.status.isAborted = false }
    if draft.status.isAborted {
      if draft.status.abortedAt == nil || !wasAborted { abort(&draft, reason: nil) }
    } else if wasAborted, !draft.status.isFullyPromoted, draft.status.abortedAt != nil {
      retry(&draft)
    }
  }

  /// Stops the release: traffic and pods go back to stable from this plan on.
  func abort(_ draft: inout Draft, reason: String?) {
    guard !draft.status.isFullyPromoted, !draft.status.stableHash.isEmpty else { return }
    draft.status.isAborted = true
    draft.status.promotesFully = false
    draft.status.abortedAt = now.wholeSecond
    draft.status.pauseConditions = []
    draft.status.isControllerPause = false
    let message = "Rollout aborted update to revision \(nextRevision)" + (reason.map { ": \($0)" } ?? "")
    draft.setCondition("Progressing", "False", "RolloutAborted", message, at: now)
    draft.event("RolloutAborted", message, type: "Warning")
  }

  /// Starts the release over, as an attempt of its own: what runs of the one before have said counts no more.
  private func retry(_ draft: inout Draft) {
    draft.status.abortedAt = nil
    draft.status.duration = ReleaseDuration(startedAt: now.wholeSecond)
    draft.status.currentStepIndex = firstStep(of: revisions.newHash, draft.status)
    draft.status.forgetGates()
    draft.setCondition("Progressing", "Unknown", "RolloutRetry", "Retrying Rollout after abort", at: now)
  }

  /// Past the last step when there is nothing to release, else the first; nil without steps.
  private func firstStep(of hash: String, _ status: RolloutStatus) -> Int? {
    guard let canary = spec.canary, !canary.steps.isEmpty else { return nil }
    return status.stableHash.isEmpty || status.stableHash == hash ? canary.steps.count : 0
  }

  /// Turns the draft into the plan; a status that means the same is not written.
  func finish(_ draft: Draft) -> Plan {
    let before = rollout.status
    let isSame = draft.status == recorded
    let patch =
      isSame
      ? nil : MergePatch.difference(from: before, to: draft.status.json(over: before, reading: recorded))
    // The watchdog: what neither rests nor waits for a person is looked at again, whatever was forgotten above.
    let watchdog = draft.status.phase == "Progressing" ? [now + .seconds(60)] : []
    let wake = (draft.wakes + watchdog).min().map { Wake.at(max($0, now)) } ?? .onChange
    return Plan(
      effects: draft.effects,
      status: draft.status,
      statusPatch: patch,
      events: draft.eventsInOrder,
      wake: wake
    )
  }
}

extension Instant {
  /// Rounded down to a second, as Kubernetes stores times.
  var wholeSecond: Instant { Instant(secondsSinceEpoch: secondsSinceEpoch) }

  /// Rounded up to a second: a wait that starts here is never shorter than asked.
  var nextWholeSecond: Instant {
    let floor = wholeSecond
    return floor == self ? self : floor + .seconds(1)
  }
}
