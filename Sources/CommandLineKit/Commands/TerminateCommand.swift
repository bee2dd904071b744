import ArgumentParser
import KubeModel
import Primitives

/// `serin terminate`
struct TerminateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "terminate",
    abstract: "End an analysis run or an experiment before its time.",
    subcommands: [TerminateAnalysisRunCommand.self, TerminateExperimentCommand.self]
  )
}

/// `serin terminate analysisrun`
struct TerminateAnalysisRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analysisrun",
    abstract: "End analysis runs: what was measured so far decides.",
    aliases: ["ar", "analysisruns"]
  )

  @OptionGroup var cluster: ClusterOptions

  @Argument(help: "The analysis runs.", completion: .objects(.analysisRuns))
  var names: [String]

  func run() async throws { try await terminate(names, .analysisRuns, cluster) }
}

/// `serin terminate experiment`
struct TerminateExperimentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiment",
    abstract: "End experiments: their pods go, what was measured so far decides.",
    aliases: ["exp", "experiments"]
  )

  @OptionGroup var cluster: ClusterOptions

  @Argument(help: "The experiments.", completion: .objects(.experiments))
  var names: [String]

  func run() async throws { try await terminate(names, .experiments, cluster) }
}

private func terminate(_ names: [String], _ type: ResourceType, _ options: ClusterOptions) async throws {
  try await ObjectEditor.with(options) { editor in
    try await editor.each(names) { (name) async throws(CommandFailure) in
      let task = ObjectEditor.Task(
        type: type,
        name: name,
        subject: "\(type.kind.lowercased()) '\(name)'",
        done: "terminated",
        isGuarded: false
      )
      return try await editor.perform(task) { Edit.terminate($0) }
    }
  }
}
