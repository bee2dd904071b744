import CGit2
import Primitives

extension Mirror {
  /// The commits from this one back, newest first; with a path, those that changed it against every parent.
  func history(_ id: GitCommitID, limit: Int, path: String?, _ operation: Operation) throws(GitError)
    -> [GitLogEntry]
  {
    if let path { _ = try GitNames.components(ofPath: path) }
    let repository = try open()
    // Before the walk, so that an unknown commit is `notFound`.
    _ = try commit(id)
    let walk = try Handle("cannot walk the history of \(id.short)", free: git_revwalk_free) {
      git_revwalk_new($0, repository)
    }
    git_revwalk_sorting(walk.pointer, GIT_SORT_TIME.rawValue)
    var oid = id.oid
    try check(git_revwalk_push(walk.pointer, &oid), "cannot walk the history of \(id.short)")
    var entries: [GitLogEntry] = []
    while entries.count < limit {
      try operation.checkpoint()
      let code = git_revwalk_next(&oid, walk.pointer)
      if code == GIT_ITEROVER.rawValue { break }
      try check(code, "cannot walk the history of \(id.short)")
      let commit = try commit(GitCommitID(oid))
      if let path, try !changes(path, commit: commit) { continue }
      entries.append(Self.entry(of: commit, id: GitCommitID(oid)))
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

  private static func entry(of commit: borrowing Handle, id: GitCommitID) -> GitLogEntry {
    let parents = (0..<git_commit_parentcount(commit.pointer)).compactMap {
      [pointer = commit.pointer] index in
      git_commit_parent_id(pointer, index).map { GitCommitID($0.pointee) }
    }
    return GitLogEntry(
      id: id,
      parents: parents,
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
