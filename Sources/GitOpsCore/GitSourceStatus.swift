import KubeModel
package import Primitives

/// How a sync ended, as a GitSource's `Ready` condition says it.
package enum SyncResult: Sendable, Hashable {
  /// Why a sync failed.
  package enum Failure: String, Sendable {
    case invalidSpec = "InvalidSpec"
    case invalidManifest = "InvalidManifest"
    case fetchFailed = "FetchFailed"
    case authenticationFailed = "AuthenticationFailed"
    case repositoryNotFound = "RepositoryNotFound"
    case branchMissing = "BranchMissing"
    case applyFailed = "ApplyFailed"
  }

  /// The cluster holds what the commit says; `changed` tells whether this sync had to do something for it.
  case synced(commit: String, inventory: [InventoryEntry], changed: Bool)
  /// It does not, for a reason; the inventory is given when this sync changed it.
  case failed(Failure, message: String, inventory: [InventoryEntry]? = nil)
}

/// The status of a GitSource.
package enum GitSourceStatus {
  /// The status after a sync; nil when it would say the same as before.
  ///
  /// - Parameters:
  ///   - status: The status as it is.
  ///   - result: How the sync ended.
  ///   - generation: The generation of the spec that was synced.
  ///   - now: The time of conditions that change.
  /// - Returns: The whole status, unknown fields kept.
  package static func next(
    _ status: JSONValue,
    after result: SyncResult,
    generation: Int,
    now: Instant
  ) -> JSONValue? {
    var next = status
    next["observedGeneration"] = JSONValue(generation)
    switch result {
    case .synced(let commit, let inventory, let changed):
      next["commit"] = .string(commit)
      next["inventory"] = json(inventory)
      let message = "the cluster holds what \(shortCommit(commit)) says"
      next["conditions"] = conditions(status, "True", "Synced", message, now)
      if changed || status["commit"] != next["commit"] || status["lastSyncTime"] == nil {
        next["lastSyncTime"] = .string(now.rfc3339)
      }
    case .failed(let failure, let message, let inventory):
      if let inventory { next["inventory"] = json(inventory) }
      next["conditions"] = conditions(status, "False", failure.rawValue, oneLine(message), now)
    }
    return next == status ? nil : next
  }

  /// The inventory that a status holds.
  package static func inventory(_ status: JSONValue) -> [InventoryEntry] {
    (status["inventory"]?.array ?? []).compactMap(InventoryEntry.init)
  }

  /// The message for a set that cannot be applied: its first issue, and how many more there are.
  package static func message(for issues: [ManifestIssue]) -> String {
    guard let first = issues.first else { return "" }
    return issues.count == 1 ? "\(first)" : "\(first) (and \(issues.count - 1) more)"
  }

  private static func json(_ inventory: [InventoryEntry]) -> JSONValue {
    .array(
      inventory.sorted {
        ($0.id.group, $0.id.kind, $0.id.namespace, $0.id.name)
          < ($1.id.group, $1.id.kind, $1.id.namespace, $1.id.name)
      }.map(\.json)
    )
  }

  private static func conditions(
    _ status: JSONValue,
    _ value: String,
    _ reason: String,
    _ message: String,
    _ now: Instant
  ) -> JSONValue {
    var conditions = status["conditions"]?.array ?? []
    let index = conditions.firstIndex { $0["type"]?.string == "Ready" }
    let old = index.map { Condition(conditions[$0]) }
    var ready = Condition(type: "Ready", status: value, reason: reason, message: message)
    ready.lastTransitionTime = old?.status == value ? old?.lastTransitionTime ?? now : now
    if let index { conditions[index] = ready.json } else { conditions.append(ready.json) }
    return .array(conditions)
  }
}
