import GitOpsCore
import GitStore
import KubeModel
import Primitives
import YAMLEdit

/// One attempt to write decisions on top of a branch's tip: fetch, decide, commit, push.
///
/// Everything is read from the tip and nothing is kept for the next attempt, so an attempt that lost a race is simply
/// made again.
struct DecisionSession {
  /// What an attempt came to.
  struct Outcome {
    /// `serin.lock` as the branch has it now.
    var lock: SerinLock
    /// One line for each decision.
    var lines: [String] = []
    var isPushed = false
  }

  /// How far back the history of a manifest is searched.
  private static let historyLimit = 50

  let target: WriteTarget
  let now: Instant

  private var source: GitSource { target.source }
  private var repository: GitRepository { target.repository }

  /// Commits each decision that the branch does not have, and pushes them together.
  func write(_ decisions: [Decision]) async throws -> Outcome {
    let tip = try await target.fetchTip()
    var parent = tip
    var outcome = Outcome(lock: SerinLock())
    for decision in decisions {
      let state = try await tipState(for: decision, at: parent)
      outcome.lock = state.lock
      guard case .record(let lock, let manifest) = decide(decision, tip: state) else {
        outcome.lines.append("\(decision.kind.rawValue) of \(decision.rollout) is recorded already")
        continue
      }
      parent = try await commit(decision, lock, manifest, state, on: parent, &outcome.lines)
      outcome.lock = lock
    }
    guard parent != tip else { return outcome }
    try await target.push(parent)
    outcome.isPushed = true
    return outcome
  }

  private func commit(
    _ decision: Decision,
    _ lock: SerinLock,
    _ manifest: DecisionOutcome.ManifestEdit,
    _ state: TipState,
    on parent: GitCommitID,
    _ lines: inout [String]
  ) async throws -> GitCommitID {
    let lockEdit = LockFile.edit(lock, of: source)
    let notes = state.lockProblem.map { ["serin.lock could not be read and was written anew: \($0)"] } ?? []
    func build(_ edits: [GitEdit], _ manifest: DecisionOutcome.ManifestEdit) async throws -> GitCommitID {
      let message = DecisionCommit.message(for: decision, manifest: manifest, notes: notes)
      let author = GitSignature(name: source.authorName, email: source.authorEmail, when: now)
      let id = try await repository.commit(parent: parent, edits: edits, message: message, author: author)
      var line = "\(message.prefix { $0 != "\n" }) (\(id.short))"
      if case .unchanged(let reason?) = manifest { line += "; \(reason)" }
      lines.append(line)
      return id
    }
    guard case .restore(let changes, let file) = manifest, let current = state.tip else {
      return try await build([lockEdit], manifest)
    }
    let refusal: String
    do {
      let edit = try await restore(changes, of: current, file: file, at: parent)
      return try await build([lockEdit, edit], manifest)
    } catch let error as YAMLEditError {
      refusal = "\(error)"
    } catch GitError.invalid(let message) {
      refusal = message
    }
    // What cannot be edited must not keep the decision from being recorded.
    let reason = "manifest left alone: \(file) could not be edited safely: \(refusal)"
    return try await build([lockEdit], .unchanged(reason: reason))
  }

  /// The file with the stable values spliced in, every other byte as it was.
  private func restore(
    _ changes: [FieldChange],
    of current: RolloutVersion,
    file: String,
    at commit: GitCommitID
  ) async throws -> GitEdit {
    guard let bytes = try await repository.readFile(commit: commit, path: file) else {
      throw GitError.notFound("\(file) is not in \(commit.short)")
    }
    let restored = changes.applied(to: current.object)
    let selector = DocumentSelector(
      apiVersion: current.object.apiVersion,
      kind: current.object.kind,
      namespace: current.object.namespace.isEmpty ? nil : current.object.namespace,
      name: current.object.name
    )
    let edits = YAMLChange.changes(from: current.object, to: restored, at: [])
    return GitEdit(path: file, bytes: try YAMLEditor.apply(edits, to: selector, in: bytes))
  }

  private func tipState(for decision: Decision, at commit: GitCommitID) async throws(GitError) -> TipState {
    let (lock, problem) = try await lock(at: commit)
    var state = TipState(lock: lock, lockProblem: problem, tip: nil)
    // Only an abort that is news looks at manifests.
    guard decision.kind == .abort, !lock[decision.rollout].decisionIDs.contains(decision.id) else {
      return state
    }
    state.tip = try await version(of: decision, at: commit, file: decision.sourceFile)
    guard let current = state.tip, let sourceCommit = GitCommitID(decision.sourceCommit) else { return state }
    state.release = try await version(of: decision, at: sourceCommit, file: decision.sourceFile)
    state.bases = try await bases(of: decision, lock, releasedAt: sourceCommit, file: state.release?.file)
    if state.release?.object != current.object {
      state.since = try await history(of: decision, from: commit, file: current.file, until: sourceCommit)
    }
    return state
  }

  private func lock(at commit: GitCommitID) async throws(GitError) -> (SerinLock, problem: String?) {
    try await LockFile.read(of: source, at: commit, in: repository)
  }

  /// Versions that may be the stable one: what the lock names, and only when that is not it, older ones.
  private func bases(
    of decision: Decision,
    _ lock: SerinLock,
    releasedAt commit: GitCommitID,
    file: String?
  ) async throws(GitError) -> [RolloutVersion] {
    var bases: [RolloutVersion] = []
    if let stable = lock[decision.rollout].stable, let id = GitCommitID(stable.sourceCommit),
      let version = try await version(of: decision, at: id, file: decision.sourceFile)
    {
      bases.append(version)
      if stable.podTemplateHash == decision.stableHash { return bases }
    }
    guard let file else { return bases }
    return try await bases + history(of: decision, from: commit, file: file, until: nil)
  }

  private func version(
    of decision: Decision,
    at commit: GitCommitID,
    file: String
  ) async throws(GitError) -> RolloutVersion? {
    do {
      return try await ManifestReader.rollout(
        decision.rollout,
        at: commit,
        file: file,
        source: source,
        in: repository
      )
    } catch GitError.notFound {
      return nil
    }
  }

  /// The versions of a file's manifest, newest first, down to a commit.
  private func history(
    of decision: Decision,
    from commit: GitCommitID,
    file: String,
    until last: GitCommitID?
  ) async throws(GitError) -> [RolloutVersion] {
    var versions: [RolloutVersion] = []
    let entries = try await repository.history(commit: commit, limit: Self.historyLimit, path: file)
    for entry in entries {
      guard let version = try await version(of: decision, at: entry.id, file: file) else { continue }
      versions.append(version)
      if entry.id == last { break }
    }
    return versions
  }
}
