package import KubeClient

/// Why a command failed: one line for people, one code for scripts.
package struct CommandFailure: Error, Sendable {
  /// The exit codes of the CLI; 0 is done.
  package enum Code: Int32, Sendable {
    /// The rollout is degraded or aborted, or what was checked is not so.
    case failed = 1
    case usage = 2
    case unreachable = 3
    case timedOut = 4
  }

  package let code: Code
  package let message: String
  /// What to do next; empty when there is nothing to say.
  package let hint: String

  package init(_ code: Code, _ message: String, hint: String = "") {
    self.code = code
    self.message = message
    self.hint = hint
  }

  /// What is printed: `serin: MESSAGE; HINT`.
  package var line: String { "serin: " + message + (hint.isEmpty ? "" : "; \(hint)") }

  /// The failure that an answer of the cluster means to a person.
  package init(_ error: KubeError) {
    switch error.code {
    case .unreachable, .badConfiguration:
      self.init(.unreachable, error.message, hint: "check --kubeconfig, KUBECONFIG and the cluster's address")
    case .unauthorized:
      self.init(.unreachable, error.message, hint: "check the user in the kubeconfig")
    case .timedOut: self.init(.timedOut, error.message, hint: "try again, or check the cluster's health")
    case .notFound: self.init(.failed, error.message, hint: "see `serin list rollouts -A` for what there is")
    case .forbidden: self.init(.failed, error.message, hint: "ask for the right to do this")
    default: self.init(.failed, error.message)
    }
  }
}

/// Runs a piece of work on the cluster, with its errors in the terms of the CLI.
func onCluster<Result>(_ body: () async throws(KubeError) -> Result) async throws(CommandFailure) -> Result {
  do throws(KubeError) { return try await body() } catch { throw CommandFailure(error) }
}
