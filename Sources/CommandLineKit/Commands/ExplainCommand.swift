import ArgumentParser
import KubeClient
import KubeModel
import Primitives
import RolloutCore
import YAMLEdit

/// `serin explain`
struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say in one sentence why a rollout does not advance, and when the controller looks again.",
    discussion: """
      The sentence is computed from what the cluster holds now, by the planner that the controller uses; the numbers \
      behind it follow.
      """
  )

  @OptionGroup var cluster: ClusterOptions

  @Option(name: .shortAndLong, help: "json, yaml or name.")
  var output: OutputFormat?

  @Argument(help: "The rollout.", completion: .objects(.rollouts))
  var name: String

  func run() async throws {
    let explanation = try await ObjectEditor.with(cluster) { editor in
      let reader = RolloutReader(client: editor.client, namespace: editor.namespace)
      return try await onCluster { () async throws(KubeError) in
        let snapshot = try await reader.snapshot(of: name)
        let controller = try await reader.controller(of: snapshot.rollout, now: snapshot.now)
        return explain(snapshot, controller: controller)
      }
    }
    switch output {
    case .json: Terminal.printNow(explanation.json.text(pretty: true))
    case .yaml: Terminal.printNow(YAML.emit(explanation.json), terminator: "")
    case .name: Terminal.printNow("rollout.argoproj.io/\(explanation.rollout.name)")
    case nil: for line in ExplanationText.lines(explanation) { Terminal.printNow(line) }
    }
  }
}

/// An explanation for a terminal: the sentence, and the facts as a table.
enum ExplanationText {
  static func lines(_ explanation: Explanation) -> [String] {
    lines(explanation.sentence, explanation.facts.map { ($0.label, $0.text) })
  }

  static func lines(_ sentence: String, _ facts: [(String, String)], color: Bool = Terminal.hasColor)
    -> [String]
  {
    let width = (facts.map(\.0.count).max() ?? 0) + 2
    let table = facts.map { label, text in "  " + Table.pad("\(label):", width) + text.printable }
    return [Style.strong(sentence.printable, color: color), ""] + table
  }
}
