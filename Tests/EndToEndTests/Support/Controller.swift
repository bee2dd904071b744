import Primitives
import Testing

/// `serin controller` in a process of its own, which may be killed and started again.
final class Controller: Sendable {
  let log: String
  private let arguments: [String]
  private let process = Locked<ChildProcess?>(nil)

  /// Starts a controller of the stage's cluster, or of one namespace with a Lease of its own there.
  init(
    on stage: Stage,
    namespace: String? = nil,
    identity: String = "e2e",
    options: [String] = [],
    environment: [String: String] = [:]
  ) throws {
    let name = (namespace ?? "all") + (identity == "e2e" ? "" : "-\(identity)")
    log = "\(stage.folder)/controller-\(name).log"
    arguments =
      ["env"] + environment.map { "\($0.key)=\($0.value)" } + [
        stage.binary, "controller", "--kubeconfig", stage.kubeconfig, "--state-dir",
        "\(stage.folder)/state-\(name)", "--identity", identity, "--log-level", "debug", "--exit-with-parent",
      ] + (namespace.map { ["--namespace", $0, "--lease-namespace", $0] } ?? []) + options
    try start()
  }

  /// Starts it, after a kill or a stop.
  func start() throws {
    let started = try ChildProcess(arguments, output: log)
    process.withLock { $0 = started }
  }

  /// SIGKILL, and it is gone when this returns.
  func kill() { process.withLock { $0 }?.kill() }

  /// SIGTERM, and SIGKILL after a while; true when it went in order.
  @discardableResult
  func stop() async -> Bool { await process.withLock { $0 }?.stop() ?? true }

  var pid: Int32 { process.withLock { $0?.pid } ?? 0 }

  /// Processor time used so far, in clock ticks of 10 ms; nil when it is gone.
  var ticks: Int? {
    // The name of the program, in parentheses, may hold blanks; utime and stime are the fields 14 and 15.
    let text = Files.read("/proc/\(pid)/stat")?.split(separator: ")").last
    let fields = text?.split(separator: " ").map(String.init) ?? []
    guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else { return nil }
    return user + system
  }

  /// The most memory that was ever resident, in bytes; nil when it is gone.
  var peakMemory: Int? {
    let line = Files.read("/proc/\(pid)/status")?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }

  /// The last lines of the log, for a failure's message.
  func logTail(_ count: Int = 15) -> String {
    (Files.read(log) ?? "").split(separator: "\n").suffix(count).joined(separator: "\n")
  }
}
