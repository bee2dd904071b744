import ArgumentParser
import KubeClient
import KubeModel
import Primitives
import RolloutCore

/// `serin promote`
struct PromoteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "promote",
    abstract: "Let a rollout go on: end a pause, or skip the step it is in."
  )

  @OptionGroup var cluster: ClusterOptions

  @Flag(name: .long, help: "Skip all steps, pauses and analyses that are left.")
  var full = false

  @Flag(
    name: [.customShort("c"), .long],
    help: "Move on to the next step, whatever the present one waits for."
  )
  var skipCurrentStep = false

  @Flag(name: [.customShort("a"), .long], help: "Move on past the last step.")
  var skipAllSteps = false

  @Argument(help: "The rollouts.", completion: .objects(.rollouts))
  var names: [String]

  func validate() throws {
    guard [full, skipCurrentStep, skipAllSteps].count(where: { $0 }) < 2 else {
      throw ValidationError("--full, --skip-current-step and --skip-all-steps exclude each other")
    }
  }

  func run() async throws {
    let promotion: Edit.Promotion =
      full ? .full : skipCurrentStep ? .skipStep : skipAllSteps ? .skipAllSteps : .next
    try await ObjectEditor.with(cluster) { editor in
      try await editor.rollouts(names, done: full ? "fully promoted" : "promoted") {
        Edit.promote($0, promotion)
      }
    }
  }
}

/// `serin abort`
struct AbortCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abort",
    abstract: "Stop a release: traffic goes back to the stable revision at once."
  )

  @OptionGroup var cluster: ClusterOptions

  @Argument(help: "The rollouts.", completion: .objects(.rollouts))
  var names: [String]

  func run() async throws {
    try await ObjectEditor.with(cluster) { editor in
      try await editor.rollouts(names, done: "aborted") { Edit.abort($0) }
    }
  }
}

/// `serin pause`
struct PauseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause",
    abstract: "Freeze a rollout: no step is taken and nothing is scaled until it is resumed."
  )

  @OptionGroup var cluster: ClusterOptions

  @Argument(help: "The rollouts.", completion: .objects(.rollouts))
  var names: [String]

  func run() async throws {
    try await ObjectEditor.with(cluster) { editor in
      try await editor.each(names) { (name) async throws(CommandFailure) in
        let task = ObjectEditor.Task(
          type: .rollouts,
          name: name,
          subject: "rollout '\(name)'",
          done: "paused",
          isGuarded: false
        )
        return try await editor.perform(task) { Edit.pause($0) }
      }
    }
  }
}

/// `serin resume`
struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Let a paused rollout go on."
  )

  @OptionGroup var cluster: ClusterOptions

  @Argument(help: "The rollouts.", completion: .objects(.rollouts))
  var names: [String]

  func run() async throws {
    try await ObjectEditor.with(cluster) { editor in
      try await editor.rollouts(names, done: "resumed") { Edit.resume($0) }
    }
  }
}

/// `serin restart`
struct RestartCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restart",
    abstract: "Replace all pods of a rollout, a few at a time."
  )

  @OptionGroup var cluster: ClusterOptions

  @Option(name: [.customShort("i"), .customLong("in")], help: "How long to wait before, such as 90s or 5m.")
  var delay: String?

  @Argument(help: "The rollouts.", completion: .objects(.rollouts))
  var names: [String]

  func run() async throws {
    let delay = try delay.map { (text) throws(CommandFailure) in try duration(text, option: "--in") } ?? .zero
    try await ObjectEditor.with(cluster) { editor in
      try await editor.each(names) { (name) async throws(CommandFailure) in
        let task = ObjectEditor.Task(
          type: .rollouts,
          name: name,
          subject: "rollout '\(name)'",
          done: "restarts in \(delay.goText)",
          isGuarded: false
        )
        return try await editor.perform(task) { _ in .restart(at: SystemClock.now() + delay) }
      }
    }
  }
}

/// Seconds as a number, or Go's notation.
func duration(_ text: String, option: String) throws(CommandFailure) -> Duration {
  if let seconds = Int(text), seconds >= 0 { return .seconds(seconds) }
  guard let duration = Duration(go: text), duration >= .zero else {
    throw CommandFailure(.usage, "\(option) \"\(text)\" is no duration", hint: "write it like 90s or 5m")
  }
  return duration
}
