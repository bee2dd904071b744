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
    subcommands: [ListRolloutsCommand.self]
  )
}

/// `serin list rollouts`
struct ListRolloutsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollouts",
    abstract: "List rollouts, one line each."
  )

  @OptionGroup var cluster: ClusterOptions

  @Flag(name: [.customShort("A"), .long], help: "Those of all namespaces.")
  var allNamespaces = false

  @Option(name: .shortAndLong, help: "json, yaml or name.")
  var output: OutputFormat?

  func run() async throws {
    let client = try await cluster.client()
    let namespace = allNamespaces ? nil : cluster.namespace(of: client)
    let rollouts = try await onCluster { () async throws(KubeError) in
      try await client.list(.rollouts, namespace: namespace).items
    }
    await client.shutdown()
    if let output { return Terminal.printNow(output.text(rollouts, isList: true)) }
    guard !rollouts.isEmpty else {
      return Terminal.printError("No rollouts found" + (namespace.map { " in namespace \($0)" } ?? ""))
    }
    let columns = [
      "NAME", "STRATEGY", "STATUS", "STEP", "SET-WEIGHT", "READY", "DESIRED", "UP-TO-DATE", "AVAILABLE",
    ]
    var table = Table(header: (allNamespaces ? ["NAMESPACE"] : []) + columns)
    for rollout in rollouts { table.add((allNamespaces ? [rollout.namespace] : []) + row(rollout)) }
    for line in table.lines { Terminal.printNow(line) }
  }

  private func row(_ rollout: JSONValue) -> [String] {
    let spec = RolloutSpec(rollout)
    let status = RolloutStatus(rollout.status)
    var step = "-"
    var weight = "-"
    if let canary = spec.canary, !canary.steps.isEmpty {
      let index = status.currentStepIndex ?? 0
      step = "\(index)/\(canary.steps.count)"
      weight = String(index >= canary.steps.count ? 100 : status.isAborted ? 0 : canary.weight(upTo: index))
    }
    return [
      rollout.name, spec.canary == nil ? "BlueGreen" : "Canary", RolloutPhase(rollout).phase, step, weight,
      "\(status.counts.ready)/\(status.counts.replicas)", String(spec.replicas),
      String(status.counts.updated),
      String(status.counts.available),
    ]
  }
}
