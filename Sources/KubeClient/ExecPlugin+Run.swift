import Subprocess

extension ExecPlugin {
  /// Runs the program and reads its credential; a program that takes longer than the deadline is killed with all it
  /// started.
  package func run(deadline: Duration = .seconds(30)) async throws(KubeError) -> ExecCredential {
    let outcome = await withTaskGroup(of: Outcome.self) { group in
      group.addTask { await execute() }
      group.addTask {
        do { try await Task.sleep(for: deadline) } catch { return .cancelled }
        return .tooSlow
      }
      defer { group.cancelAll() }
      return await group.next() ?? .cancelled
    }
    switch outcome {
    case .output(let bytes): return try ExecCredential(output: bytes, of: self)
    case .failed(let error): throw error
    case .tooSlow: throw ExecCredential.failure(self, "it took longer than \(deadline)", isTransient: true)
    case .cancelled:
      throw KubeError(.cancelled, "the exec plugin \(command) was cancelled")
    }
  }

  private enum Outcome: Sendable {
    case output([UInt8])
    case failed(KubeError)
    case tooSlow
    case cancelled
  }

  private func execute() async -> Outcome {
    var variables: [Environment.Key: String] = [:]
    for (name, value) in environment {
      if let key = Environment.Key(rawValue: name) { variables[key] = value }
    }
    variables["KUBERNETES_EXEC_INFO"] = information
    var options = PlatformOptions()
    options.processGroupID = 0  // A group of its own, so that what it started ends with it.
    options.teardownSequence = [
      .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .zero)
    ]
    do {
      let result = try await Subprocess.run(
        try await executable(),
        arguments: Arguments(arguments),
        environment: .custom(variables),
        platformOptions: options,
        output: .string(limit: 1 << 20),
        error: .string(limit: 1 << 20)
      )
      guard result.terminationStatus.isSuccess else {
        return .failed(
          ExecCredential.failure(
            self,
            "it ended with \(result.terminationStatus): \(KubeError.oneLine(result.standardError))"
          )
        )
      }
      return .output(Array(result.standardOutput.utf8))
    } catch let error as SubprocessError where error.code == .executableNotFound {
      let hint = installHint.map { "; " + KubeError.oneLine($0) } ?? ""
      return .failed(ExecCredential.failure(self, "there is no such program\(hint)"))
    } catch is CancellationError {
      return .cancelled
    } catch {
      return .failed(ExecCredential.failure(self, KubeError.oneLine("\(error)"), isTransient: true))
    }
  }

  /// A command with a slash is that file; a name is looked up in the PATH that the program itself gets.
  private func executable() async throws(SubprocessError) -> Executable {
    guard let slash = command.lastIndex(of: "/") else { return .name(command) }
    let folder = String(command[..<slash])
    let name = Executable.name(String(command[command.index(after: slash)...]))
    return .path(try await name.resolveExecutablePath(in: .custom(["PATH": folder.isEmpty ? "/" : folder])))
  }
}
