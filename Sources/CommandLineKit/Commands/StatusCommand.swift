import ArgumentParser
import KubeClient
import KubeModel
import Primitives
import RolloutCore

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

  @Option(name: .shortAndLong, help: "json, yaml or name: the state at the end, and nothing before.")
  var output: OutputFormat?

  @Argument(help: "The rollout.", completion: .objects(.rollouts))
  var name: String

  func run() async throws {
    let limit = try timeout.map { (text) throws(CommandFailure) in try duration(text, option: "--timeout") }
    try await ObjectEditor.with(cluster) { editor in
      let end = limit.map { SystemClock.now() + $0 }
      var shown = ""
      while true {
        let rollout = try await onCluster { () async throws(KubeError) in
          try await editor.client.get(.rollouts, namespace: editor.namespace, name: name)
        }
        let phase = RolloutPhase(rollout)
        let text = phase.message.isEmpty ? phase.phase : "\(phase.phase) - \(phase.message.printable)"
        if text != shown, output == nil { Terminal.printNow(text) }
        shown = text
        let isTimeOver = end.map { SystemClock.now() >= $0 } ?? false
        let isOver = !watch || isTimeOver || ["Healthy", "Degraded"].contains(phase.phase)
        guard isOver else {
          try await Task.sleep(for: .milliseconds(300))
          continue
        }
        if let output { Terminal.printNow(output.text([Self.json(rollout, phase)], isList: false)) }
        return try conclude(phase, ObjectKey(rollout), isTimeOver: isTimeOver)
      }
    }
  }

  private func conclude(_ phase: RolloutPhase, _ key: ObjectKey, isTimeOver: Bool) throws(CommandFailure) {
    if phase.phase == "Degraded" {
      throw CommandFailure(
        .failed,
        "rollout \(key) is degraded",
        hint: "see `serin explain \(name)` for why"
      )
    }
    guard watch, isTimeOver, phase.phase != "Healthy" else { return }
    throw CommandFailure(
      .timedOut,
      "rollout \(key) was still \(phase.phase) after \(timeout ?? "")",
      hint: "see `serin explain \(name)` for why"
    )
  }

  /// The phase as clients may trust it, under the names of the rollout itself.
  static func json(_ rollout: JSONValue, _ phase: RolloutPhase) -> JSONValue {
    [
      "apiVersion": .string(rollout.apiVersion), "kind": .string(rollout.kind),
      "metadata": ["name": .string(rollout.name), "namespace": .string(rollout.namespace)],
      "status": ["phase": .string(phase.phase), "message": .string(phase.message)],
    ]
  }
}
