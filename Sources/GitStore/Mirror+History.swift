import CGit2
import Primitives

extension Mirror {
  /// The commits from this one back, newest first; with a path, those that changed it against every parent.
  ///
  /// Dates only order the sides of a merge: a commit never comes before the one that led to it. libgit2's own walk
  /// sorts all of history by date first, so wrong clocks would reorder even a straight line.
  func history(_ id: GitCommitID, limit: Int, path: String?, _ operation: Operation) throws(GitError)
    -> [GitLogEntry]
  {
    if let path { _ = try GitNames.components(ofPath: path) }
    var entries: [GitLogEntry] = []
    var seen: Set<GitCommitID> = [id]
    var waiting = [(id: id, seconds: Int64.max)]
    while entries.count < limit, !waiting.isEmpty {
      try operation.checkpoint()
      let next = waiting.removeFirst().id
      let commit = try commit(next)
      for parent in Self.parents(of: commit) where seen.insert(parent).inserted {
        let handle = try self.commit(parent)
        let seconds = git_commit_time(handle.pointer)
        waiting.insert((parent, seconds), at: waiting.firstIndex { $0.seconds < seconds } ?? waiting.endIndex)
      }
      if let path, try !changes(path, commit: commit) { continue }
      entries.append(Self.entry(of: commit, id: next))
    }
    return entries
  }

  private func changes(_ path: String, commit: borrowing Handle) throws(GitError) -> Bool {
    let own = try identity(of: path, in: commit)
    let parents = git_commit_parentcount(commit.pointer)
    guard parents > 0 else { return own != nil }
    for index in 0..<parents {
      let parent = try Handle("cannot read a parent commit", free: git_commit_free) {
        git_commit_parent($0, commit.pointer, index)
      }
      if try identity(of: path, in: parent) == own { return false }
    }
    return true
  }

  /// Object and mode at a path, which together say whether two commits agree about it.
  private func identity(of path: String, in commit: borrowing Handle) throws(GitError) -> String? {
    let pointer = commit.pointer
    let tree = try Handle("cannot read a tree", free: git_tree_free) { git_commit_tree($0, pointer) }
    var entry: OpaquePointer?
    let code = git_tree_entry_bypath(&entry, tree.pointer, path)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try check(code, "cannot read \(path)")
    defer { git_tree_entry_free(entry) }
    guard let id = git_tree_entry_id(entry) else { return nil }
    return "\(GitCommitID(id.pointee).hex) \(git_tree_entry_filemode(entry).rawValue)"
  }

  private static func parents(of commit: borrowing Handle) -> [GitCommitID] {
    let pointer = commit.pointer
    return (0..<git_commit_parentcount(pointer)).compactMap { index in
      git_commit_parent_id(pointer, index).map { GitCommitID($0.pointee) }
    }
  }

  private static func entry(of commit: borrowing Handle, id: GitCommitID) -> GitLogEntry {
    return GitLogEntry(
      id: id,
      parents: parents(of: commit),
      author: signature(git_commit_author(commit.pointer)),
      committer: signature(git_commit_committer(commit.pointer)),
      message: git_commit_message(commit.pointer).map { String(cString: $0) } ?? ""
    )
  }

  private static func signature(_ signature: UnsafePointer<git_signature>?) -> GitSignature {
    guard let signature = signature?.pointee else {
      return GitSignature(name: "", email: "", when: Instant(secondsSinceEpoch: 0))
    }
    return GitSignature(
      name: signature.name.map { String(cString: $0) } ?? "",
      email: signature.email.map { String(cString: $0) } ?? "",
      when: Instant(secondsSinceEpoch: signature.when.time)
    )
  }
}
