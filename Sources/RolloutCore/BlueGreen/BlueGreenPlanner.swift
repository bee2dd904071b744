import KubeModel
import Primitives

/// Blue/green: the new revision is built beside the old one, judged behind the preview service, and takes over in one
/// switch of the active service (reference, section 3).
extension RolloutStatus {
  /// What only a canary has, after a change of strategy (reference, section 3.8). Which of two Services that take
  /// turns is stable stays known: users are there again when the canary is back.
  mutating func leaveCanary() {
    currentStepIndex = nil
    stepAnalysis = nil
    backgroundAnalysis = nil
    weights = nil
    currentExperiment = ""
  }

  /// What only blue/green has.
  mutating func leaveBlueGreen() {
    activeSelector = ""
    previewSelector = ""
    scaledUpPreview = false
    prePromotionAnalysis = nil
    postPromotionAnalysis = nil
  }
}

extension Situation {
  func planBlueGreen(_ blueGreen: BlueGreenStrategy, _ draft: inout Draft) {
    draft.status.leaveCanary()
    draft.status.activeSelector = selectedHash(blueGreen.activeService) ?? ""
    if draft.status.promotesFully { draft.status.pauseConditions = [] }
    if !draft.status.isFullyPromoted, !draft.status.stableHash.isEmpty, !draft.status.isAborted {
      judgeRuns(&draft)
    }
    takePreviewCheckPoint(blueGreen, &draft)
    switchServices(blueGreen, &draft)
    promoteActive(blueGreen, &draft)
    if holdsReplicas(draft.status) {
      registerNew(&draft)
    } else {
      convergeReplicas(blueGreen, &draft)
    }
    convergeAnalysis(blueGreen, &draft)
  }

  /// Pods of the new revision: few for a preview when the spec says so, all from the check point on.
  private func newSize(_ blueGreen: BlueGreenStrategy, _ status: RolloutStatus) -> Int {
    guard let preview = blueGreen.previewReplicaCount, !status.stableHash.isEmpty, !status.isFullyPromoted,
      !status.promotesFully, status.activeSelector != revisions.newHash, !status.scaledUpPreview
    else { return spec.replicas + restartSurge(status) }
    return min(preview, spec.replicas)
  }

  /// Once the preview was judged with few pods, it is scaled up before it may take over.
  private func takePreviewCheckPoint(_ blueGreen: BlueGreenStrategy, _ draft: inout Draft) {
    guard blueGreen.previewReplicaCount != nil, !draft.status.scaledUpPreview, !draft.status.isAborted,
      !draft.status.isFullyPromoted, !draft.status.stableHash.isEmpty,
      let new = revisions.new, new.available >= newSize(blueGreen, draft.status)
    else { return }
    draft.status.scaledUpPreview = mayTakeOver(blueGreen, new, &draft)
  }

  private func switchServices(_ blueGreen: BlueGreenStrategy, _ draft: inout Draft) {
    if draft.status.isAborted {
      if let stable = revisions.stable, mayReturn(to: stable, blueGreen, &draft) {
        activate(stable, blueGreen, &draft)
      }
      return
    }
    guard let new = revisions.new, !spec.isPaused else { return }
    // The preview service shows the new revision from its first moment, ready or not.
    if let preview = blueGreen.previewService { select(new, by: preview, &draft, evenUnready: true) }
    // An active service that selects no revision, as after a change of strategy, first gets the one that is proven;
    // as long as it serves all pods, only once that one is complete; one that never is does not hold up the new one.
    if revisions.find(draft.status.activeSelector) == nil, let stable = revisions.stable,
      stable.hash != new.hash,
      !draft.status.activeSelector.isEmpty || stable.available >= spec.replicas
    {
      draft.status.previewSelector = selectedHash(blueGreen.previewService) ?? ""
      return activate(stable, blueGreen, &draft)
    }
    let isComplete = new.available >= spec.replicas && new.desired == spec.replicas
    guard isComplete, draft.status.activeSelector != new.hash else {
      draft.status.previewSelector = selectedHash(blueGreen.previewService) ?? ""
      return
    }
    let needsNoProof =
      draft.status.stableHash.isEmpty || draft.status.isFullyPromoted || draft.status.promotesFully
    if needsNoProof || mayTakeOver(blueGreen, new, &draft) {
      activate(new, blueGreen, &draft)
    }
    draft.status.previewSelector = selectedHash(blueGreen.previewService) ?? ""
  }

