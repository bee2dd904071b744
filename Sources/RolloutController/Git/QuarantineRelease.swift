import GitOpsCore
package import GitStore
package import KubeModel
package import Primitives

/// Lets an image in again that a release was aborted for, by commits on the branch to which decisions go.
package struct QuarantineRelease: Sendable {
  /// What was done about one Rollout.
  package struct Done: Sendable, Hashable {
    package let rollout: ObjectKey
    package let commit: GitCommitID
    /// The branch that has the commit.
    package let branch: String
  }

  /// How often a push that somebody else was faster with is made again.
  private static let attempts = 10

  private let image: String
  private let rollout: ObjectKey?
  private let person: String
  private let reason: String

  /// - Parameters:
  ///   - image: As the manifest had it.
  ///   - rollout: Only for this Rollout; nil for all that have it in quarantine.
  ///   - person: Who asks for it.
  ///   - reason: Why, for the commits; may be empty.
  package init(_ image: String, for rollout: ObjectKey? = nil, by person: String, reason: String = "") {
    self.image = image
    self.rollout = rollout
    self.person = person
    self.reason = reason
  }

  /// Commits one release for each Rollout and pushes them together; nothing is pushed when the lock has nothing of it.
  package func perform(on target: WriteTarget, now: Instant) async throws(GitError) -> [Done] {
    for _ in 1..<Self.attempts {
      do throws(GitError) {
        return try await attempt(on: target, now)
      } catch {
        // Somebody pushed first: the new tip is what counts.
        guard case .rejected = error else { throw error }
      }
    }
    return try await attempt(on: target, now)
  }

  private func attempt(on target: WriteTarget, _ now: Instant) async throws(GitError) -> [Done] {
    let (source, repository) = (target.source, target.repository)
    let tip = try await target.fetchTip()
    var (lock, problem) = try await LockFile.read(of: source, at: tip, in: repository)
    if let problem { throw .invalid("\(source.lockPath) at \(tip.short) cannot be read: \(problem)") }
    var parent = tip
    var done: [Done] = []
    for (key, entry) in lock.quarantined(image) where rollout == nil || key == rollout {
      lock = lock.releasing(image, for: key)
      parent = try await repository.commit(
        parent: parent,
        edits: [LockFile.edit(lock, of: source)],
        message: DecisionCommit.message(releasing: entry, for: key, by: person, reason: reason),
        author: GitSignature(name: source.authorName, email: source.authorEmail, when: now)
      )
      done.append(Done(rollout: key, commit: parent, branch: source.writeBranch))
    }
    if parent != tip { try await target.push(parent) }
    return done
  }
}
