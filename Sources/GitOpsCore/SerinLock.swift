package import KubeModel
package import Primitives

/// `serin.lock`: what Serin decided about the Rollouts of one path, kept in Git beside their manifests.
///
/// The tree is the truth, the properties are views of it: fields that this version does not know survive.
package struct SerinLock: Sendable, Hashable {
  package static let fileName = "serin.lock"
  /// How many decisions are kept for each Rollout.
  package static let decisionLimit = 20

  package private(set) var json: JSONValue

  /// An empty lock.
  package init() {
    json = ["apiVersion": "serin.dev/v1alpha1", "kind": "Lock", "rollouts": [:]]
  }

  /// Takes a parsed lock; nil when it is something else.
  package init?(_ json: JSONValue) {
    guard json.kind == "Lock", json.apiVersion.hasPrefix("serin.dev/") else { return nil }
    self.json = json
  }

  /// The Rollouts that have a record.
  package var rollouts: [ObjectKey] {
    (json["rollouts"]?.object?.keys.sorted() ?? []).compactMap { text in
      let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
      return parts.count == 2 ? ObjectKey(namespace: parts[0], name: parts[1]) : nil
    }
  }

  /// The record of one Rollout; empty when there is none.
  package subscript(rollout: ObjectKey) -> LockRecord {
    get { LockRecord(json: json.at("rollouts", rollout.description) ?? [:]) }
    set { json.set(newValue.json, at: "rollouts", rollout.description) }
  }

  /// The Rollouts that have an image in quarantine, with its entries.
  package func quarantined(_ image: String) -> [(rollout: ObjectKey, entry: LockRecord.Quarantined)] {
    rollouts.compactMap { rollout in
      self[rollout].quarantine.first { $0.image == image }.map { (rollout, $0) }
    }
  }

  /// The lock without an image in the quarantine of a Rollout.
  package func releasing(_ image: String, for rollout: ObjectKey) -> SerinLock {
    var lock = self
    lock[rollout].release([image])
    return lock
  }
}

/// What `serin.lock` says about one Rollout.
package struct LockRecord: Sendable, Hashable {
  /// The revision that was last promoted.
  package struct Stable: Sendable, Hashable {
    package var sourceCommit: String
    package var podTemplateHash: String
    /// Images by container.
    package var images: [String: String]
    package var revision: Int

    package init(sourceCommit: String, podTemplateHash: String, images: [String: String], revision: Int) {
      self.sourceCommit = sourceCommit
      self.podTemplateHash = podTemplateHash
      self.images = images
      self.revision = revision
    }
  }

  /// A release that is under way.
  package struct InFlight: Sendable, Hashable {
    package var podTemplateHash: String
    package var sourceCommit: String
    package var step: String
    package var since: Instant

    package init(podTemplateHash: String, sourceCommit: String, step: String, since: Instant) {
      self.podTemplateHash = podTemplateHash
      self.sourceCommit = sourceCommit
      self.step = step
      self.since = since
    }
  }

  /// An image that failed and must not come back unasked.
  package struct Quarantined: Sendable, Hashable {
    package var image: String
    package var since: Instant?
    package var reason: String
    /// The decision that put it here.
    package var id: String
  }

  package private(set) var json: JSONValue

  /// The revision that was last promoted; nil before the first promotion.
  package var stable: Stable? {
    get {
      guard let value = json["stable"], value.object != nil else { return nil }
      return Stable(
        sourceCommit: value["sourceCommit"]?.string ?? "",
        podTemplateHash: value["podTemplateHash"]?.string ?? "",
        images: value["images"]?.strings ?? [:],
        revision: value["revision"]?.int ?? 0
      )
    }
    set {
      guard let newValue else { return json["stable"] = nil }
      json.set(.string(newValue.sourceCommit), at: "stable", "sourceCommit")
      json.set(.string(newValue.podTemplateHash), at: "stable", "podTemplateHash")
      json.set(JSONValue(newValue.images), at: "stable", "images")
      json.set(JSONValue(newValue.revision), at: "stable", "revision")
    }
  }

  /// The release that is under way; nil at rest.
  package var inFlight: InFlight? {
    get {
      guard let value = json["inFlight"], let since = value["since"]?.string.flatMap(Instant.init) else {
        return nil
      }
      return InFlight(
        podTemplateHash: value["podTemplateHash"]?.string ?? "",
        sourceCommit: value["sourceCommit"]?.string ?? "",
        step: value["step"]?.string ?? "",
        since: since
      )
    }
    set {
      guard let newValue else { return json["inFlight"] = nil }
      json.set(.string(newValue.podTemplateHash), at: "inFlight", "podTemplateHash")
      json.set(.string(newValue.sourceCommit), at: "inFlight", "sourceCommit")
      json.set(.string(newValue.step), at: "inFlight", "step")
      json.set(.string(newValue.since.rfc3339), at: "inFlight", "since")
    }
  }

  /// The last decisions, oldest first, as `serin.lock` has them.
  package var decisions: [JSONValue] { json["decisions"]?.array ?? [] }

  /// The ids of the last decisions, oldest first.
  package var decisionIDs: [String] { decisions.compactMap { $0["id"]?.string } }

  /// The images that must not come back unasked.
  package var quarantine: [Quarantined] {
    (json["quarantine"]?.array ?? []).compactMap { value in
      guard let image = value["image"]?.string else { return nil }
      return Quarantined(
        image: image,
        since: value["since"]?.string.flatMap(Instant.init),
        reason: value["reason"]?.string ?? "",
        id: value["id"]?.string ?? ""
      )
    }
  }

  init(json: JSONValue) { self.json = json }

  /// Adds a decision and forgets those beyond the limit.
  mutating func append(_ decision: Decision) {
    let entry: JSONValue = [
      "id": .string(decision.id), "decision": .string(decision.kind.rawValue),
      "revision": JSONValue(decision.revision), "at": .string(decision.at.rfc3339),
      "by": .string(decision.decidedBy), "reason": .string(oneLine(decision.reason)),
      "sourceCommit": .string(decision.sourceCommit), "images": JSONValue(decision.newImages),
    ]
    json["decisions"] = .array(Array((decisions + [entry]).suffix(SerinLock.decisionLimit)))
  }

  /// Adds an image to the quarantine, unless it is there.
  mutating func quarantine(_ image: String, by decision: Decision) {
    let entries = json["quarantine"]?.array ?? []
    guard !entries.contains(where: { $0["image"]?.string == image }) else { return }
    let entry: JSONValue = [
      "image": .string(image), "since": .string(decision.at.rfc3339),
      "reason": .string(oneLine(decision.reason)), "id": .string(decision.id),
    ]
    json["quarantine"] = .array(entries + [entry])
  }

  /// Takes images out of the quarantine: they were promoted after all.
  mutating func release(_ images: some Collection<String>) {
    guard let entries = json["quarantine"]?.array else { return }
    let kept = entries.filter { entry in !images.contains { $0 == entry["image"]?.string } }
    json["quarantine"] = kept.isEmpty ? nil : .array(kept)
  }
}

/// The text on one line: runs of blanks and line ends become single blanks.
func oneLine(_ text: String) -> String {
  text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
}
