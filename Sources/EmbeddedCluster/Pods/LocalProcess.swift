import Glibc
import NIOCore
import NIOPosix
import Primitives
import Subprocess

/// What to run as one container.
struct ProcessCommand: Sendable, Equatable {
  /// The program and its arguments.
  var arguments: [String]
  /// `NAME=value` entries.
  var environment: [String]
  var workingDirectory: String?
}

/// One run of a local process in a session and process group of its own.
///
/// Programs start through `setpriv --pdeathsig KILL`, so that the kernel ends them when this process dies, however it
/// dies: swift-subprocess spawns from one thread that lives as long as the process, which is what the death signal
/// is bound to. Where setpriv is missing the program starts directly.
enum LocalProcess {
  private static let guardian = "/usr/bin/setpriv"

  /// Runs the program to its end.
  ///
  /// Cancellation sends SIGTERM to the process group and SIGKILL two seconds later.
  /// - Parameters:
  ///   - command: what to run.
  ///   - output: takes what the program writes to its standard output and error.
  ///   - started: is told the process id, which is that of the group too.
  /// - Returns: the exit code; 128 plus the signal's number when a signal ended the program.
  /// - Throws: when the program cannot be started.
  static func run(
    _ command: ProcessCommand,
    output: @escaping @Sendable ([UInt8]) -> Void,
    started: @escaping @Sendable (pid_t) -> Void
  ) async throws -> Int {
    let (reader, writer) = try makePipe()
    let log = try await NIOPipeBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(OutputCollector(take: output))
        }
      }
      .takingOwnershipOfDescriptor(input: reader).get()
    defer { closeSoon(log) }
    let program = command.arguments.first ?? ""
    let isGuarded = access(guardian, X_OK) == 0
    let executable: Executable = isGuarded ? .path(fromText(guardian)) : named(program)
    let arguments =
      isGuarded ? ["--pdeathsig", "KILL", "--"] + command.arguments : Array(command.arguments.dropFirst())
    var options = PlatformOptions()
    options.createSession = true
    options.teardownSequence = [
      .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(2))
    ]
    let result = try await Subprocess.run(
      executable,
      arguments: Arguments(arguments),
      environment: .custom(command.environment.map { Array("\($0)\0".utf8) }),
      workingDirectory: command.workingDirectory.map { fromText($0) },
      platformOptions: options,
      input: .none,
      output: .fileDescriptor(try fromRaw(writer), closeAfterSpawningProcess: true),
      error: .combinedWithOutput
    ) { execution in
      started(execution.processIdentifier.value)
    }
    // What the leader has left behind in its group must not outlive the container.
    kill(-result.processIdentifier.value, SIGKILL)
    return switch result.terminationStatus {
    case .exited(let code): Int(code)
    case .signaled(let signal): 128 + Int(signal)
    }
  }

  /// Ends the reading when the last writer is gone, or shortly after when somebody outside of the group holds on.
  private static func closeSoon(_ log: any Channel) {
    let timer = log.eventLoop.scheduleTask(in: .milliseconds(500)) { log.close(promise: nil) }
    log.closeFuture.whenComplete { _ in timer.cancel() }
  }

  private static func makePipe() throws -> (reader: CInt, writer: CInt) {
    var ends: [CInt] = [-1, -1]
    guard pipe(&ends) == 0 else { throw ProcessError(message: "no pipe for the output: errno \(errno)") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  // Subprocess takes types of swift-system, which this target does not depend on; they are made through their
  // conformances instead.
  private static func fromRaw<Value: RawRepresentable>(_ raw: Value.RawValue) throws -> Value {
    guard let value = Value(rawValue: raw) else {
      throw ProcessError(message: "not a file descriptor: \(raw)")
    }
    return value
  }

  private static func fromText<Value: ExpressibleByStringLiteral>(
    _ text: String
  ) -> Value where Value.StringLiteralType == String {
    Value(stringLiteral: text)
  }

  private static func named(_ program: String) -> Executable {
    program.contains("/") ? .path(fromText(program)) : .name(program)
  }
}

/// Why a process could not be run.
struct ProcessError: Error, CustomStringConvertible {
  let message: String
  var description: String { message }
}

private final class OutputCollector: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let take: @Sendable ([UInt8]) -> Void

  init(take: @escaping @Sendable ([UInt8]) -> Void) { self.take = take }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    take(Array(unwrapInboundIn(data).readableBytesView))
  }
}
