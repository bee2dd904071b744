import KubeModel
import Primitives

extension RolloutStatus {
  /// Whether this status was written for the Rollout's spec as it stands: what it records about pod template and steps
  /// then holds, whichever controller wrote it and however it computes hashes. Of a spec that was found invalid nothing
  /// but that is recorded.
  func describes(_ rollout: JSONValue) -> Bool {
    rollout.generation > 0 && observedGeneration == String(rollout.generation)
      && !conditions.contains { $0.type == "InvalidSpec" }
  }
}

/// The ReplicaSet for the spec's template, whoever made it: by the hash label as this controller or a release of Argo
/// Rollouts computes it, as the recorded one while the spec did not change, and last by content (reference, section
/// 0.4). Nil means that there is none and one must be made.
func newReplicaSet(
  hash: String,
  of rollout: JSONValue,
  spec: RolloutSpec,
  status: RolloutStatus,
  among sets: [ReplicaSetView]
) -> ReplicaSetView? {
  if let found = sets.first(where: { $0.hash == hash }) { return found }
  guard !sets.isEmpty else { return nil }
  let older = podTemplateHashBefore19(of: spec.template, collisionCount: status.collisionCount)
  if let found = sets.first(where: { $0.hash == older }) { return found }
  let recorded = sets.first { $0.hash == status.currentPodHash }
  // The template of a referenced workload changes without the Rollout, and one that waits is not the recorded one.
  if let recorded, status.describes(rollout), spec.workloadRef == nil, status.queue.isEmpty,
    recorded.images == containerImages(of: spec.template)
  {
    return recorded
  }
  let desired = ComparableTemplate(spec.template)
  // The recorded one goes before its equals: a release in flight must not move to another ReplicaSet.
  if let recorded, ComparableTemplate(recorded) == desired { return recorded }
  return sets.filter { ComparableTemplate($0) == desired }.min(by: isOlder)
}

private func isOlder(_ left: ReplicaSetView, _ right: ReplicaSetView) -> Bool {
  let created = [left, right].map { $0.object.at("metadata", "creationTimestamp")?.string ?? "" }
  return (created[0], left.name) < (created[1], right.name)
}
