import KubeModel
import Primitives

extension Snapshot {
  /// ReplicaSets that nobody controls and that the rollout would have made: left behind when a Rollout was deleted
  /// without its dependents (reference, section 2.1).
  func claimable(_ spec: RolloutSpec) -> [JSONValue] {
    guard !orphans.isEmpty, let selector = LabelSelector(spec.selector), !selector.requirements.isEmpty else {
      return []
    }
    return orphans.filter { set in
      set.label(RolloutNames.podTemplateHash) != nil && !set.isBeingDeleted && selector.matches(set.labels)
    }
  }
}

extension Situation {
  /// Takes orphans over, so that a Rollout that came back finds its pods instead of making them twice.
  func claimOrphans(_ draft: inout Draft) {
    for set in snapshot.claimable(spec) {
      let owners = set.ownerReferences + [owner]
      draft.perform(.adoptReplicaSet(name: set.name, uid: set.uid, owners: owners))
    }
  }
}
