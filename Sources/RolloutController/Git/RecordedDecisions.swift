package import GitOpsCore
package import KubeModel
import Primitives

/// What Git is known to hold about one Rollout.
package struct RecordedState: Sendable, Hashable {
  /// The pod template hash of the stable revision in `serin.lock`; nil when it has none.
  package var stableHash: String?
  package var decisionIDs: Set<String>
  /// The newest of the decisions.
  package var lastDecision: String?

  package init(stableHash: String? = nil, decisionIDs: Set<String> = [], lastDecision: String? = nil) {
    self.stableHash = stableHash
    self.decisionIDs = decisionIDs
    self.lastDecision = lastDecision
  }
}

/// The last seen `serin.lock` of every source, shared by the sync, the writer and the planner's observer.
package final class RecordedDecisions: Sendable {
  private let sources = Locked<[ObjectKey: [ObjectKey: RecordedState]]>([:])

  package init() {}

  /// What the source's lock says about a Rollout; nil as long as that lock was not read.
  package func recorded(for rollout: ObjectKey, in source: ObjectKey) -> RecordedState? {
    sources.withLock { $0[source].map { $0[rollout] ?? RecordedState() } }
  }

  /// Takes note of a lock. Decisions seen once stay seen: an older tip read later must not take them back.
  ///
  /// - Returns: The Rollouts about which something new is known.
  @discardableResult
  package func update(_ source: ObjectKey, lock: SerinLock) -> [ObjectKey] {
    sources.withLock { sources in
      var states = sources[source] ?? [:]
      var changed: [ObjectKey] = []
      for rollout in lock.rollouts {
        let record = lock[rollout]
        let ids = record.decisionIDs
        var new = states[rollout] ?? RecordedState()
        // A lock that ends with a decision before the newest one is older; its stable revision is no news.
        let isOlder = ids.last != new.lastDecision && (ids.last.map(new.decisionIDs.contains) ?? true)
        if !isOlder || states[rollout] == nil {
          new.stableHash = record.stable?.podTemplateHash
          new.lastDecision = ids.last
        }
        new.decisionIDs.formUnion(ids)
        if new != states[rollout] { changed.append(rollout) }
        states[rollout] = new
      }
      sources[source] = states
      return changed
    }
  }

  /// Forgets a source that is gone.
  package func forget(_ source: ObjectKey) { sources.withLock { $0[source] = nil } }
}
