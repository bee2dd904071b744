import KubeModel
import Primitives

extension Situation {
  /// Sets the size of a ReplicaSet and, unless it goes on waiting for it, drops its scale-down deadline in one write.
  func scale(_ set: ReplicaSetView, to size: Int, keepsDeadline: Bool = false, _ draft: inout Draft) {
    var annotations: [String: String?] = [:]
    if set.scaleDownDeadline != nil, !keepsDeadline {
      annotations[RolloutNames.scaleDownDeadline] = .some(nil)
    }
    let desired = set.object.annotation(RolloutNames.desiredReplicas)
    if size > 0, desired != String(spec.replicas) {
      annotations[RolloutNames.desiredReplicas] = String(spec.replicas)
    }
    if set.desired != size {
      draft.perform(set.scaling(to: size, annotations))
      let verb = size > set.desired ? "up" : "down"
      draft.eventOfEffect(
        "ScalingReplicaSet",
        "Scaled \(verb) ReplicaSet \(set.name) (revision \(set.revision)) from \(set.desired) to \(size)"
      )
    } else if !annotations.isEmpty {
      draft.perform(.annotateReplicaSet(name: set.name, annotations: annotations))
    }
  }

  /// Takes a ReplicaSet out of use: after the delay, and never while requests may still be routed to it.
  ///
  /// The deadline is kept on the ReplicaSet, so that a restart of the controller does not start it anew.
  func retire(_ set: ReplicaSetView, after delay: Duration, isReferenced: Bool, _ draft: inout Draft) {
    guard set.desired > 0 else { return }
    guard !isReferenced else { return }
    guard let deadline = set.scaleDownDeadline else {
      guard delay > .zero else { return scale(set, to: 0, &draft) }
      let deadline = (now + delay).nextWholeSecond
      draft.perform(
        .annotateReplicaSet(name: set.name, annotations: [RolloutNames.scaleDownDeadline: deadline.rfc3339])
      )
      draft.wake(at: deadline)
      return
    }
    guard now < deadline else { return scale(set, to: 0, &draft) }
    draft.wake(at: deadline)
    if followsSize(set, draft.status) { scale(set, to: spec.replicas, keepsDeadline: true, &draft) }
  }

  /// Whether a waiting revision keeps the rollout's size, so that a return finds it complete: in blue/green, one that
  /// came before the stable one (reference, section 3.5).
  private func followsSize(_ set: ReplicaSetView, _ status: RolloutStatus) -> Bool {
    guard spec.blueGreen != nil, let stable = revisions.find(status.stableHash) else { return false }
    return set.desired != spec.replicas && set.hash != revisions.newHash && set.revision < stable.revision
  }

  /// Takes all older ReplicaSets out of use, newest first: so many of them may wait for the delay, the others go at
  /// once (reference, section 2.4).
  func retireOlder(
    after delay: (ReplicaSetView) -> Duration,
    limit: Int?,
    _ draft: inout Draft,
    isReferenced: (_ hash: String) -> Bool
  ) {
    var waiting = 0
    for set in revisions.older where set.desired > 0 {
      guard !isReferenced(set.hash) else { continue }
      let delay = delay(set)
      let waits = delay > .zero || set.scaleDownDeadline != nil
      if waits, waiting < limit ?? .max {
        retire(set, after: delay, isReferenced: false, &draft)
        waiting += 1
      } else {
        scale(set, to: 0, &draft)
      }
    }
  }

  /// Whether a person, by freezing the rollout or as an analysis asked for one, holds all sizes (reference, section 2.9).
  func holdsReplicas(_ status: RolloutStatus) -> Bool {
    spec.isPaused || status.pauseCondition(RolloutStatus.PauseCondition.inconclusiveAnalysisRun) != nil
  }

  /// Gives the newest revision its ReplicaSet and number while sizes are held: it has no pods yet (section 2.2).
  func registerNew(_ draft: inout Draft) {
    guard let new = revisions.new else { return ensureNew(replicas: 0, &draft) }
    syncAnnotations(of: new, &draft)
    syncReadiness(of: new, &draft)
  }

