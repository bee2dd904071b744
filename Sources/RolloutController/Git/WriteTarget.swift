package import GitOpsCore
package import GitStore
package import KubeModel
package import Primitives

/// Where decisions about the Rollouts of one source are written.
package struct WriteTarget: Sendable {
  package let source: GitSource
  package let repository: GitRepository

  package init(source: GitSource, repository: GitRepository) {
    self.source = source
    self.repository = repository
  }

  /// The tip to write on; a branch of our own that does not exist yet begins at the one that is followed.
  func fetchTip() async throws(GitError) -> GitCommitID {
    guard source.writeBranch != source.branch else {
      return try await repository.fetch(branch: source.branch)
    }
    do {
      return try await repository.fetch(branch: source.writeBranch)
    } catch GitError.branchMissing {
      return try await repository.fetch(branch: source.branch)
    }
  }

  /// Moves the branch to a commit that was built on its tip.
  func push(_ commit: GitCommitID) async throws(GitError) {
    try await repository.push(
      commit: commit,
      to: source.writeBranch,
      creating: source.writeBackMode == .branch
    )
  }
}

/// How the writer meets the world; tests give their own.
package struct GitWriterEnvironment: Sendable {
  /// The source as it is now and a mirror to write with; nil when the source is gone.
  package var open: @Sendable (_ source: ObjectKey) async throws -> WriteTarget?
  /// A decision landed, or the reason why it has not changed: the Rollout is worth a look.
  package var changed: @Sendable (_ rollout: ObjectKey) -> Void
  /// Commits of ours were pushed: the source is worth a sync.
  package var pushed: @Sendable (_ source: ObjectKey) -> Void
  package var sleep: @Sendable (Duration) async throws -> Void
  package var now: @Sendable () -> Instant
  /// One line for people.
  package var log: @Sendable (GitLogLine) -> Void
  package var seed: UInt64

  package init(
    open: @escaping @Sendable (ObjectKey) async throws -> WriteTarget?,
    changed: @escaping @Sendable (ObjectKey) -> Void = { _ in },
    pushed: @escaping @Sendable (ObjectKey) -> Void = { _ in },
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
    now: @escaping @Sendable () -> Instant,
    log: @escaping @Sendable (GitLogLine) -> Void = { _ in },
    seed: UInt64 = 1
  ) {
    self.open = open
    self.changed = changed
    self.pushed = pushed
    self.sleep = sleep
    self.now = now
    self.log = log
    self.seed = seed
  }
}

/// A line for the log, with what it is about.
package struct GitLogLine: Sendable, Hashable, CustomStringConvertible {
  package let isWarning: Bool
  package let source: ObjectKey
  package let message: String

  package init(isWarning: Bool, source: ObjectKey, message: String) {
    self.isWarning = isWarning
    self.source = source
    self.message = message
  }

  package var description: String { "GitSource \(source): \(message)" }
}
