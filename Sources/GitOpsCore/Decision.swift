package import KubeModel
package import Primitives

/// A promotion or an abort that Git must record.
package struct Decision: Sendable, Hashable {
  /// What was decided.
  package enum Kind: String, Sendable {
    /// The release is the new stable revision.
    case promote
    /// The release failed; the stable revision stays.
    case abort
  }

  package var rollout: ObjectKey
  package var kind: Kind
  /// The idempotency key: Git records a decision with the same id once.
  package var id: String
  package var revision: Int
  /// The step it was decided at, as `3/6`; empty when the strategy has none.
  package var step: String
  package var reason: String
  /// One line for each measurement that led to it.
  package var measurements: [String]
  /// Images of the stable revision by container.
  package var oldImages: [String: String]
  /// Images of the release by container.
  package var newImages: [String: String]
  package var stableHash: String
  package var canaryHash: String
  /// The file of the Rollout's manifest, as its annotation has it; the writer looks elsewhere when it moved.
  package var sourceFile: String
  /// The commit that brought the release, as the Rollout's annotation has it.
  package var sourceCommit: String
  package var decidedBy: String
  package var at: Instant
  /// The pod template of the stable revision in the cluster, used when Git does not have that revision.
  package var stableTemplate: JSONValue?

  package init(
    rollout: ObjectKey,
    kind: Kind,
    id: String,
    revision: Int,
    step: String = "",
    reason: String,
    measurements: [String] = [],
    oldImages: [String: String] = [:],
    newImages: [String: String] = [:],
    stableHash: String = "",
    canaryHash: String = "",
    sourceFile: String = "",
    sourceCommit: String,
    decidedBy: String = "serin",
    at: Instant,
    stableTemplate: JSONValue? = nil
  ) {
    self.rollout = rollout
    self.kind = kind
    self.id = id
    self.revision = revision
    self.step = step
    self.reason = reason
    self.measurements = measurements
    self.oldImages = oldImages
    self.newImages = newImages
    self.stableHash = stableHash
    self.canaryHash = canaryHash
    self.sourceFile = sourceFile
    self.sourceCommit = sourceCommit
    self.decidedBy = decidedBy
    self.at = at
    self.stableTemplate = stableTemplate
  }

  /// The id of a decision: the same Rollout, revision, decision and attempt always have the same.
  ///
  /// - Parameters:
  ///   - uid: The Rollout's UID; its first eight characters count.
  ///   - revision: The revision that is decided about.
  ///   - kind: What was decided.
  ///   - attempt: How often the revision was retried before; 0 leaves no mark.
  /// - Returns: Such as `0c6f1b52-r3-abort`.
  package static func id(uid: String, revision: Int, kind: Kind, attempt: Int = 0) -> String {
    "\(uid.prefix(8))-r\(revision)-\(kind.rawValue)" + (attempt > 0 ? "-\(attempt)" : "")
  }

  /// The images of a pod template by container, init containers included.
  package static func images(ofTemplate template: JSONValue) -> [String: String] {
    var images: [String: String] = [:]
    for list in ["initContainers", "containers"] {
      for container in template.at("spec", list)?.array ?? [] {
        guard let name = container["name"]?.string, let image = container["image"]?.string else { continue }
        images[name] = image
      }
    }
    return images
  }
}
