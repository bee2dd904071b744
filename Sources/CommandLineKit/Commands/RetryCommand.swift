import ArgumentParser
import KubeModel
import Primitives

/// `serin retry`
struct RetryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Start an aborted release, or an experiment, over.",
    discussion: "`serin retry NAME` is short for `serin retry rollout NAME`.",
    subcommands: [RetryRolloutCommand.self, RetryExperimentCommand.self],
    defaultSubcommand: RetryRolloutCommand.self
  )
}

/// `serin retry rollout`
struct RetryRolloutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollout",
    abstract: "Start an aborted release over.",
    aliases: ["ro", "rollouts"]
  )

  @OptionGroup var cluster: ClusterOptions

  @Argument(help: "The rollouts.", completion: .objects(.rollouts))
  var names: [String]

  func run() async throws {
    try await ObjectEditor.with(cluster) { editor in
      try await editor.rollouts(names, done: "retried") { Edit.retry($0) }
    }
  }
}

/// `serin retry experiment`
struct RetryExperimentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiment",
    abstract: "Start an experiment over, with new analysis runs.",
    aliases: ["exp", "experiments"]
  )

  @OptionGroup var cluster: ClusterOptions

  @Argument(help: "The experiments.", completion: .objects(.experiments))
  var names: [String]

  func run() async throws {
    try await ObjectEditor.with(cluster) { editor in
      try await editor.each(names) { (name) async throws(CommandFailure) in
        let task = ObjectEditor.Task(
          type: .experiments,
          name: name,
          subject: "experiment '\(name)'",
          done: "retried",
          isGuarded: false
        )
        return try await editor.perform(task) { Edit.retryExperiment($0) }
      }
    }
  }
}

extension Edit {
  /// An experiment without a status begins anew.
  static func retryExperiment(_ experiment: JSONValue) -> Edit {
    experiment.status.object?.isEmpty ?? true ? .nothing("has not begun yet") : .patch(status: .null)
  }

  /// Ends an analysis run or an experiment before its time.
  static func terminate(_ object: JSONValue) -> Edit {
    let phase = object.status["phase"]?.string ?? ""
    if ["Successful", "Failed", "Error", "Inconclusive"].contains(phase) {
      return .nothing("is over already: \(phase)")
    }
    return object.spec["terminate"]?.bool == true
      ? .nothing("is being terminated already") : .patch(spec: ["terminate": true])
  }
}
