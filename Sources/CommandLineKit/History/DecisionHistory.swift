import GitStore

/// Reads the decisions that a branch records.
enum DecisionHistory {
  /// How many commits are looked at first, and at most.
  private static let firstLook = 512
  private static let lastLook = 1 << 17

  /// The newest decisions that pass, newest first.
  ///
  /// The branches are tried in order: the first that exists is read. A repository without a commit has no decisions.
  /// Throws `branchMissing` with the last of them when none exists.
  static func read(
    _ repository: GitRepository,
    branches: [String],
    limit: Int,
    where isWanted: @Sendable (DecisionRecord) -> Bool
  ) async throws(GitError) -> [DecisionRecord] {
    guard let tip = try await tip(of: repository, branches) else { return [] }
    var look = firstLook
    while true {
      let entries = try await repository.history(commit: tip, limit: look)
      let records = entries.compactMap { entry in
        DecisionRecord(commit: entry.id, author: entry.author, message: entry.message)
      }.filter(isWanted)
      // Decisions are a small part of a busy branch, so each further look is a longer one.
      if records.count >= limit || entries.count < look || look >= lastLook {
        return Array(records.prefix(limit))
      }
      look *= 8
    }
  }

  /// The decisions of several repositories, newest first; one repository keeps the order of its commits, whatever the
  /// clocks said. What two sources of one repository both have counts once.
  static func merge(_ lists: [[DecisionRecord]]) -> [DecisionRecord] {
    guard lists.count > 1 else { return lists.first ?? [] }
    return Set(lists.joined()).sorted { left, right in
      if left.when != right.when { return left.when > right.when }
      return (left.rollout, left.commit.hex) < (right.rollout, right.commit.hex)
    }
  }

  private static func tip(of repository: GitRepository, _ branches: [String]) async throws(GitError)
    -> GitCommitID?
  {
    var missing: GitError?
    for branch in branches {
      do throws(GitError) {
        return try await repository.fetch(branch: branch)
      } catch {
        switch error {
        case .branchMissing: missing = error
        case .emptyRepository: return nil
        default: throw error
        }
      }
    }
    if let missing { throw missing }
    return nil
  }
}
