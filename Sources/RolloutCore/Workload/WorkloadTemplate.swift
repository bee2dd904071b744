import KubeModel
import Primitives

/// What a referenced workload gives to a Rollout; it is never written back (reference, section 2.15).
struct WorkloadTemplate: Hashable {
  let template: JSONValue
  /// Taken where the Rollout has no selector of its own.
  let selector: JSONValue?

  /// A Deployment's, a ReplicaSet's or a PodTemplate's.
  init(workload: JSONValue) {
    let isPlain = workload.kind == "PodTemplate"
    template = (isPlain ? workload["template"] : workload.spec["template"]) ?? .object([:])
    selector = isPlain ? nil : workload.spec["selector"]
  }

  /// That of a revision that was made from the workload before.
  init(revision set: JSONValue) {
    template = set.templateWithoutInjections
    var selector = set.spec["selector"] ?? .object([:])
    selector.set(nil, at: "matchLabels", RolloutNames.podTemplateHash)
    self.selector = selector
  }
}

extension Snapshot {
  /// The template to release where the spec names a workload: as long as the workload is missing or cannot be read,
  /// that of the revision that was noticed last. Nil when there is neither.
  var workloadTemplate: WorkloadTemplate? {
    guard rollout.spec["workloadRef"]?.object != nil else { return nil }
    if let workload = workload?.object { return WorkloadTemplate(workload: workload) }
    let hash = rollout.status["currentPodHash"]?.string ?? ""
    return replicaSets.first { $0.label(RolloutNames.podTemplateHash) == hash }
      .map { WorkloadTemplate(revision: $0) }
  }

  /// Whether nothing can be said about the rollout yet, because its workload was never seen and could not be read.
  var awaitsWorkload: Bool {
    guard case .unknown = workload else { return false }
    return rollout.spec["workloadRef"]?.object != nil && workloadTemplate == nil
  }
}
