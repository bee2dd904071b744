import KubeModel
package import Primitives

/// A Rollout's manifest at one commit.
package struct RolloutVersion: Sendable, Hashable {
  package let commit: String
  package let file: String
  package let object: JSONValue

  package init(commit: String, file: String, object: JSONValue) {
    self.commit = commit
    self.file = file
    self.object = object
  }
}

/// What the branch holds when a decision is about to be written.
package struct TipState: Sendable, Hashable {
  /// The lock at the tip; empty when there is none.
  package var lock: SerinLock
  /// Why the lock at the tip could not be read; it is then written anew.
  package var lockProblem: String?
  /// The manifest at the tip; nil when it is gone.
  package var tip: RolloutVersion?
  /// The manifest at the commit of the release; nil when that commit or the manifest in it is gone.
  package var release: RolloutVersion?
  /// Versions that may be the stable one: the one at the lock's stable commit first, then older ones, newest first.
  package var bases: [RolloutVersion]
  /// Versions between the release and the tip, newest first, to name who changed a field.
  package var since: [RolloutVersion]

  package init(
    lock: SerinLock,
    lockProblem: String? = nil,
    tip: RolloutVersion?,
    release: RolloutVersion? = nil,
    bases: [RolloutVersion] = [],
    since: [RolloutVersion] = []
  ) {
    self.lock = lock
    self.lockProblem = lockProblem
    self.tip = tip
    self.release = release
    self.bases = bases
    self.since = since
  }
}

/// What a decision does to the repository.
package enum DecisionOutcome: Sendable, Hashable {
  /// What happens to the Rollout's manifest.
  package enum ManifestEdit: Sendable, Hashable {
    /// It stays; the reason is nil when nothing had to be restored.
    case unchanged(reason: String?)
    /// These fields of the Rollout in this file go back to their stable values.
    case restore([FieldChange], file: String)
  }

  /// The branch already has this decision.
  case alreadyRecorded
  /// Commit this lock, and this edit of the manifest.
  case record(lock: SerinLock, manifest: ManifestEdit)
}

/// What to commit for a decision on top of a branch's tip; the same for the same tip, whoever asks and how often.
package func decide(_ decision: Decision, tip: TipState) -> DecisionOutcome {
  var lock = tip.lock
  var record = lock[decision.rollout]
  guard !record.decisionIDs.contains(decision.id) else { return .alreadyRecorded }
  let isLate = isLate(decision, record)
  record.append(decision)
  if record.inFlight?.podTemplateHash == decision.canaryHash { record.inFlight = nil }
  let manifest: DecisionOutcome.ManifestEdit
  switch decision.kind {
  case .promote:
    if !isLate {
      record.stable = LockRecord.Stable(
        sourceCommit: decision.sourceCommit,
        podTemplateHash: decision.canaryHash,
        images: decision.newImages,
        revision: decision.revision
      )
    }
    record.release(decision.newImages.values)
    manifest = .unchanged(reason: nil)
  case .abort:
    for (container, image) in decision.newImages.sorted(by: { $0.key < $1.key })
    where decision.oldImages[container] != image {
      record.quarantine(image, by: decision)
    }
    manifest = restore(decision, tip: tip)
  }
  lock[decision.rollout] = record
  return .record(lock: lock, manifest: manifest)
}

/// Whether a later revision of the same Rollout was promoted already, so that this promotion is history only.
private func isLate(_ decision: Decision, _ record: LockRecord) -> Bool {
  let rollout = decision.id.prefix { $0 != "-" }
  return record.decisions.contains { other in
    other["decision"]?.string == Decision.Kind.promote.rawValue
      && other["id"]?.string?.prefix { $0 != "-" } == rollout
      && (other["revision"]?.int ?? 0) > decision.revision
  }
}

private func restore(_ decision: Decision, tip: TipState) -> DecisionOutcome.ManifestEdit {
  guard let current = tip.tip else {
    return .unchanged(reason: "the manifest of \(decision.rollout) is no longer in the branch")
  }
  guard let template = current.object.at("spec", "template") else {
    return .unchanged(reason: "the pod template is not part of the Rollout's manifest")
  }
  guard let release = tip.release?.object.at("spec", "template") else {
    let commit = shortCommit(decision.sourceCommit)
    return .unchanged(reason: "manifest left alone: the release's commit \(commit) does not hold it any more")
  }
  guard let base = stableTemplate(decision, tip) else {
    return .unchanged(reason: "manifest left alone: the stable revision was not found in Git")
  }
  switch ReleaseInverse(
    base: base.template,
    release: release,
    tip: template,
    baseIsLive: base.isLive
  ) {
  case .changes(let changes): return .restore(changes, file: current.file)
  case .alreadyStable: return .unchanged(reason: "the manifest already holds the stable values")
  case .changedSince(let paths): return .unchanged(reason: foreignChange(paths, tip))
  }
}

/// The template of the stable revision: from Git where a version there has the stable images, else from the cluster.
private func stableTemplate(
  _ decision: Decision,
  _ tip: TipState
) -> (template: JSONValue, isLive: Bool)? {
  let stable = tip.lock[decision.rollout].stable
  for version in tip.bases {
    guard let template = version.object.at("spec", "template") else { continue }
    let isRecorded = stable?.sourceCommit == version.commit && stable?.podTemplateHash == decision.stableHash
    if isRecorded || Decision.images(ofTemplate: template) == decision.oldImages { return (template, false) }
  }
  return decision.stableTemplate.map { ($0, true) }
}

private func foreignChange(_ paths: [[PathElement]], _ tip: TipState) -> String {
  let fields = paths.prefix(3).map(FieldChange.text).joined(separator: ", ")
  let more = paths.count > 3 ? " and \(paths.count - 3) more" : ""
  let verb = paths.count > 1 ? "were" : "was"
  let author = paths.first.flatMap { changer(of: $0, tip) } ?? "a later commit"
  return "manifest left alone: \(fields)\(more) \(verb) changed since by \(author)"
}

/// The newest commit after which the field had the value it has now.
private func changer(of path: [PathElement], _ tip: TipState) -> String? {
  let current = tip.tip?.object.at(path)
  let newest = tip.since.prefix { $0.object.at(path) == current }
  return newest.last.map { shortCommit($0.commit) }
}

/// A commit as people write it: its first twelve digits.
package func shortCommit(_ commit: String) -> String { String(commit.prefix(12)) }
