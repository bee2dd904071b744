import GitOpsCore
import GitStore
import KubeModel
import Primitives

/// What the sync remembers of one source between two looks; all of it can be read again.
struct GitSyncMemory: Sendable {
  /// The manifests of one commit, and the lock beside them.
  struct Checkout: Sendable {
    let commit: GitCommitID
    let manifests: ManifestSet
    let lock: SerinLock
  }

  /// Why the last look at the repository found nothing to apply.
  struct Failure: Sendable, Hashable {
    let reason: SyncResult.Failure
    let message: String
  }

  /// What was looked at; another address, branch or path makes the rest worthless.
  let identity: String
  /// When the remote was last asked for its tip.
  var checkedAt: Instant?
  /// Whether somebody knows that the remote has changed.
  var isPoked = true
  /// The tip that was last read, whether or not its manifests are good.
  var tip: GitCommitID?
  /// The last manifests without issues: what keeps running when newer ones are broken.
  var good: Checkout?
  var failure: Failure?
  /// What the server made of each object that was applied.
  var readings: [ObjectID: JSONValue] = [:]
  /// What the last sync wanted.
  var desired: DesiredSet?

  init(_ source: GitSource) { identity = Self.identity(of: source) }

  static func identity(of source: GitSource) -> String { "\(source.url)\n\(source.branch)\n\(source.path)" }

  /// Whether the remote is to be asked again.
  func isDue(_ source: GitSource, now: Instant) -> Bool {
    guard !isPoked, let checkedAt else { return true }
    return now < checkedAt || now - checkedAt >= source.interval
  }
}
