import KubeModel
import Primitives

/// What the controller itself puts into a ReplicaSet's pod template: metadata for the time of a release, and a rule
/// that keeps the pods of two revisions apart. Neither makes a new revision, so whoever compares templates takes
/// them out first.
extension JSONValue {
  /// A ReplicaSet's pod template as it was before anything was put into it, the hash label included.
  var templateWithoutInjections: JSONValue {
    var template = spec["template"] ?? .object([:])
    template.set(nil, at: "metadata", "labels", RolloutNames.podTemplateHash)
    let injected = PodMetadata(annotation: RolloutNames.ephemeralMetadata, of: self)
    if !injected.isEmpty {
      template.write(injected, removing: true, at: "metadata")
      template.write(PodMetadata(annotation: RolloutNames.overriddenMetadata, of: self), at: "metadata")
    }
    template.removeAntiAffinity()
    return template
  }

  /// The ReplicaSet with exactly this metadata put into its template, and the annotations that remember it.
  ///
  /// Values of the template that are covered are remembered too, and come back when the metadata goes.
  func injecting(_ wanted: PodMetadata, pods: Bool) -> JSONValue {
    let template = at("spec", "template", "metadata")
    let present = PodMetadata(annotation: RolloutNames.ephemeralMetadata, of: self)
    if wanted.isEmpty, present.isEmpty { return self }
    let selected = spec.at("selector", "matchLabels")?.strings ?? [:]
    var wanted = wanted
    // A label that the ReplicaSet selects by cannot differ from its selector.
    wanted.labels = wanted.labels.filter { selected[$0.key] == nil }
    guard wanted != present || wanted.values(in: template) != wanted else { return self }
    var set = self
    set.write(present, removing: true, at: "spec", "template", "metadata")
    set.write(
      PodMetadata(annotation: RolloutNames.overriddenMetadata, of: self),
      at: "spec",
      "template",
      "metadata"
    )
    let covered = wanted.values(in: set.at("spec", "template", "metadata"))
    set.write(wanted, at: "spec", "template", "metadata")
    set.note(RolloutNames.ephemeralMetadata, wanted)
    set.note(RolloutNames.overriddenMetadata, covered)
    if pods {
      let behind = PodMetadata(annotation: RolloutNames.podsBehind, of: self)
      set.note(RolloutNames.podsBehind, behind.merging(present).merging(wanted))
    }
    return set
  }

  private mutating func note(_ annotation: String, _ metadata: PodMetadata) {
    set(metadata.recorded, at: "metadata", "annotations", annotation)
  }
}

extension Situation {
  /// What the pods of a revision carry beyond their template.
  private func metadata(of hash: String, _ status: RolloutStatus) -> PodMetadata {
    let releasing = spec.canary?.canaryMetadata ?? spec.blueGreen?.previewMetadata
    let proven = spec.canary?.stableMetadata ?? spec.blueGreen?.activeMetadata
    if hash == status.stableHash { return PodMetadata(proven) }
    guard hash == revisions.newHash else { return PodMetadata(nil) }
    return PodMetadata(status.stableHash.isEmpty ? proven : releasing)
  }

  /// A new ReplicaSet with all that belongs into its template from the start.
  func injected(_ set: JSONValue, _ status: RolloutStatus) -> JSONValue {
    let hash = set.label(RolloutNames.podTemplateHash) ?? ""
    return keepingApart(set, status).injecting(metadata(of: hash, status), pods: false)
  }

  /// Brings the templates of all ReplicaSets, and then the pods that they already have, to what belongs into them.
  func convergeInjections(_ draft: inout Draft) {
    for set in revisions.all {
      let hasPods = set.desired > 0 || set.created > 0 || set.hash == revisions.newHash
      let current = keepingApart(set.object, draft.status)
      let wanted = current.injecting(metadata(of: set.hash, draft.status), pods: hasPods)
      // Nearly always both are one and the same value, which costs nothing to see.
      if wanted != set.object, let patch = MergePatch.difference(from: set.object, to: wanted) {
        draft.perform(.editReplicaSet(name: set.name, patch: patch))
        draft.wake(at: now + .seconds(1))
      } else {
        convergePods(of: set, &draft)
      }
    }
  }

  /// Pods made before their ReplicaSet's template changed are edited one by one; the mark on the ReplicaSet goes when
  /// all of them were seen to be as the template wants them.
  private func convergePods(of set: ReplicaSetView, _ draft: inout Draft) {
    let behind = PodMetadata(annotation: RolloutNames.podsBehind, of: set.object)
    guard !behind.isEmpty else { return }
    draft.wake(at: now + .seconds(1))
    guard let pods = snapshot.pods else { return }
    let wanted = behind.values(in: set.object.at("spec", "template", "metadata"))
    var isDone = true
    for pod in pods.lazy.map(PodView.init) where pod.owner == set.object.uid && !pod.isTerminating {
      let live = behind.values(in: pod.object["metadata"])
      guard live != wanted else { continue }
      isDone = false
      draft.perform(
        .setPodMetadata(
          pod: pod.name,
          uid: pod.uid,
          labels: changes(from: live.labels, to: wanted.labels),
          annotations: changes(from: live.annotations, to: wanted.annotations)
        )
      )
    }
    guard isDone else { return }
    draft.perform(.annotateReplicaSet(name: set.name, annotations: [RolloutNames.podsBehind: String?.none]))
  }

  private func changes(from live: [String: String], to wanted: [String: String]) -> [String: String?] {
    var changes: [String: String?] = wanted.filter { live[$0.key] != $0.value }.mapValues { .some($0) }
    for key in live.keys where wanted[key] == nil { changes.updateValue(.none, forKey: key) }
    return changes
  }
}
