import Glibc
import Subprocess

/// A program that is run once, to its end, within bounds: what it is given, and how much it may say.
///
/// It gets no variables but those that are given, and ends with all that it started.
package struct Program: Sendable {
  package enum Failure: Error, Sendable, Hashable {
    case notFound
    /// It could not be started; with the reason.
    case notStarted(String)
    /// It ended otherwise than with success: how, and its last words.
    case ended(String, words: String)
    case tooSlow(Duration)
    /// It said more than so many bytes.
    case tooMuch(Int)
    case cancelled
  }

  /// A name to look up in the PATH that it is given, or a path.
  package let command: String
  package let arguments: [String]
  package let environment: [String: String]
  /// What it reads on standard input; one that does not care may leave it unread.
  package let input: [UInt8]
  /// How many bytes it may print.
  package let limit: Int

  package init(
    command: String,
    arguments: [String] = [],
    environment: [String: String] = [:],
    input: [UInt8] = [],
    limit: Int = 1 << 20
  ) {
    self.command = command
    self.arguments = arguments
    self.environment = environment
    self.input = input
    self.limit = limit
  }

  /// What it printed on standard output; `said` gets each line of standard error at once.
  ///
  /// One that takes longer than the deadline is killed with all it started.
  package func run(
    deadline: Duration,
    said: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws(Failure) -> [UInt8] {
    let outcome = await withTaskGroup(of: Result<[UInt8], Failure>.self) { group in
      group.addTask { await execute(said) }
      group.addTask {
        do { try await Task.sleep(for: deadline) } catch { return .failure(.cancelled) }
        return .failure(.tooSlow(deadline))
      }
      defer { group.cancelAll() }
      return await group.next() ?? .failure(.cancelled)
    }
    return try outcome.get()
  }

  private func execute(_ said: @escaping @Sendable (String) -> Void) async -> Result<[UInt8], Failure> {
    _ = Self.survivesBrokenPipes
    var variables: [Environment.Key: String] = [:]
    for (name, value) in environment {
      if let key = Environment.Key(rawValue: name) { variables[key] = value }
    }
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
        input: .inputWriter,
        output: .bytes(limit: limit),
        error: .sequence
      ) { [input] execution in
        async let words = Self.listen(to: execution.standardError, said)
        // What the program does not want to read is no failure; how it ends is.
        _ = try? await execution.standardInputWriter.write(input)
        try? await execution.standardInputWriter.finish()
        return await words
      }
      guard result.terminationStatus.isSuccess else {
        return .failure(.ended("\(result.terminationStatus)", words: result.closureResult))
      }
      return .success(result.standardOutput)
    } catch let error as SubprocessError where error.code == .executableNotFound {
      return .failure(.notFound)
    } catch let error as SubprocessError where error.code == .outputLimitExceeded {
      return .failure(.tooMuch(limit))
    } catch is CancellationError {
      return .failure(.cancelled)
    } catch {
      return .failure(.notStarted(KubeError.oneLine("\(error)")))
    }
  }

  /// The last words; each line is told as it comes.
  private static func listen(
    to words: SubprocessOutputSequence,
    _ said: @Sendable (String) -> Void
  ) async -> String {
    var lines = LineCutter()
    do {
      for try await buffer in words {
        for line in buffer.withUnsafeBytes({ lines.cut(Array($0)) }) { said(line) }
      }
    } catch {
      // It was killed; what it has said by then is told.
    }
    if let rest = lines.rest() { said(rest) }
    return lines.last
  }

  /// A command with a slash is that file; a name is looked up in the PATH that the program itself gets.
  private func executable() async throws(SubprocessError) -> Executable {
    guard let slash = command.lastIndex(of: "/") else { return .name(command) }
    let folder = String(command[..<slash])
    let name = Executable.name(String(command[command.index(after: slash)...]))
    return .path(try await name.resolveExecutablePath(in: .custom(["PATH": folder.isEmpty ? "/" : folder])))
  }

  /// Writing to a program that has ended must be an error here, not the end of this process.
  private static let survivesBrokenPipes: Void = {
    signal(SIGPIPE, SIG_IGN)
  }()
}
