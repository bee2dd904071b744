import Glibc
import Subprocess

/// The controller of the demo: this same binary in a process of its own, as it would run in a pod.
struct ControllerProcess: Sendable {
  let executable: String
  let kubeconfig: String
  let stateDirectory: String
  let logFile: String

  /// Runs the controller until cancelled; fails when it ends by itself. `started` gets its process id.
  func run(started: @escaping @Sendable (Int32) -> Void) async throws {
    var options = PlatformOptions()
    options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))]
    let result = try await Subprocess.run(
      .name("sh"),
      arguments: [
        "-c", "exec \"$0\" \"$@\" >>\"$SERIN_LOG\" 2>&1", executable, "controller", "--kubeconfig",
        kubeconfig,
        "--state-dir", stateDirectory, "--identity", "demo", "--exit-with-parent",
      ],
      environment: .inherit.updating(["SERIN_LOG": logFile]),
      platformOptions: options,
      input: .none,
      output: .discarded,
      error: .discarded
    ) { execution in
      started(execution.processIdentifier.value)
    }
    guard !Task.isCancelled else { return }
    let end = "\(result.terminationStatus)"
    throw CommandFailure(.failed, "the controller ended: \(end)", hint: "see \(logFile)")
  }

  /// The resident set of a process in bytes, and the most it ever was; nil when it is gone.
  static func memory(of process: Int32) -> (now: Int, peak: Int)? {
    guard let text = try? FileAccess.read("/proc/\(process)/status") else { return nil }
    func kilobytes(_ name: String) -> Int? {
      text.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name) }
        .flatMap { $0.split(separator: " ").dropFirst().first }
        .flatMap { Int($0.split(separator: "\t").last ?? "") }
    }
    guard let now = kilobytes("VmRSS:"), let peak = kilobytes("VmHWM:") else { return nil }
    return (now * 1024, peak * 1024)
  }
}
