import AnalysisCore
import KubeModel
import Primitives
import RolloutCore

/// `serin get experiment`: a head of facts and the tree below it.
struct ExperimentText {
  let report: RolloutReport
  let now: Instant

  private var experiment: JSONValue { report.rollout }

  var lines: [String] {
    let tree = ObjectTree(report: report, now: now, roles: { _ in [] })
    var facts: [(String, String)] = [
      ("Name:", experiment.name), ("Namespace:", experiment.namespace),
      ("Status:", ObjectTree.state(phase: experiment.status["phase"]?.string)),
    ]
    if let message = experiment.status["message"]?.string, !message.isEmpty {
      facts.append(("Message:", message.printable))
    }
    if let duration = experiment.spec["duration"]?.string { facts.append(("Duration:", duration)) }
    if let left = Self.remaining(experiment, now: now) { facts.append(("Remaining:", left)) }
    facts += ImageFacts.lines(report.replicaSets, roles: { ["Σ:\($0.name)"] })
    return facts.map { Table.pad($0.0, 17) + $0.1 } + [""] + tree.node(experiment: experiment).lines
  }

  /// How long a running experiment goes on by its duration; nil when nobody can tell.
  static func remaining(_ experiment: JSONValue, now: Instant) -> String? {
    guard experiment.status["phase"] == "Running",
      let duration = experiment.spec["duration"]?.string.flatMap(Duration.init(go:)),
      let start = experiment.status["availableAt"]?.string.flatMap(Instant.init)
    else { return nil }
    return Duration.seconds(max(.zero, start + duration - now).components.seconds).goText
  }
}

/// `serin get analysisrun`: a head of facts, one line for each metric, and the Jobs that measured.
struct AnalysisRunText {
  let run: JSONValue
  let now: Instant

  var lines: [String] {
    let report = RolloutReport(rollout: run, replicaSets: [], pods: [], analysisRuns: [], source: nil)
    let tree = ObjectTree(report: report, now: now, roles: { _ in [] })
    var facts: [(String, String)] = [
      ("Name:", run.name), ("Namespace:", run.namespace),
      ("Status:", ObjectTree.state(phase: run.status["phase"]?.string)),
    ]
    if let message = run.status["message"]?.string, !message.isEmpty {
      facts.append(("Message:", message.printable))
    }
    if let owner = run.controllerReference {
      facts.append(("Owner:", "\(owner["kind"]?.string ?? "") \(owner["name"]?.string ?? "")"))
    }
    for (index, line) in summaryLines(of: run).enumerated() {
      facts.append((index == 0 ? "Metrics:" : " ", line.printable))
    }
    return facts.map { Table.pad($0.0, 17) + $0.1 } + [""] + tree.node(run: run).lines
  }
}
