import AnalysisCore
import KubeModel
import Primitives

extension Situation {
  /// Hands to the writer what Git does not know yet, and says on the rollout while an abort waits for Git.
  ///
  /// Both decisions follow from the cluster's state and from serin.lock alone: a controller that starts over finds
  /// them again, and what the lock already holds is not handed over twice.
  func recordDecisions(_ draft: inout Draft) {
    guard let origin = snapshot.origin else { return draft.removeCondition(Self.pendingCondition) }
    if let abort = abortVerdict(draft.status, origin) {
      draft.perform(.record(abort))
      let reason = origin.pending ?? "the commit is on its way"
      let isSame = draft.condition(Self.pendingCondition)?.message == reason
      draft.setCondition(Self.pendingCondition, "True", "GitPending", reason, at: now, refresh: !isSame)
    } else {
      draft.removeCondition(Self.pendingCondition)
    }
    if let promotion = promotionVerdict(draft.status, origin) { draft.perform(.record(promotion)) }
  }

  private static var pendingCondition: String { "AbortedPendingGit" }

  private func abortVerdict(_ status: RolloutStatus, _ origin: GitOrigin) -> Verdict? {
    guard status.isAborted, let abortedAt = status.abortedAt, let new = revisions.new,
      let stable = revisions.stable,
      new.hash != stable.hash
    else { return nil }
    let id = snapshot.abortID(hash: new.hash, at: abortedAt)
    guard !origin.recordedDecisions.contains(id) else { return nil }
    let prefix = "Rollout aborted update to revision \(nextRevision)"
    let message = status.conditions.first { $0.reason == "RolloutAborted" }?.message ?? prefix
    let reason = message.hasPrefix(prefix + ": ") ? String(message.dropFirst(prefix.count + 2)) : ""
    return verdict(.abort, id: id, about: new, against: stable, at: abortedAt, reason: reason, origin)
  }

  private func promotionVerdict(_ status: RolloutStatus, _ origin: GitOrigin) -> Verdict? {
    guard origin.isKnown, !status.stableHash.isEmpty, origin.recordedStableHash != status.stableHash,
      let stable = revisions.find(status.stableHash)
    else { return nil }
    let id = "\(rollout.uid.prefix(8))-r\(stable.revision)-promote"
    guard !origin.recordedDecisions.contains(id) else { return nil }
    let before = origin.recordedStableHash.flatMap { revisions.find($0) }
    let at = status.conditions.first { $0.type == "Completed" }?.lastTransitionTime ?? now.wholeSecond
    let reason = before == nil ? "Initial deploy" : promotionReason
    return verdict(.promote, id: id, about: stable, against: before, at: at, reason: reason, origin)
  }

  private var promotionReason: String {
    guard let canary = spec.canary else { return "Completed blue-green update" }
    return "Completed all \(canary.steps.count) canary steps"
  }

  private func verdict(
    _ kind: Verdict.Kind,
    id: String,
    about set: ReplicaSetView,
    against other: ReplicaSetView?,
    at: Instant,
    reason: String,
    _ origin: GitOrigin
  ) -> Verdict {
    let runs = snapshot.analysisRuns.filter { $0.label(RolloutNames.podTemplateHash) == set.hash }
      .sorted { $0.name < $1.name }
    return Verdict(
      kind: kind,
      id: id,
      source: origin.source,
      revision: set.revision,
      step: stepText(kind, runs),
      reason: reason,
      measurements: runs.flatMap { summaryLines(of: $0) },
      podTemplateHash: set.hash,
      images: set.images,
      stableHash: other?.hash ?? "",
      stableImages: other?.images ?? [:],
      stableTemplate: kind == .abort && spec.workloadRef == nil ? other?.template : nil,
      sourceCommit: set.object.annotation(RolloutNames.sourceCommit)
        ?? rollout.annotation(RolloutNames.sourceCommit) ?? "",
      sourceFile: rollout.annotation(RolloutNames.sourceFile) ?? "",
      decidedBy: decider(kind, reason),
      at: at
    )
  }

  /// Steps done of all; an abort names the step whose analysis judged it, as the index starts over at once.
  private func stepText(_ kind: Verdict.Kind, _ runs: [JSONValue]) -> String {
    guard let canary = spec.canary, !canary.steps.isEmpty else { return "" }
    let count = canary.steps.count
    if kind == .promote { return "\(count)/\(count)" }
    let judged = runs.compactMap { $0.label("step-index").flatMap { Int($0) } }.max()
    return judged.map { "\($0 + 1)/\(count)" } ?? "0/\(count)"
  }

  private func decider(_ kind: Verdict.Kind, _ reason: String) -> String {
    if kind == .promote { return "controller" }
    if reason.isEmpty { return "user" }
    return reason.hasSuffix("timed out progressing.") ? "deadline" : "metrics"
  }
}

extension Snapshot {
  /// The idempotency key of an abort: a revision that is asked for again gets another number, its hash stays.
  func abortID(hash: String, at: Instant) -> String {
    "\(rollout.uid.prefix(8))-\(hash)-abort-\(at.secondsSinceEpoch)"
  }

  /// Whether nothing of an abort is left to be written to Git.
  func isAbortRecorded(_ status: RolloutStatus) -> Bool {
    guard let origin, let abortedAt = status.abortedAt else { return origin == nil }
    return origin.recordedDecisions.contains(abortID(hash: status.currentPodHash, at: abortedAt))
  }
}
