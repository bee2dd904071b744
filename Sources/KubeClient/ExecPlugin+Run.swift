extension ExecPlugin {
  /// Runs the program and reads its credential; a program that takes longer than the deadline is killed with all it
  /// started.
  package func run(deadline: Duration = .seconds(30)) async throws(KubeError) -> ExecCredential {
    var environment = environment
    environment["KUBERNETES_EXEC_INFO"] = information
    let program = Program(command: command, arguments: arguments, environment: environment)
    let output: [UInt8]
    do throws(Program.Failure) {
      output = try await program.run(deadline: deadline)
    } catch {
      throw failure(error)
    }
    return try ExecCredential(output: output, of: self)
  }

  private func failure(_ failure: Program.Failure) -> KubeError {
    switch failure {
    case .notFound:
      let hint = installHint.map { "; " + KubeError.oneLine($0) } ?? ""
      return ExecCredential.failure(self, "there is no such program\(hint)")
    case .notStarted(let reason): return ExecCredential.failure(self, reason, isTransient: true)
    case .ended(let how, let words): return ExecCredential.failure(self, "it ended with \(how): \(words)")
    case .tooSlow(let deadline):
      return ExecCredential.failure(self, "it took longer than \(deadline)", isTransient: true)
    case .tooMuch(let limit):
      return ExecCredential.failure(self, "it printed more than \(limit) bytes", isTransient: true)
    case .cancelled: return KubeError(.cancelled, "the exec plugin \(command) was cancelled")
    }
  }
}
