import CGit2

extension Mirror {
  /// Moves the remote branch to a commit of the mirror, fast-forward only.
  func push(_ id: GitCommitID, to branch: String, creating: Bool, _ operation: Operation) throws(GitError) {
    let reference = try GitNames.reference(ofBranch: branch)
    _ = try commit(id)
    let url = try GitURL(remote.url)
    if url.scheme == .file {
      try pushLocally(id, to: reference, path: url.path, creating: creating, operation)
    } else {
      try pushOverNetwork(id, to: reference, creating: creating, operation)
    }
    try setReference(reference, to: id)
  }

  private func pushOverNetwork(
    _ id: GitCommitID,
    to reference: String,
    creating: Bool,
    _ operation: Operation
  )
    throws(GitError)
  {
    let doing = "cannot push \(id.short) to \(reference.dropFirst(11)) of \(remote)"
    let refusal = try connected(GIT_DIRECTION_PUSH, operation, doing) {
      (connection) throws(GitError) -> Refusal? in
      let tip = try currentTip(of: reference, creating: creating, over: connection, doing)
      if tip == id { return nil }
      if let tip, try !isAncestor(tip, of: id) { throw .rejected(newTip: tip) }
      return try upload(id, to: reference, over: connection, doing)
    }
    guard let refusal else { return }
    let tip = try connected(GIT_DIRECTION_FETCH, operation, doing) { (connection) throws(GitError) in
      try currentTip(of: reference, creating: creating, over: connection, doing)
    }
    if tip == id { return }
    if let tip, try !isAncestor(tip, of: id) { throw .rejected(newTip: tip) }
    throw refusal.isLock ? .unreachable("\(doing): \(refusal.text)") : .refused("\(doing): \(refusal.text)")
  }

  private func currentTip(of reference: String, creating: Bool, over connection: Connection, _ doing: String)
    throws(GitError) -> GitCommitID?
  {
    creating ? try connection.tip(of: reference, doing).tip : try connection.existingTip(of: reference, doing)
  }

  /// Why a server took the objects but did not move the branch.
  private struct Refusal {
    let text: String
    /// Somebody else holds the reference's lock right now.
    let isLock: Bool
  }

  private func upload(_ id: GitCommitID, to reference: String, over connection: Connection, _ doing: String)
    throws(GitError) -> Refusal?
  {
    var options = git_push_options()
    git_push_options_init(&options, UInt32(GIT_PUSH_OPTIONS_VERSION))
    options.callbacks = connection.context.callbacks()
    options.proxy_opts.type = GIT_PROXY_AUTO
    options.pb_parallelism = 1
    options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
    // A push names references on both sides. This one lives as long as the upload.
    let source = "refs/serin/push"
    try setReference(source, to: id)
    let repository = try open()
    defer { git_reference_remove(repository, source) }
    let code = withStringArray("\(source):\(reference)") {
      git_remote_upload(connection.pointer, $0, &options)
    }
    if code == GIT_ENONFASTFORWARD.rawValue { return Refusal(text: "not a fast-forward", isLock: false) }
    let refusals = connection.context.refusals
    guard refusals.isEmpty else {
      let said = connection.context.serverText
      let text = refusals.joined(separator: ", ") + (said.isEmpty ? "" : " (\(said))")
      return Refusal(
        text: GitURL.redact(text),
        isLock: text.contains("failed to update ref") || text.contains("lock")
      )
    }
    guard code == 0 else { throw connection.context.error(code, doing) }
    return nil
  }

  /// Whether the first commit is the second or is behind it; false when the mirror does not have the first.
  func isAncestor(_ ancestor: GitCommitID, of id: GitCommitID) throws(GitError) -> Bool {
    if ancestor == id { return true }
    guard try has(ancestor) else { return false }
    var (new, old) = (id.oid, ancestor.oid)
    let answer = git_graph_descendant_of(try open(), &new, &old)
    try check(answer, "cannot compare \(ancestor.short) and \(id.short)")
    return answer == 1
  }
}
