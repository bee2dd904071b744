import ArgumentParser
import KubeClient
import KubeModel
import Primitives

/// `serin get`
struct GetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Show one object in full.",
    subcommands: [GetRolloutCommand.self, GetExperimentCommand.self, GetAnalysisRunCommand.self]
  )
}

/// What the three commands have in common.
struct GetOptions: ParsableArguments {
  @OptionGroup var cluster: ClusterOptions

  @Flag(name: .shortAndLong, help: "Show it again after every change, until Ctrl-C.")
  var watch = false

  @Option(name: .shortAndLong, help: "json, yaml or name.")
  var output: OutputFormat?

  /// Reads and shows, once or after every change.
  func show<Report: Equatable>(
    _ read: (RolloutReader) async throws(KubeError) -> Report,
    object: (Report) -> JSONValue,
    lines: (Report) -> [String]
  ) async throws {
    try await ObjectEditor.with(cluster) { editor in
      let reader = RolloutReader(client: editor.client, namespace: editor.namespace)
      var shown: Report?
      repeat {
        let report = try await onCluster { () async throws(KubeError) in try await read(reader) }
        if report != shown { show(report, isFirst: shown == nil, object, lines) }
        shown = report
        if watch { try await Task.sleep(for: .milliseconds(500)) }
      } while watch
    }
  }

  private func show<Report>(
    _ report: Report,
    isFirst: Bool,
    _ object: (Report) -> JSONValue,
    _ lines: (Report) -> [String]
  ) {
    if let output { return Terminal.printNow(output.text([object(report)], isList: false)) }
    if watch, Terminal.isInteractive {
      Terminal.printNow("\u{1B}[2J\u{1B}[H", terminator: "")
    } else if !isFirst {
      Terminal.printNow("")
    }
    for line in lines(report) { Terminal.printNow(line) }
  }
}

/// `serin get rollout`
struct GetRolloutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollout",
    abstract: "Show a rollout: status, images, replicas, and the tree of what it owns.",
    aliases: ["ro", "rollouts"]
  )

  @OptionGroup var options: GetOptions

  @Argument(help: "The rollout.", completion: .objects(.rollouts))
  var name: String

  func run() async throws {
    try await options.show(
      { (reader) async throws(KubeError) in try await reader.report(of: name) },
      object: \.rollout,
      lines: { RolloutTree(report: $0, now: SystemClock.now()).lines }
    )
  }
}

/// `serin get experiment`
struct GetExperimentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiment",
    abstract: "Show an experiment: status, images, and the tree of what it owns.",
    aliases: ["exp", "experiments"]
  )

  @OptionGroup var options: GetOptions

  @Argument(help: "The experiment.", completion: .objects(.experiments))
  var name: String

  func run() async throws {
    try await options.show(
      { (reader) async throws(KubeError) in try await reader.experiment(name) },
      object: \.rollout,
      lines: { ExperimentText(report: $0, now: SystemClock.now()).lines }
    )
  }
}

/// `serin get analysisrun`
struct GetAnalysisRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analysisrun",
    abstract: "Show an analysis run: status, and what its metrics said.",
    aliases: ["ar", "analysisruns"]
  )

  @OptionGroup var options: GetOptions

  @Argument(help: "The analysis run.", completion: .objects(.analysisRuns))
  var name: String

  func run() async throws {
    try await options.show(
      { (reader) async throws(KubeError) in
        try await reader.client.get(.analysisRuns, namespace: reader.namespace, name: name)
      },
      object: { $0 },
      lines: { AnalysisRunText(run: $0, now: SystemClock.now()).lines }
    )
  }
}
