import ArgumentParser
import KubeClient
import KubeModel
import Primitives

/// `serin get`
struct GetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Show one object in full.",
    subcommands: [GetRolloutCommand.self]
  )
}

/// `serin get rollout`
struct GetRolloutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollout",
    abstract: "Show a rollout: status, images, replicas, and the tree of what it owns."
  )

  @OptionGroup var cluster: ClusterOptions

  @Flag(name: .shortAndLong, help: "Show it again after every change, until Ctrl-C.")
  var watch = false

  @Option(name: .shortAndLong, help: "json, yaml or name.")
  var output: OutputFormat?

  @Argument(help: "The rollout.")
  var name: String

  func run() async throws {
    let client = try await cluster.client()
    let namespace = cluster.namespace(of: client)
    var shown: RolloutReport?
    repeat {
      let report = try await onCluster { () async throws(KubeError) in
        try await RolloutReport.read(name, namespace: namespace, client: client)
      }
      if report != shown { show(report, isFirst: shown == nil) }
      shown = report
      if watch { try await Task.sleep(for: .milliseconds(500)) }
    } while watch
    await client.shutdown()
  }

  private func show(_ report: RolloutReport, isFirst: Bool) {
    if let output { return Terminal.printNow(output.text([report.rollout], isList: false)) }
    if watch, Terminal.isInteractive {
      Terminal.printNow("\u{1B}[2J\u{1B}[H", terminator: "")
    } else if !isFirst {
      Terminal.printNow("")
    }
    for line in RolloutTree(report: report, now: SystemClock.now()).lines {
      Terminal.printNow(line.trimmingEnd)
    }
  }
}

extension String {
  /// Without the blanks that a table's last, empty cell leaves.
  fileprivate var trimmingEnd: String { String(reversed().drop { $0 == " " }.reversed()) }
}