  /// What counts as available may change without a new revision, and does so for the newest one (section 2.1).
  private func syncReadiness(of new: ReplicaSetView, _ draft: inout Draft) {
    let seconds = spec.minReadySeconds
    guard new.object.spec["minReadySeconds"]?.int ?? 0 != seconds else { return }
    draft.perform(.editReplicaSet(name: new.name, patch: ["spec": ["minReadySeconds": JSONValue(seconds)]]))
  }

  /// Creates the newest ReplicaSet with the given size, or brings the present one to it.
  func ensureNew(replicas: Int, _ draft: inout Draft) {
    guard let new = revisions.new else {
      let set = makeReplicaSet(hash: revisions.newHash, revision: nextRevision, replicas: replicas)
      draft.perform(.createReplicaSet(injected(set, draft.status)))
      tellOfRevision(isCreated: true, &draft)
      if replicas > 0 {
        let size = "(revision \(nextRevision)) from 0 to \(replicas)"
        draft.eventOfEffect("ScalingReplicaSet", "Scaled up ReplicaSet \(set.name) \(size)")
      }
      draft.perform(.annotateRollout([RolloutNames.revision: String(nextRevision)]))
      return
    }
    syncAnnotations(of: new, &draft)
    syncReadiness(of: new, &draft)
    scale(new, to: replicas, &draft)
  }

  /// Tells, with the write that gives a revision its number, that the rollout goes there; a first blue/green revision
  /// leaves nothing uncompleted (reference, section 7.4).
  private func tellOfRevision(isCreated: Bool, _ draft: inout Draft) {
    let hash = revisions.newHash
    draft.eventOfEffect("RolloutUpdated", "Rollout updated to revision \(nextRevision)")
    if isCreated {
      draft.eventOfEffect(
        "NewReplicaSetCreated",
        "Created ReplicaSet \(rollout.name)-\(hash) (revision \(nextRevision))"
      )
    }
    let isFirst = spec.blueGreen != nil && draft.status.stableHash.isEmpty
    guard !isFirst, hash != draft.status.stableHash else { return }
    let message = "Rollout not completed, started update to revision \(nextRevision) (\(hash))"
    draft.eventOfEffect("RolloutNotCompleted", message)
  }

  /// The newest revision carries the Rollout's annotations and its own number.
  func syncAnnotations(of new: ReplicaSetView, _ draft: inout Draft) {
    let number = String(nextRevision)
    var changes: [String: String] = [:]
    for (key, value) in rollout.at("metadata", "annotations")?.object ?? [:] {
      guard let value = value.string, new.object.annotation(key) != value else { continue }
      if !RolloutNames.notCopied.contains(key) { changes[key] = value }
    }
    if new.object.annotation(RolloutNames.revision) != number { changes[RolloutNames.revision] = number }
    if new.revision > 0, new.revision != nextRevision {
      let history = new.object.annotation(RolloutNames.revisionHistory).map { "\($0),\(new.revision)" }
      changes[RolloutNames.revisionHistory] = history ?? String(new.revision)
    }
    if !changes.isEmpty {
      draft.perform(.annotateReplicaSet(name: new.name, annotations: changes.mapValues { .some($0) }))
      if new.revision != nextRevision { tellOfRevision(isCreated: false, &draft) }
    }
    if rollout.annotation(RolloutNames.revision) != number {
      draft.perform(.annotateRollout([RolloutNames.revision: number]))
    }
  }

  /// Deletes old ReplicaSets past the history limit once they are empty, and finished runs and experiments past theirs.
  func cleanHistory(_ draft: inout Draft) {
    let oldestFirst = revisions.older.sorted { ($0.revision, $0.name) < ($1.revision, $1.name) }
    for set in oldestFirst.prefix(max(0, oldestFirst.count - spec.revisionHistoryLimit))
    where set.desired == 0 && set.created == 0 {
      draft.perform(.deleteReplicaSet(name: set.name, uid: set.object.uid))
    }
    cleanRuns(&draft)
    cleanExperiments(&draft)
  }
}
