import KubeModel
import Primitives

/// The ReplicaSets of a rollout by their part in it.
package struct Revisions: Sendable, Hashable {
  /// The revision that the spec asks for; nil until its ReplicaSet is made.
  package let new: ReplicaSetView?
  /// The revision that was last promoted; nil before the first promotion.
  package let stable: ReplicaSetView?
  /// All others, newest first.
  package let older: [ReplicaSetView]
  /// New, stable, then all others.
  package let all: [ReplicaSetView]
  /// The hash of the revision that the spec asks for, whether its ReplicaSet exists or not.
  package let newHash: String

  /// A ReplicaSet belongs to the spec's template by its hash label or, made by another controller, by its content.
  package init(snapshot: Snapshot, spec: RolloutSpec, status: RolloutStatus) {
    let all = snapshot.replicaSets.filter { !$0.isBeingDeleted }.map { ReplicaSetView($0) }
      .sorted { ($0.revision, $0.name) > ($1.revision, $1.name) }
    let hash = podTemplateHash(of: spec.template, collisionCount: status.collisionCount)
    let found = all.first { $0.hash == hash } ?? all.last { $0.template == spec.template }
    let stableHash = status.stableHash
    new = found
    newHash = found?.hash ?? hash
    stable = stableHash.isEmpty ? nil : all.first { $0.hash == stableHash }
    older = all.filter { $0.hash != found?.hash && $0.hash != stableHash }
    var sets = [new, stable].compactMap { $0 }
    if new?.hash == stable?.hash, sets.count == 2 { sets.removeLast() }
    self.all = sets + older
  }

  package func find(_ hash: String) -> ReplicaSetView? { all.first { $0.hash == hash } }
}

extension Situation {
  /// The ReplicaSet for the spec's template with the given size (reference, section 2.1).
  func makeReplicaSet(replicas: Int) -> JSONValue {
    let hash = revisions.newHash
    var template = spec.template
    template.set(.string(hash), at: "metadata", "labels", RolloutNames.podTemplateHash)
    var selector = spec.selector
    selector.set(.string(hash), at: "matchLabels", RolloutNames.podTemplateHash)
    var annotations = copiedAnnotations
    annotations[RolloutNames.revision] = String(nextRevision)
    annotations[RolloutNames.desiredReplicas] = String(spec.replicas)
    var labels = spec.template.at("metadata", "labels")?.strings ?? [:]
    labels[RolloutNames.podTemplateHash] = hash
    var set: JSONValue = [
      "apiVersion": "apps/v1", "kind": "ReplicaSet",
      "metadata": [
        "name": .string("\(rollout.name)-\(hash)"), "namespace": .string(rollout.namespace),
        "labels": JSONValue(labels), "annotations": JSONValue(annotations),
        "ownerReferences": [controllerReference(to: rollout)],
      ],
      "spec": ["replicas": JSONValue(replicas), "selector": selector, "template": template],
    ]
    if spec.minReadySeconds > 0 { set.set(JSONValue(spec.minReadySeconds), at: "spec", "minReadySeconds") }
    return set
  }

  /// The Rollout's annotations that its ReplicaSets carry too.
  var copiedAnnotations: [String: String] {
    rollout.annotations.filter { !RolloutNames.notCopied.contains($0.key) }
  }

  /// The number of the newest revision: its own, or one more than all others have when it is new or came back.
  var nextRevision: Int {
    let others = revisions.all.filter { $0.hash != revisions.newHash }.map(\.revision).max() ?? 0
    if let new = revisions.new, new.revision > others { return new.revision }
    return others + 1
  }
}
