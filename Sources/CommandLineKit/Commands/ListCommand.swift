import ArgumentParser
import KubeClient
import KubeModel
import Primitives
import RolloutCore

/// `serin list`
struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List objects.",
    subcommands: [ListRolloutsCommand.self, ListExperimentsCommand.self, ListAnalysisRunsCommand.self]
  )
}

/// What the three commands have in common.
struct ListOptions: ParsableArguments {
  @OptionGroup var cluster: ClusterOptions

  @Flag(name: [.customShort("A"), .long], help: "Those of all namespaces.")
  var allNamespaces = false

  @Option(name: .shortAndLong, help: "json, yaml or name.")
  var output: OutputFormat?

  /// Lists the objects of a kind as a table with these columns.
  func show(
    _ type: ResourceType,
    columns: [String],
    row: (JSONValue) -> [String]
  ) async throws {
    try await ObjectEditor.with(cluster) { editor in
      let namespace = allNamespaces ? nil : editor.namespace
      let objects = try await onCluster { () async throws(KubeError) in
        try await editor.client.list(type, namespace: namespace).items
      }
      if let output { return Terminal.printNow(output.text(objects, isList: true)) }
      guard !objects.isEmpty else {
        let place = namespace.map { " in namespace \($0)" } ?? ""
        return Terminal.printError("No \(type.plural) found\(place)")
      }
      var table = Table(header: (allNamespaces ? ["NAMESPACE"] : []) + columns)
      for object in objects { table.add((allNamespaces ? [object.namespace] : []) + row(object)) }
      for line in table.lines { Terminal.printNow(line) }
    }
  }
}

/// `serin list rollouts`
struct ListRolloutsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollouts",
    abstract: "List rollouts, one line each.",
    aliases: ["ro", "rollout"]
  )

  @OptionGroup var options: ListOptions

  func run() async throws {
    let columns = [
      "NAME", "STRATEGY", "STATUS", "STEP", "SET-WEIGHT", "READY", "DESIRED", "UP-TO-DATE", "AVAILABLE",
    ]
    try await options.show(.rollouts, columns: columns, row: Self.row)
  }

  static func row(_ rollout: JSONValue) -> [String] {
    let spec = RolloutSpec(rollout)
    let status = RolloutStatus(rollout.status)
    var step = "-"
    var weight = "-"
    if let canary = spec.canary, !canary.steps.isEmpty {
      step = "\(status.currentStepIndex ?? 0)/\(canary.steps.count)"
      weight = String(CanaryWeights(canary, status, newSet: nil).set)
    }
    return [
      rollout.name, spec.canary == nil ? "BlueGreen" : "Canary", RolloutPhase(rollout).phase, step, weight,
      "\(status.counts.ready)/\(status.counts.replicas)", String(spec.replicas),
      String(status.counts.updated),
      String(status.counts.available),
    ]
  }
}

/// `serin list experiments`
struct ListExperimentsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiments",
    abstract: "List experiments, one line each.",
    aliases: ["exp", "experiment"]
  )

  @OptionGroup var options: ListOptions

  func run() async throws {
    let now = SystemClock.now()
    let columns = ["NAME", "STATUS", "DURATION", "REMAINING", "AGE"]
    try await options.show(.experiments, columns: columns) { Self.row($0, now: now) }
  }

  static func row(_ experiment: JSONValue, now: Instant) -> [String] {
    [
      experiment.name, experiment.status["phase"]?.string ?? "Pending",
      experiment.spec["duration"]?.string ?? "-", ExperimentText.remaining(experiment, now: now) ?? "-",
      ageText(since: experiment.creationTimestamp, now: now),
    ]
  }
}

/// `serin list analysisruns`
struct ListAnalysisRunsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analysisruns",
    abstract: "List analysis runs, one line each.",
    aliases: ["ar", "analysisrun"]
  )

  @OptionGroup var options: ListOptions

  func run() async throws {
    let now = SystemClock.now()
    let columns = ["NAME", "STATUS", "OWNER", "AGE", "MESSAGE"]
    try await options.show(.analysisRuns, columns: columns) { Self.row($0, now: now) }
  }

  static func row(_ run: JSONValue, now: Instant) -> [String] {
    let owner = run.controllerReference.map { "\($0["kind"]?.string ?? "")/\($0["name"]?.string ?? "")" }
    return [
      run.name, run.status["phase"]?.string ?? "Pending", owner ?? "-",
      ageText(since: run.creationTimestamp, now: now), (run.status["message"]?.string ?? "").printable,
    ]
  }
}
