import GitStore

extension CommandFailure {
  /// The failure that an answer of a Git repository means to a person.
  init(_ error: GitError) {
    switch error {
    case .unreachable: self.init(.failed, error.message, hint: "check the address and the network")
    case .timedOut, .busy: self.init(.timedOut, error.message, hint: "try again")
    case .notFound: self.init(.failed, error.message, hint: "check the address")
    case .branchMissing: self.init(.failed, error.message, hint: "choose another with --branch")
    case .authenticationFailed: self.init(.failed, error.message, hint: "check the Secret of the GitSource")
    default: self.init(.failed, error.message)
    }
  }
}
