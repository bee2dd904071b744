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

  @Flag(name: .shortAndLong, help: "Then show each that changes, until Ctrl-C.")
  var watch = false

  @Option(name: .long, help: "Only the one of this name.")
  var name: String?

  @Flag(name: .long, help: "Say in each line when it was read.")
  var timestamps = false

  @Option(name: .shortAndLong, help: "json, yaml or name.")
  var output: OutputFormat?

  /// Lists the objects of a kind as a table with these columns; when it watches, what changed follows.
  func show(
    _ type: ResourceType,
    columns: [String],
    row: (_ object: JSONValue, _ now: Instant) -> [String]
  ) async throws {
    try await ObjectEditor.with(cluster) { editor in
      let namespace = allNamespaces ? nil : editor.namespace
      let places = (timestamps ? ["TIMESTAMP"] : []) + (allNamespaces ? ["NAMESPACE"] : [])
      var table = WatchedTable(header: places + columns)
      var printed: [JSONValue]?
      repeat {
        let objects = try await onCluster { () async throws(KubeError) in
          try await editor.client.list(type, namespace: namespace, fieldQuery: fieldQuery).items
        }
        if let output {
          printed = print(objects, in: output, after: printed)
        } else if objects.isEmpty, !watch {
          let place = namespace.map { " in namespace \($0)" } ?? ""
          Terminal.printError("No \(type.plural) found\(place)")
        } else {
          let now = SystemClock.now()
          let rows = objects.map { (key: ObjectKey($0), cells: place(of: $0, now) + row($0, now)) }
          for line in table.lines(rows) { Terminal.printNow(line) }
        }
        if watch { try await Task.sleep(for: .milliseconds(500)) }
      } while watch
    }
  }

  private var fieldQuery: String { name.map { "metadata.name=\($0)" } ?? "" }

  private func place(of object: JSONValue, _ now: Instant) -> [String] {
    (timestamps ? [now.rfc3339] : []) + (allNamespaces ? [object.namespace] : [])
  }

  /// Prints the list, and later the objects that are new or changed, each by itself.
  private func print(_ objects: [JSONValue], in format: OutputFormat, after printed: [JSONValue]?)
    -> [JSONValue]
  {
    if let printed {
      for object in objects where !printed.contains(object) {
        Terminal.printNow(format.text([object], isList: false))
      }
    } else {
      Terminal.printNow(format.text(objects, isList: true))
    }
    return objects
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
    try await options.show(.rollouts, columns: columns) { rollout, _ in Self.row(rollout) }
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
    let columns = ["NAME", "STATUS", "DURATION", "REMAINING", "AGE"]
    try await options.show(.experiments, columns: columns) { Self.row($0, now: $1) }
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
    let columns = ["NAME", "STATUS", "OWNER", "AGE", "MESSAGE"]
    try await options.show(.analysisRuns, columns: columns) { Self.row($0, now: $1) }
  }

  static func row(_ run: JSONValue, now: Instant) -> [String] {
    let owner = run.controllerReference.map { "\($0["kind"]?.string ?? "")/\($0["name"]?.string ?? "")" }
    return [
      run.name, run.status["phase"]?.string ?? "Pending", owner ?? "-",
      ageText(since: run.creationTimestamp, now: now), (run.status["message"]?.string ?? "").printable,
    ]
  }
}
