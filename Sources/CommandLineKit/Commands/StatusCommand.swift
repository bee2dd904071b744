import ArgumentParser
import KubeClient
import KubeModel
import Primitives

/// `serin status`
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Wait until a rollout is healthy or degraded, and say which.",
    discussion: "Ends with 0 when it is healthy, with 1 when it is degraded, with 4 when the time is over."
  )

  @OptionGroup var cluster: ClusterOptions

  @Flag(name: .shortAndLong, inversion: .prefixedNo, help: "Wait; else print the state as it is and end.")
  var watch = true

  @Option(name: .shortAndLong, help: "How long to wait, such as 90s or 5m; else for ever.")
  var timeout: String?

  @Argument(help: "The rollout.")
  var name: String

  func run() async throws {
    let limit = try timeout.map(Self.duration)
    let client = try await cluster.client()
    let key = ObjectKey(namespace: cluster.namespace(of: client), name: name)
    let end = limit.map { SystemClock.now() + $0 }
    var shown = ""
    while true {
      let phase = try await onCluster { () async throws(KubeError) in
        RolloutPhase(try await client.get(.rollouts, namespace: key.namespace, name: key.name))
      }
      let text = phase.message.isEmpty ? phase.phase : "\(phase.phase) - \(phase.message)"
      if text != shown { Terminal.printNow(text) }
      shown = text
      if phase.phase == "Degraded" {
        throw CommandFailure(
          .failed,
          "rollout \(key) is degraded",
          hint: "see `serin get rollout \(name)` for why"
        )
      }
      guard watch, phase.phase != "Healthy" else { return await client.shutdown() }
      if let end, SystemClock.now() >= end {
        throw CommandFailure(.timedOut, "rollout \(key) was still \(phase.phase) after \(timeout ?? "")")
      }
      try await Task.sleep(for: .milliseconds(300))
    }
  }

  /// Seconds as a number, or Go's notation.
  private static func duration(_ text: String) throws(CommandFailure) -> Duration {
    if let seconds = Int(text), seconds >= 0 { return .seconds(seconds) }
    guard let duration = Duration(go: text), duration >= .zero else {
      throw CommandFailure(.usage, "--timeout \"\(text)\" is no duration", hint: "write it like 90s or 5m")
    }
    return duration
  }
}