  /// Whether an abort may take users back to stable now (docs/decisions/0021).
  ///
  /// At once where stable has the pods that the spec promises, or no fewer than users have now. Else stable, whose pods
  /// are all ordered, comes up first: until the progress deadline after the abort it must, from then on one pod is
  /// enough, since what was aborted may hold the room of those that are missing.
  private func mayReturn(
    to stable: ReplicaSetView,
    _ blueGreen: BlueGreenStrategy,
    _ draft: inout Draft
  ) -> Bool {
    let present = revisions.find(draft.status.activeSelector)?.ready ?? 0
    let missing = max(1, blueGreen.maxUnavailable.count(of: spec.replicas, roundingUp: false))
    guard stable.available < min(present, max(1, spec.replicas - missing)) else { return true }
    guard let end = draft.status.abortedAt.map({ $0 + spec.progressDeadline }) else { return true }
    if now < end { draft.wake(at: end) }
    return now >= end && stable.available > 0
  }

  /// A return takes the service at once, ready or not; a service that serves every pod loses none for it.
  private func activate(_ set: ReplicaSetView, _ blueGreen: BlueGreenStrategy, _ draft: inout Draft) {
    guard mayNarrow(blueGreen.activeService, to: set) else { return }
    let isBack = draft.status.isAborted && !draft.status.activeSelector.isEmpty
    select(set, by: blueGreen.activeService, &draft, evenUnready: isBack)
  }

  /// The gates in their order: analysis of the preview, then a person or a delay.
  private func mayTakeOver(_ blueGreen: BlueGreenStrategy, _ new: ReplicaSetView, _ draft: inout Draft)
    -> Bool
  {
    if draft.status.scaledUpPreview { return true }
    if blueGreen.prePromotionAnalysis != nil, draft.status.prePromotionAnalysis?.phase != "Successful" {
      return false
    }
    guard !blueGreen.promotesAutomatically || blueGreen.autoPromotionDelay > .zero else { return true }
    let reason = RolloutStatus.PauseCondition.blueGreenPause
    guard let pause = draft.status.pauseCondition(reason) else {
      if draft.status.isControllerPause {
        draft.status.isControllerPause = false
        return true
      }
      draft.status.pauseConditions.append(.init(reason: reason, startTime: now.nextWholeSecond))
      draft.status.isControllerPause = true
      if blueGreen.promotesAutomatically {
        draft.wake(at: now.nextWholeSecond + blueGreen.autoPromotionDelay)
      }
      return false
    }
    guard blueGreen.promotesAutomatically else { return false }
    let end = pause.startTime + blueGreen.autoPromotionDelay
    guard now >= end else {
      draft.wake(at: end)
      return false
    }
    draft.status.removePause(reason)
    draft.status.isControllerPause = false
    return true
  }

  /// The active revision becomes stable after the analysis behind real traffic.
  private func promoteActive(_ blueGreen: BlueGreenStrategy, _ draft: inout Draft) {
    guard !draft.status.isFullyPromoted, !draft.status.isAborted, let new = revisions.new,
      draft.status.activeSelector == new.hash, new.available >= spec.replicas
    else { return }
    let isJudged =
      blueGreen.postPromotionAnalysis == nil || draft.status.stableHash.isEmpty || draft.status.promotesFully
      || draft.status.postPromotionAnalysis?.phase == "Successful"
    guard isJudged else { return }
    promote(&draft, reason: promotionReason(draft.status))
  }

  private func promotionReason(_ status: RolloutStatus) -> String {
    if status.stableHash.isEmpty { return "Initial deploy" }
    guard status.promotesFully else { return "Completed blue-green update" }
    return fullPromotionReason
  }

  private func convergeReplicas(_ blueGreen: BlueGreenStrategy, _ draft: inout Draft) {
    let status = draft.status
    let stable = revisions.find(status.stableHash)
    if let stable, stable.hash != revisions.newHash { scale(stable, to: spec.replicas, &draft) }
    if status.isAborted {
      let isActive = status.activeSelector == revisions.newHash || reachesAll(blueGreen.activeService)
      retireAborted(blueGreen.abortScaleDownDelay, isReached: isActive, &draft)
    } else {
      // A preview that an active service of all pods still reaches shrinks once stable answers alone.
      let isShared = reachesAll(blueGreen.activeService) && !status.isFullyPromoted
      let kept = isShared ? revisions.new?.desired ?? 0 : 0
      ensureNew(replicas: max(kept, newSize(blueGreen, status)), &draft)
    }
    let active = selectedHash(blueGreen.activeService)
    let preview = selectedHash(blueGreen.previewService)
    retireOlder(
      after: { _ in blueGreen.scaleDownDelay },
      limit: blueGreen.scaleDownDelayRevisionLimit,
      &draft
    ) {
      // An active service that selects no revision yet reaches the pods of all of them.
      active ?? $0 == $0 || preview == $0
    }
  }
}
