import KubeModel
import Primitives

/// Which revision is released now and which wait for it to end, when `onNewRevision` lets a newer one wait.
///
/// The queue is nowhere remembered: with `queue` every waiting revision has an empty ReplicaSet with a higher number than
/// the one in flight, with `queueLatest` only the spec's own template waits.
package struct RevisionQueue: Sendable, Hashable {
  /// A revision that waits.
  package struct Entry: Sendable, Hashable {
    package let hash: String
    /// Nil while it has no ReplicaSet.
    package let set: ReplicaSetView?
  }

  /// The revision that is released, or was last.
  let current: Entry
  /// Oldest first; the last one is what the spec asks for.
  package let waiting: [Entry]

  /// Nil where nothing waits and the spec's template is the one to release.
  ///
  /// `all` are the ReplicaSets, `wanted` is what the spec asks for. A wish for the stable revision never waits: it ends
  /// the release in flight. After an abort the next one begins once the abort is in Git.
  init?(
    _ policy: CanaryStrategy.NewRevisionPolicy,
    all: [ReplicaSetView],
    wanted: Entry,
    status: RolloutStatus,
    isAbortRecorded: Bool
  ) {
    guard policy != .restart, !status.stableHash.isEmpty, wanted.hash != status.stableHash,
      wanted.hash != status.currentPodHash, let set = all.first(where: { $0.hash == status.currentPodHash })
    else { return nil }
    let between =
      policy == .queueLatest
      ? []
      : all.filter { $0.revision > set.revision && $0.hash != wanted.hash && $0.hash != status.stableHash }
    var waiting =
      between.sorted { $0.revision < $1.revision }.map { Entry(hash: $0.hash, set: $0) } + [wanted]
    // An abort that nobody has told yet is told before the next release begins.
    let isAbortTold = status.conditions.contains { $0.reason == "RolloutAborted" } && isAbortRecorded
    let isOver = set.hash == status.stableHash || status.isAborted && isAbortTold
    current = isOver ? waiting.removeFirst() : Entry(hash: set.hash, set: set)
    self.waiting = waiting
  }
}

extension Situation {
  /// Gives what the spec asks for a place in the queue: an empty ReplicaSet, which keeps the template when an even newer
  /// one comes, and the next number.
  func keepQueue(_ canary: CanaryStrategy, _ draft: inout Draft) {
    draft.status.queue = revisions.queue.map { .init(hash: $0.hash, revision: $0.set?.revision) }
    guard canary.onNewRevision == .queue else { return }
    guard let last = revisions.queue.last else { return keepNumber(&draft) }
    let highest = revisions.all.filter { $0.hash != last.hash }.map(\.revision).max() ?? 0
    guard let set = last.set else {
      let made = makeReplicaSet(hash: last.hash, revision: highest + 1, replicas: 0)
      draft.perform(.createReplicaSet(made))
      draft.eventOfEffect("RevisionQueued", "Revision \(highest + 1) waits for revision \(nextRevision)")
      return
    }
    guard set.revision < highest else { return }
    let annotations: [String: String?] = [RolloutNames.revision: String(highest + 1)]
    draft.perform(.annotateReplicaSet(name: set.name, annotations: annotations))
  }
}

extension Situation {
  /// An aborted revision that is asked for again has the highest number again, so that those which waited behind it
  /// do so no longer.
  private func keepNumber(_ draft: inout Draft) {
    guard draft.status.isAborted, let new = revisions.new, new.revision != nextRevision else { return }
    let annotations: [String: String?] = [RolloutNames.revision: String(nextRevision)]
    draft.perform(.annotateReplicaSet(name: new.name, annotations: annotations))
  }
}

extension RolloutStatus {
  /// A revision that waits for the release in flight to end.
  package struct QueuedRevision: Sendable, Hashable {
    package let hash: String
    /// Nil while it has no number.
    package let revision: Int?

    init(hash: String, revision: Int?) {
      self.hash = hash
      self.revision = revision
    }

    init?(_ value: JSONValue) {
      guard let hash = value["podTemplateHash"]?.string else { return nil }
      self.init(hash: hash, revision: value["revision"]?.int)
    }

    var json: JSONValue {
      var value: JSONValue = ["podTemplateHash": .string(hash)]
      value["revision"] = revision.map { JSONValue($0) }
      return value
    }
  }
}
