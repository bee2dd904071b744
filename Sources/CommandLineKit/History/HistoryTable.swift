import GitStore
import KubeModel
import Primitives
import YAMLEdit

/// How `serin history` prints decisions.
enum HistoryTable {
  static func lines(_ records: [DecisionRecord]) -> [String] {
    var table = Table(header: ["WHEN", "ROLLOUT", "DECISION", "STEP", "BY", "COMMIT", "REASON"])
    for record in records {
      let style: Style = record.decision == "abort" ? .bad : .good
      table.add([
        record.when.rfc3339, record.rollout.printable, style(record.decision.printable),
        record.step.isEmpty ? "-" : record.step.printable, record.by.printable, record.commit.short,
        record.reason.printable,
      ])
    }
    return table.lines
  }

  /// All fields of the decisions; with `name` only the commits.
  static func text(_ records: [DecisionRecord], as format: OutputFormat) -> String {
    switch format {
    case .json: JSONValue.array(records.map(\.json)).text(pretty: true)
    case .yaml: String(YAML.emit(.array(records.map(\.json))).dropLast())
    case .name: records.map(\.commit.hex).joined(separator: "\n")
    }
  }
}
