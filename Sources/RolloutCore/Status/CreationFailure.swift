import KubeModel
package import Primitives

/// The status patch that tells of a ReplicaSet which the server refuses to make: nothing else of a plan gets that far,
/// so it must be said apart (reference, section 1.7). Nil when it is said already.
///
/// A refusal that lasts for the progress deadline degrades the rollout. An abort that is in force stays what is said.
package func creationFailurePatch(_ snapshot: Snapshot, name: String, cause: String) -> JSONValue? {
  let situation = Situation(snapshot)
  var draft = Draft(status: situation.recorded)
  let progress = draft.condition("Progressing")
  let limit = situation.spec.progressDeadline
  let isOver =
    progress?.reason == "ReplicaSetCreateError"
    && (progress?.lastUpdateTime).map { snapshot.now >= $0 + limit } ?? false
  let reason =
    isOver || progress?.reason == "ProgressDeadlineExceeded"
    ? "ProgressDeadlineExceeded" : "ReplicaSetCreateError"
  guard !draft.status.isAborted else { return nil }
  let message = "Failed to create new replica set \"\(name)\": \(cause)"
  draft.setCondition("Progressing", "False", reason, message, at: snapshot.now)
  draft.status.observedGeneration = String(snapshot.rollout.generation)
  draft.status.counts = situation.podCounts
  situation.concludeHealth(false, &draft)
  (draft.status.phase, draft.status.message) = situation.phase(draft.status)
  let before = snapshot.rollout.status
  return MergePatch.difference(from: before, to: draft.status.json(over: before))
}
