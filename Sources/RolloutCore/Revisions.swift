import KubeModel
import Primitives

/// The ReplicaSets of a rollout by their part in it.
package struct Revisions: Sendable, Hashable {
  /// The revision that is released: what the spec asks for, unless that waits its turn; nil until its ReplicaSet is
  /// made.
  package let new: ReplicaSetView?
  /// The revision that was last promoted; nil before the first promotion.
  package let stable: ReplicaSetView?
  /// All others but those that wait, newest first.
  package let older: [ReplicaSetView]
  /// Revisions that wait for the new one, oldest first; the last one is what the spec asks for.
  package let queue: [RevisionQueue.Entry]
  /// New, stable, the older ones, then those that wait.
  package let all: [ReplicaSetView]
  /// The hash of the revision that is released, whether its ReplicaSet exists or not.
  package let newHash: String
  /// The number of the newest revision: its own, or one more than all others have when it is new or came back.
  let nextRevision: Int

  /// Tells the ReplicaSets apart; whoever made one, its label is its revision's hash.
  package init(snapshot: Snapshot, reading: SpecReading, status: RolloutStatus) {
    let spec = reading.spec
    let all = (snapshot.replicaSets + snapshot.claimable(spec)).filter { !$0.isBeingDeleted }.map {
      ReplicaSetView($0)
    }
    .sorted { ($0.revision, $0.name) > ($1.revision, $1.name) }
    let hash = reading.templateHash(collisionCount: status.collisionCount)
    let found = newReplicaSet(hash: hash, of: snapshot.rollout, spec: spec, status: status, among: all)
    let stableHash = status.stableHash
    let queue = RevisionQueue(
      spec.canary?.onNewRevision ?? .restart,
      all: all,
      wanted: .init(hash: found?.hash ?? hash, set: found),
      status: status,
      isAbortRecorded: snapshot.isAbortRecorded(status)
    )
    let new = queue == nil ? found : queue?.current.set
    self.new = new
    newHash = queue?.current.hash ?? found?.hash ?? hash
    self.queue = queue?.waiting ?? []
    stable = stableHash.isEmpty ? nil : all.first { $0.hash == stableHash }
    let apart = self.queue.map(\.hash) + [newHash, stableHash]
    older = all.filter { !apart.contains($0.hash) }
    var sets = [new, stable].compactMap { $0 }
    if new?.hash == stable?.hash, sets.count == 2 { sets.removeLast() }
    let others = (sets + older).lazy.filter { [newHash] in $0.hash != newHash }.map(\.revision).max() ?? 0
    nextRevision = new.flatMap { $0.revision > others ? $0.revision : nil } ?? others + 1
    self.all = sets + older + self.queue.compactMap(\.set)
  }

  package func find(_ hash: String) -> ReplicaSetView? { all.first { $0.hash == hash } }
}

extension Situation {
  /// The ReplicaSet for the spec's template with the given size (reference, section 2.1).
  func makeReplicaSet(hash: String, revision: Int, replicas: Int) -> JSONValue {
    var template = spec.template
    template.set(.string(hash), at: "metadata", "labels", RolloutNames.podTemplateHash)
    var selector = spec.selector
    selector.set(.string(hash), at: "matchLabels", RolloutNames.podTemplateHash)
    var annotations = copiedAnnotations
    annotations[RolloutNames.revision] = String(revision)
    annotations[RolloutNames.desiredReplicas] = String(spec.replicas)
    var labels = spec.template.at("metadata", "labels")?.strings ?? [:]
    labels[RolloutNames.podTemplateHash] = hash
    var set: JSONValue = [
      "apiVersion": "apps/v1", "kind": "ReplicaSet",
      "metadata": [
        "name": .string("\(rollout.name)-\(hash)"), "namespace": .string(rollout.namespace),
        "labels": JSONValue(labels), "annotations": JSONValue(annotations),
        "ownerReferences": [owner],
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

  var nextRevision: Int { revisions.nextRevision }
}
