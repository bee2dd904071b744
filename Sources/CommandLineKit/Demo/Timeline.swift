import AnalysisCore
import EmbeddedCluster
import KubeModel
import Primitives
import RolloutCore

/// Prints what happens to the shop as it happens: one line per change that a person would want to see.
final class Timeline: Sendable {
  private struct State {
    var rollout = ""
    var measured: [String: Int] = [:]
    var commits: Set<String> = []
  }

  private let start: ContinuousClock.Instant
  private let state = Locked(State())
  private let print: @Sendable (String) -> Void

  init(print: @escaping @Sendable (String) -> Void = { Terminal.printNow($0) }) {
    start = .now
    self.print = print
  }

  /// Seconds since the demo began.
  var elapsed: Duration { start.duration(to: .now) }

  /// A line of its own kind: `  12.3s  what    text`.
  func line(_ what: String, _ text: String, _ style: Style? = nil) {
    let tenths = Int((elapsed.inSeconds * 10).rounded())
    let time = Table.pad("\(tenths / 10).\(tenths % 10)s", 7, right: true)
    print("\(Style.faint(time))  \(Table.pad(what, 8))  \(style.map { $0(text) } ?? text)")
  }

  /// A heading between the acts.
  func heading(_ text: String) { print("\n\(Style.strong(text))") }

  /// Follows the rollout and its analysis runs until cancelled.
  func follow(_ store: ClusterStore) async throws {
    for await event in try store.watch([.rollouts, .analysisRuns, .replicaSets, .httpRoutes]) {
      switch event.type {
      case .analysisRuns: show(run: event.object)
      default: show(store)
      }
    }
  }

  private func show(_ store: ClusterStore) {
    guard let rollout = store.get(.rollouts, namespace: "shop", name: "web") else { return }
    let sets = store.list(.replicaSets, namespace: "shop").items.map { ReplicaSetView($0) }
    let route = store.get(.httpRoutes, namespace: "shop", name: "web")
    let text = ShopLine(rollout: rollout, sets: sets, route: route).text
    let isNew = state.withLock { state in
      defer { state.rollout = text }
      return state.rollout != text
    }
    if isNew { line("rollout", text) }
  }

  private func show(run: JSONValue) {
    for result in run.status["metricResults"]?.array ?? [] {
      let name = result["name"]?.string ?? ""
      let measurements = result["measurements"]?.array ?? []
      let shown = state.withLock { state in
        defer { state.measured["\(run.name)/\(name)"] = measurements.count }
        return state.measured["\(run.name)/\(name)"] ?? 0
      }
      for measurement in measurements.dropFirst(shown) {
        let phase = measurement["phase"]?.string ?? ""
        let value = measurement["value"]?.string ?? measurement["message"]?.string ?? ""
        let style: Style = phase == "Successful" ? .good : phase == "Failed" ? .bad : .warning
        line("measure", "\(name) = \(value)  \(phase)", style)
      }
    }
  }

  /// Shows commits that were not shown before, oldest first.
  func show(_ commits: [ShopRepository.Commit]) {
    for commit in commits.reversed() {
      let isNew = state.withLock { $0.commits.insert(commit.id).inserted }
      if isNew { line("commit", "\(commit.id) \(commit.author): \(commit.subject)", .progress) }
    }
  }
}

/// The shop's rollout in one line: phase, step, weight, replicas by revision.
private struct ShopLine {
  let rollout: JSONValue
  let sets: [ReplicaSetView]
  let route: JSONValue?

  var text: String {
    let status = RolloutStatus(rollout.status)
    let steps = RolloutSpec(rollout).canary?.steps.count ?? 0
    let weight = route.flatMap { $0.spec["rules"]?[0]?["backendRefs"]?[1]?["weight"]?.int } ?? 0
    let revisions = sets.filter { $0.desired > 0 || $0.created > 0 }.sorted { $0.revision < $1.revision }.map
    { set in
      let role = set.hash == status.stableHash ? "stable" : "canary"
      let image = set.images.values.first?.split(separator: ":").last.map(String.init) ?? "?"
      return "\(role) \(image) \(set.ready)/\(set.desired)"
    }
    let phase = status.phase.isEmpty ? "Progressing" : status.phase
    let style: Style =
      switch phase {
      case "Healthy": .good
      case "Degraded": .bad
      case "Paused": .warning
      default: .progress
      }
    return [
      style(Table.pad(phase, 11)), "step \(status.currentStepIndex ?? 0)/\(steps)",
      "weight \(Table.pad(String(weight), 3, right: true))", revisions.joined(separator: ", "),
    ].joined(separator: "  ")
  }
}
