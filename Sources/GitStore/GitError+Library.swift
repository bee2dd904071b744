import CGit2

extension GitError {
  /// Which side an error is about.
  enum Side {
    case mirror
    case remote
  }

  /// What the library said last on this thread, as a case of ours; call it before anything else touches libgit2.
  static func last(_ code: Int32, _ doing: String, at side: Side) -> GitError {
    let error = git_error_last()
    let said = error?.pointee.message.map { String(cString: $0) } ?? "libgit2 error \(code)"
    let kind = git_error_t(UInt32(bitPattern: error?.pointee.klass ?? 0))
    let message = GitURL.redact(GitURL.printable("\(doing): \(said)"))
    return side == .mirror ? mirrorError(code, kind, message) : remoteError(code, kind, said, message)
  }

  private static func mirrorError(_ code: Int32, _ kind: git_error_t, _ message: String) -> GitError {
    // A lock in the mirror is left over from a process that was killed: nobody else writes there.
    if code == GIT_ELOCKED.rawValue { return .corrupt(message) }
    return switch kind {
    case GIT_ERROR_ODB, GIT_ERROR_ZLIB, GIT_ERROR_OBJECT, GIT_ERROR_INDEXER: .corrupt(message)
    case GIT_ERROR_REFERENCE where code != GIT_ENOTFOUND.rawValue: .corrupt(message)
    default: code == GIT_ENOTFOUND.rawValue ? .notFound(message) : .other(message)
    }
  }

  private static func remoteError(_ code: Int32, _ kind: git_error_t, _ said: String, _ message: String)
    -> GitError
  {
    switch code {
    case GIT_EAUTH.rawValue: return .authenticationFailed(message)
    case GIT_ECERTIFICATE.rawValue: return .untrustedHost(message)
    default: break
    }
    if let status = httpStatus(in: said) {
      switch status {
      case 401, 403, 407: return .authenticationFailed(message)
      case 404, 410: return .notFound(message)
      case 408, 429, 500...599: return .unreachable(message)
      default: return .other(message)
      }
    }
    if said.contains("cannot redirect") {
      return .invalid(
        "\(message) (redirects to other hosts are not followed with credentials: give the final address)"
      )
    }
    if saysMissing(said) { return .notFound(message) }
    switch kind {
    case GIT_ERROR_SSH where said.contains("known_hosts"):
      return .other("\(message) (libgit2 reads .ssh/known_hosts in the home folder of this process)")
    case GIT_ERROR_SSH:
      return said.contains("uthenticat") ? .authenticationFailed(message) : .unreachable(message)
    case GIT_ERROR_SSL:
      return said.contains("certificate") ? .untrustedHost(message) : .unreachable(message)
    case GIT_ERROR_NET, GIT_ERROR_HTTP, GIT_ERROR_OS: return .unreachable(message)
    case GIT_ERROR_ZLIB, GIT_ERROR_ODB, GIT_ERROR_OBJECT: return .corrupt(message)
    default: return code == GIT_ENOTFOUND.rawValue ? .notFound(message) : .other(message)
    }
  }

  /// The number in libgit2's `unexpected http status code: 404`.
  private static func httpStatus(in said: String) -> Int? {
    guard let mark = said.firstRange(of: "http status code: ") else { return nil }
    return Int(said[mark.upperBound...].prefix { $0.isNumber })
  }

  /// What Git servers and libgit2's local transport say about a repository that is not there.
  private static func saysMissing(_ said: String) -> Bool {
    [
      "does not appear to be a git repository", "epository not found", "failed to resolve path",
      "could not find repository",
    ]
    .contains { said.contains($0) }
  }
}
