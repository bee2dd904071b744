import AnalysisCore
import KubeModel
import Primitives
import RolloutCore

/// The nodes of the tree that rollouts and experiments have in common: ReplicaSets, pods, experiments, runs.
struct ObjectTree {
  let report: RolloutReport
  let now: Instant
  /// What a ReplicaSet is in its release: stable, canary, active …
  let roles: (ReplicaSetView) -> [String]

  func replicaSets(of owner: JSONValue) -> [JSONValue] {
    report.replicaSets.filter { $0.controllerReference?["uid"]?.string == owner.uid }
      .sorted { (age(of: $0), $0.name) < (age(of: $1), $1.name) }
  }

  func analysisRuns(of owner: JSONValue) -> [JSONValue] {
    report.analysisRuns.filter { $0.controllerReference?["uid"]?.string == owner.uid }
      .sorted { (age(of: $0), $0.name) < (age(of: $1), $1.name) }
  }

  private func age(of object: JSONValue) -> Instant { object.creationTimestamp ?? now }

  // MARK: - Nodes

  func node(replicaSet object: JSONValue) -> TreeNode {
    let set = ReplicaSetView(object)
    let pods = report.pods.filter { $0.controllerReference?["uid"]?.string == object.uid }
    return TreeNode(
      name: "⧉ \(set.name)",
      kind: "ReplicaSet",
      status: Self.state(of: set),
      age: ageText(since: object.creationTimestamp, now: now),
      info: info(of: set),
      children: pods.sorted { $0.name < $1.name }.map { node(pod: $0) }
    )
  }

  private func info(of set: ReplicaSetView) -> String {
    var parts = roles(set)
    if let deadline = set.scaleDownDeadline, set.desired > 0 {
      parts.append(deadline > now ? "delay:\((deadline - now).components.seconds)s" : "delay:passed")
    }
    return parts.joined(separator: ",")
  }

  private func node(pod: JSONValue) -> TreeNode {
    let containers = pod.status["containerStatuses"]?.array ?? []
    let restarts = containers.reduce(0) { $0 + ($1["restartCount"]?.int ?? 0) }
    let ready = containers.count { $0["ready"]?.bool == true }
    let total = max(containers.count, pod.spec["containers"]?.array?.count ?? 0)
    let text = podStatusText(pod)
    let state: String
    if let trouble = PodTrouble(pod) {
      state =
        trouble.isHarmless || text.hasPrefix("Init:") ? Style.progress("◌ \(text)") : Style.bad("✖ \(text)")
    } else {
      state = Style.good("✔ \(text)")
    }
    return TreeNode(
      name: "□ \(pod.name)",
      kind: "Pod",
      status: state,
      age: ageText(since: pod.creationTimestamp, now: now),
      info: "ready:\(ready)/\(total),restarts:\(restarts)"
    )
  }

  func node(experiment: JSONValue) -> TreeNode {
    TreeNode(
      name: "Σ \(experiment.name)",
      kind: "Experiment",
      status: Self.state(phase: experiment.status["phase"]?.string),
      age: ageText(since: experiment.creationTimestamp, now: now),
      children: replicaSets(of: experiment).map { node(replicaSet: $0) }
        + analysisRuns(of: experiment).map { node(run: $0) }
    )
  }

  func node(run: JSONValue) -> TreeNode {
    let results = run.status["metricResults"]?.array ?? []
    let signs = [("✔", "successful"), ("✖", "failed"), ("?", "inconclusive"), ("⚠", "error")]
    let counts = signs.compactMap { sign, field in
      let count = results.reduce(0) { $0 + ($1[field]?.int ?? 0) }
      return count > 0 ? "\(sign) \(count)" : nil
    }
    return TreeNode(
      name: "α \(run.name)",
      kind: "AnalysisRun",
      status: Self.state(phase: run.status["phase"]?.string),
      age: ageText(since: run.creationTimestamp, now: now),
      info: counts.joined(separator: ","),
      children: results.flatMap { $0["measurements"]?.array ?? [] }.compactMap { job($0) }
    )
  }

  /// The Job that a measurement ran as; other measurements are no objects.
  private func job(_ value: JSONValue) -> TreeNode? {
    let measurement = Measurement(value)
    guard let name = measurement.metadata["job-name"] else { return nil }
    return TreeNode(
      name: "⊞ \(name)",
      kind: "Job",
      status: Self.state(phase: measurement.phase.rawValue),
      age: ageText(since: measurement.startedAt, now: now)
    )
  }

  // MARK: - States

  private static func state(of set: ReplicaSetView) -> String {
    let conditions = (set.object.status["conditions"]?.array ?? []).map { Condition($0) }
    if conditions.contains(where: { $0.type == "ReplicaFailure" && $0.status == "True" }) {
      return Style.bad("✖ Degraded")
    }
    if set.desired == 0, set.created == 0 { return Style.faint("• ScaledDown") }
    return set.available < set.desired ? Style.progress("◌ Progressing") : Style.good("✔ Healthy")
  }

  /// The phase of a run, a measurement or an experiment, with its sign.
  static func state(phase: String?) -> String {
    switch phase ?? "" {
    case "Successful": Style.good("✔ Successful")
    case "Failed": Style.bad("✖ Failed")
    case "Error": Style.bad("⚠ Error")
    case "Inconclusive": Style.warning("? Inconclusive")
    case "": Style.progress("◌ Pending")
    case let phase: Style.progress("◌ \(phase)")
    }
  }
}
