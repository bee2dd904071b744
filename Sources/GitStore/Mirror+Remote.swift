import CGit2

extension Mirror {
  /// A connection to the remote, valid inside `connected`.
  struct Connection {
    let pointer: OpaquePointer
    let context: RemoteContext

    /// What a branch's reference points at, and whether the remote has any reference.
    func tip(of reference: String, _ doing: String) throws(GitError) -> (tip: GitCommitID?, isEmpty: Bool) {
      var heads: UnsafeMutablePointer<UnsafePointer<git_remote_head>?>?
      var count = 0
      let code = git_remote_ls(&heads, &count, pointer)
      guard code == 0 else { throw context.error(code, doing) }
      var found: GitCommitID?
      var hasBranches = false
      for index in 0..<count {
        guard let head = heads?[index]?.pointee, let name = head.name.map({ String(cString: $0) }) else {
          continue
        }
        if name.hasPrefix("refs/") { hasBranches = true }
        if name == reference { found = GitCommitID(head.oid) }
      }
      return (found, !hasBranches)
    }

    /// The tip; throws when the branch or the whole repository has no commit.
    func existingTip(of reference: String, _ doing: String) throws(GitError) -> GitCommitID {
      let (tip, isEmpty) = try tip(of: reference, doing)
      if let tip { return tip }
      if isEmpty { throw .emptyRepository("\(context.remote) is empty: it has no commit yet") }
      throw .branchMissing(name: String(reference.dropFirst("refs/heads/".count)))
    }
  }

  /// Runs the body with an open connection.
  func connected<T>(
    _ direction: git_direction,
    _ operation: Operation,
    _ doing: String,
    _ body: (Connection) throws(GitError) -> T
  ) throws(GitError) -> T {
    let url = try GitURL(remote.url)
    let context = RemoteContext(remote: remote, url: url, operation: operation)
    return try operation.run { () throws(GitError) in
      guard url.scheme == .https || url.scheme == .http else {
        return try connect(direction, context, doing, body)
      }
      return try TrustGate.shared.trusting(remote.caPEM, for: operation) { () throws(GitError) in
        try connect(direction, context, doing, body)
      }
    }
  }

  private func connect<T>(
    _ direction: git_direction,
    _ context: RemoteContext,
    _ doing: String,
    _ body: (Connection) throws(GitError) -> T
  ) throws(GitError) -> T {
    let repository = try open()
    var creation = git_remote_create_options()
    git_remote_create_options_init(&creation, UInt32(GIT_REMOTE_CREATE_OPTIONS_VERSION))
    creation.repository = repository
    // Looking for address rewrites in the configuration leaks 10 KB each time (libgit2 forgets the match data of a
    // regular expression that does not match), which a controller that polls cannot afford.
    creation.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF.rawValue
    let handle = try Handle(doing, free: git_remote_free) {
      git_remote_create_with_opts($0, remote.url, &creation)
    }
    // The callbacks borrow the context, which must therefore outlive the connection.
    defer {
      git_remote_disconnect(handle.pointer)
      withExtendedLifetime(context) {}
    }
    var options = git_remote_connect_options()
    git_remote_connect_options_init(&options, UInt32(GIT_REMOTE_CONNECT_OPTIONS_VERSION))
    options.callbacks = context.callbacks()
    options.proxy_opts.type = GIT_PROXY_AUTO
    options.follow_redirects = redirects
    let code = git_remote_connect_ext(handle.pointer, direction, &options)
    guard code == 0 else { throw context.error(code, doing) }
    return try body(Connection(pointer: handle.pointer, context: context))
  }

  /// Credentials must not follow a redirect to another host, so with credentials there are none (within a host, libgit2
  /// follows either way).
  private var redirects: git_remote_redirect_t {
    remote.credentials == .none ? GIT_REMOTE_REDIRECT_INITIAL : GIT_REMOTE_REDIRECT_NONE
  }

  /// Asks the remote where the branch is, and nothing else.
  func remoteTip(_ branch: String, _ operation: Operation) throws(GitError) -> GitCommitID {
    let reference = try GitNames.reference(ofBranch: branch)
    let doing = "cannot read branch \(branch) of \(remote)"
    return try connected(GIT_DIRECTION_FETCH, operation, doing) { (connection) throws(GitError) in
      try connection.existingTip(of: reference, doing)
    }
  }

  /// Brings the branch's commits into the mirror and returns its tip.
  func fetch(_ branch: String, _ operation: Operation) throws(GitError) -> GitCommitID {
    let reference = try GitNames.reference(ofBranch: branch)
    let doing = "cannot fetch branch \(branch) of \(remote)"
    return try healing { () throws(GitError) in
      let tip = try connected(GIT_DIRECTION_FETCH, operation, doing) { (connection) throws(GitError) in
        let tip = try connection.existingTip(of: reference, doing)
        if try !has(tip) { try download(reference, over: connection, doing) }
        return tip
      }
      // Local references that claim what is not there make the remote leave it out.
      guard try has(tip) else { throw .corrupt("\(doing): commit \(tip.short) did not arrive") }
      // Reading it proves that it is a commit.
      _ = try tree(of: tip)
      try setReference(reference, to: tip)
      return tip
    }
  }

  private func download(_ reference: String, over connection: Connection, _ doing: String) throws(GitError) {
    var options = git_fetch_options()
    git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION))
    options.callbacks = connection.context.callbacks()
    options.proxy_opts.type = GIT_PROXY_AUTO
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE
    options.follow_redirects = redirects
    let code = withStringArray("\(reference):\(reference)") {
      git_remote_download(connection.pointer, $0, &options)
    }
    guard code == 0 else { throw connection.context.error(code, doing) }
  }
}

/// Runs the body with a C array of one string, which must not escape.
func withStringArray<T>(_ text: String, _ body: (UnsafePointer<git_strarray>) -> T) -> T {
  var bytes = Array(text.utf8CString)
  return bytes.withUnsafeMutableBufferPointer { bytes in
    var first = bytes.baseAddress
    return withUnsafeMutablePointer(to: &first) { strings in
      var array = git_strarray(strings: strings, count: 1)
      return body(&array)
    }
  }
}
