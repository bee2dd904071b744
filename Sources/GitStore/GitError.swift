/// Why a Git operation failed; each case says whether trying again, unchanged, can help.
///
/// Messages are one line and hold no credentials.
package enum GitError: Error, Sendable, Equatable {
  /// The repository, commit or path does not exist, or these credentials cannot see it.
  case notFound(String)
  /// The server wants credentials, or refuses the ones given.
  case authenticationFailed(String)
  /// The server's ssh host key or TLS certificate is not one that we were told to trust.
  case untrustedHost(String)
  /// No connection, a broken one, or a server that says it cannot serve now.
  case unreachable(String)
  /// The repository has branches, but not this one: never made, or deleted under us.
  case branchMissing(name: String)
  /// The repository has no commit yet.
  case emptyRepository(String)
  /// The push is not a fast-forward: somebody else moved the branch to this tip. Fetch, decide again, push again.
  case rejected(newTip: GitCommitID)
  /// The server took the connection but refuses this update: a hook, a protected branch, a read-only repository.
  case refused(String)
  /// The local mirror is damaged; the next fetch makes it anew.
  case corrupt(String)
  /// The deadline passed.
  case timedOut(String)
  /// The calling task was cancelled.
  case cancelled(String)
  /// An earlier operation on this mirror passed its deadline and its call has not returned yet.
  case busy(String)
  /// The input was never acceptable: a hostile path or branch name, an unsupported address, a broken signature.
  case invalid(String)
  /// Anything else, in the library's words.
  case other(String)
}

extension GitError: CustomStringConvertible {
  /// One line for people.
  package var message: String {
    switch self {
    case .notFound(let text), .authenticationFailed(let text), .untrustedHost(let text),
      .unreachable(let text),
      .emptyRepository(let text), .refused(let text), .corrupt(let text), .timedOut(let text),
      .cancelled(let text),
      .busy(let text), .invalid(let text), .other(let text):
      text
    case .branchMissing(let name): "branch \(name) does not exist at the remote"
    case .rejected(let newTip): "push rejected: the branch has moved to \(newTip.short)"
    }
  }

  /// Whether the same request may succeed later without anybody changing its input; for `rejected`, after deciding
  /// again on the new tip.
  package var isTransient: Bool {
    switch self {
    case .unreachable, .rejected, .corrupt, .timedOut, .busy: true
    case .notFound, .authenticationFailed, .untrustedHost, .branchMissing, .emptyRepository, .refused,
      .cancelled,
      .invalid, .other:
      false
    }
  }

  package var description: String { message }
}
