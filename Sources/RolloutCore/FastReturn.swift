import KubeModel
import Primitives

/// Ways back that need no proof, because the revision has carried everything before (reference, sections 2.8, 3.5).
extension Situation {
  /// Why the newest revision skips steps, pauses and analysis; nil when it has to earn its place.
  var fastReturn: String? {
    if isWithinRollbackWindow { return "Rollback within window" }
    return isWaitingActiveRevision ? "Fast rollback" : nil
  }

  /// Why a release that skips its gates ends: the way back that it began as, or a person. The ReplicaSet of a way back
  /// has lost its deadline and its number by then; the release's record still says what it is.
  var fullPromotionReason: String {
    let isReturn = recorded.duration?.completion == .fastRolledBack && recorded.duration?.finishedAt == nil
    return fastReturn ?? (isReturn ? "Fast rollback" : "Full promotion requested")
  }

  /// Whether the newest revision is older than the stable one, with fewer than `rollbackWindow.revisions` revisions
  /// made in between; the ReplicaSets' creation decides, not their numbers.
  var isWithinRollbackWindow: Bool {
    guard spec.rollbackWindow > 0, let start = revisions.new?.object.creationTimestamp,
      let end = revisions.stable?.object.creationTimestamp, start < end
    else { return false }
    let between = revisions.older.count { set in
      set.object.creationTimestamp.map { start < $0 && $0 < end } ?? false
    }
    return between < spec.rollbackWindow
  }

  /// Whether, in blue/green, the newest revision came before the stable one and still waits for its scale-down. The
  /// preview of an aborted release waits too, but its number is above that of the stable revision.
  private var isWaitingActiveRevision: Bool {
    guard spec.blueGreen != nil, let new = revisions.new, let stable = revisions.stable,
      let deadline = new.scaleDownDeadline
    else { return false }
    return now < deadline && new.revision < stable.revision
  }
}
