import Primitives

extension GitRepository {
  /// Creates the empty bare repository that a file remote names; its HEAD names the branch, which has no commit yet.
  ///
  /// Throws when a repository is there already, and for remotes that are not on this machine.
  package func createRemote(branch: String, within deadline: Duration = .seconds(30)) async throws(GitError) {
    try await perform("cannot create \(remote)", within: deadline) { (mirror, _) throws(GitError) in
      try mirror.createRemote(branch)
    }
  }

  /// Asks the remote where a branch is, which moves no objects.
  package func remoteTip(branch: String, within deadline: Duration = .seconds(30)) async throws(GitError)
    -> GitCommitID
  {
    try await perform("cannot read branch \(branch) of \(remote)", within: deadline) {
      (mirror, operation) throws(GitError) in
      try mirror.remoteTip(branch, operation)
    }
  }

  /// Brings a branch's commits into the mirror and returns its tip; after a force push, the new one.
  ///
  /// A damaged mirror, and one with very many packs, is made anew; commits built before and not pushed are gone then
  /// (pushing one throws `notFound`), so build commits after the fetch. Throws `branchMissing` and `emptyRepository` when there is nothing to fetch.
  package func fetch(branch: String, within deadline: Duration = .seconds(120)) async throws(GitError)
    -> GitCommitID
  {
    try await perform("cannot fetch branch \(branch) of \(remote)", within: deadline) {
      (mirror, operation) throws(GitError) in
      try mirror.fetch(branch, operation)
    }
  }

  /// All files, links and submodules under a path (`""` for all), in the order of the tree, links not followed.
  ///
  /// Throws `notFound` when the commit is not in the mirror or has no such path.
  package func readTree(
    commit: GitCommitID,
    under path: String,
    limits: GitReadLimits = GitReadLimits(),
    within deadline: Duration = .seconds(120)
  ) async throws(GitError) -> [GitFile] {
    try await perform("cannot read \(path) at \(commit.short)", within: deadline) {
      (mirror, operation) throws(GitError) in
      try mirror.readTree(commit, under: path, limits: limits, operation)
    }
  }

  /// The bytes of one file (of a link: its target's path); nil when the commit has no file there.
  package func readFile(
    commit: GitCommitID,
    path: String,
    limits: GitReadLimits = GitReadLimits(fileBytes: 16 << 20),
    within deadline: Duration = .seconds(120)
  ) async throws(GitError) -> [UInt8]? {
    try await perform("cannot read \(path) at \(commit.short)", within: deadline) {
      (mirror, operation) throws(GitError) in
      try mirror.readFile(commit, path: path, limits: limits, operation)
    }
  }

  /// The commits from this one back, newest first; with a path, those that changed the file or folder.
  package func history(
    commit: GitCommitID,
    limit: Int,
    path: String? = nil,
    within deadline: Duration = .seconds(120)
  ) async throws(GitError) -> [GitLogEntry] {
    try await perform("cannot read the history of \(commit.short)", within: deadline) {
      (mirror, operation) throws(GitError) in
      try mirror.history(commit, limit: limit, path: path, operation)
    }
  }

  /// The commit that last changed a file or folder, seen from a commit; nil when no commit has it.
  package func lastChange(
    of path: String,
    from commit: GitCommitID,
    within deadline: Duration = .seconds(120)
  ) async throws(GitError) -> GitLogEntry? {
    try await history(commit: commit, limit: 1, path: path, within: deadline).first
  }

  /// Whether the first commit is the second or one behind it; false when the mirror does not have the first.
  package func isAncestor(
    _ ancestor: GitCommitID,
    of commit: GitCommitID,
    within deadline: Duration = .seconds(120)
  ) async throws(GitError) -> Bool {
    try await perform("cannot compare \(ancestor.short) and \(commit.short)", within: deadline) {
      (mirror, _) throws(GitError) in
      _ = try mirror.commit(commit)
      return try mirror.isAncestor(ancestor, of: commit)
    }
  }

  /// Builds a commit on a parent from whole new file contents; no branch moves, here or at the remote.
  ///
  /// File modes are kept. The same input gives the same commit. Refuses (`invalid`) paths that leave the tree, edits of
  /// links, folders and submodules, and edits that change nothing. Without a parent it is the first commit of a
  /// repository. The committer is the author unless given.
  package func commit(
    parent: GitCommitID?,
    edits: [GitEdit],
    message: String,
    author: GitSignature,
    committer: GitSignature? = nil,
    within deadline: Duration = .seconds(120)
  ) async throws(GitError) -> GitCommitID {
    let doing = "cannot build a commit on \(parent?.short ?? "nothing")"
    return try await perform(doing, within: deadline) { (mirror, _) throws(GitError) in
      try mirror.commit(
        on: parent,
        edits: edits,
        message: message,
        author: author,
        committer: committer ?? author
      )
    }
  }

  /// Moves the remote branch to a commit of the mirror, by fast-forward only.
  ///
  /// Throws `rejected` with the branch's new tip when somebody else moved it; `refused` with the server's words when a
  /// hook or a protection said no; `branchMissing` when the branch is gone and `creating` is false. A branch that is
  /// already there is success, so repeating a push is harmless. After `timedOut`, `unreachable` and `cancelled` the
  /// commit may or may not have arrived.
  package func push(
    commit: GitCommitID,
    to branch: String,
    creating: Bool = false,
    within deadline: Duration = .seconds(60)
  ) async throws(GitError) {
    let doing = "cannot push \(commit.short) to \(branch) of \(remote)"
    try await perform(doing, within: deadline) { (mirror, operation) throws(GitError) in
      try mirror.push(commit, to: branch, creating: creating, operation)
    }
  }
}
