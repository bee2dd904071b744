import KubeModel
import Primitives

/// What a Rollout does for the workload that it refers to: it tells which generation it has seen, and takes the pods
/// over from a Deployment (reference, section 2.15).
extension Situation {
  func observeWorkload(_ draft: inout Draft) {
    guard spec.workloadRef != nil else {
      draft.status.workloadObservedGeneration = ""
      return
    }
    guard let workload = snapshot.workload?.object else { return }
    let generation = String(workload.generation)
    if rollout.annotation(RolloutNames.workloadGeneration) != generation {
      draft.perform(.annotateRollout([RolloutNames.workloadGeneration: generation]))
    }
    draft.status.workloadObservedGeneration = generation
  }

  /// Scales the Deployment down as the first revision to be promoted carries its load, and back up where that one
  /// loses pods again; it never gets more than it had. Later revisions leave it alone.
  func takeOverPods(_ draft: inout Draft) {
    guard let reference = spec.workloadRef, reference.kind == "Deployment", reference.scaleDown != .never,
      let deployment = snapshot.workload?.object, recorded.stableHash.isEmpty || nextRevision == 1,
      !draft.status.isAborted
    else { return }
    let size = deployment.spec["replicas"]?.int ?? 1
    let before = deployment.annotation(RolloutNames.replicasBefore).flatMap { Int($0) } ?? size
    let missing = max(0, spec.replicas - (revisions.new?.available ?? 0))
    let target: Int
    switch reference.scaleDown {
    case .never: return
    case .onsuccess:
      guard draft.status.isFullyPromoted, missing == 0 else { return }
      target = 0
    case .progressively: target = min(before, missing)
    }
    guard target != size else { return }
    draft.perform(
      .scaleWorkload(
        name: reference.name,
        to: target,
        before: before,
        resourceVersion: deployment.resourceVersion
      )
    )
    let verb = target > size ? "up" : "down"
    draft.eventOfEffect(
      "ScalingDeployment",
      "Scaled \(verb) Deployment \(reference.name) from \(size) to \(target)"
    )
  }
}
