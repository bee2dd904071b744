import KubeModel
import Primitives
import RolloutCore

extension Timeline {
  /// A rollout at one instant, each part as its column has it.
  package struct State: Sendable, Hashable {
    package let phase: String
    /// Why the rollout is in that phase; revisions by their numbers.
    package let message: String
    /// Steps done of all, such as `1/3`.
    package let step: String
    /// Where the requests of users go, in percent by revision: `r1 80 r2 20`; what nobody answers is `lost`.
    package let requests: String
    /// Each with ready of desired pods: `r1 4/4`.
    package let stable: String
    package let canary: String
    package let older: String
    /// Revisions that wait for the release in flight to end, the next one first.
    package let waiting: String
    /// Templates of Experiments that have pods.
    package let experiment: String

    init(_ sim: ClusterSim, _ names: [String: String]) {
      let status = RolloutStatus(sim.rollout.status)
      let all = sim.replicaSets.values.map { ReplicaSetView(sim.withStatus($0)) }
        .sorted { ($0.revision, $0.name) < ($1.revision, $1.name) }
      let sets = all.filter { !sim.isOfExperiment($0.object) }
      let others = all.filter { sim.isOfExperiment($0.object) && ($0.desired > 0 || $0.created > 0) }
      let canaryHash = status.currentPodHash == status.stableHash ? "" : status.currentPodHash
      phase = status.phase.isEmpty ? none : status.phase
      message = Timeline.withNames(status.message, names)
      step = Self.step(status, RolloutSpec(sim.rollout))
      requests = Self.requests(sim.requestShares, sets + others, stable: status.stableHash, names)
      stable = Self.sizes(sets.filter { $0.hash == status.stableHash }, names)
      canary = Self.sizes(sets.filter { $0.hash == canaryHash }, names)
      let older = sets.filter { $0.hash != status.stableHash && $0.hash != canaryHash }
      waiting =
        status.queue.isEmpty
        ? none : status.queue.map { names[$0.hash] ?? "next" }.joined(separator: " ")
      experiment = Self.sizes(others, names)
      self.older = Self.sizes(older.filter { $0.desired > 0 || $0.created > 0 }, names)
    }

    private static func step(_ status: RolloutStatus, _ spec: RolloutSpec) -> String {
      guard let index = status.currentStepIndex, let canary = spec.canary else { return none }
      return "\(index)/\(canary.steps.count)"
    }

    private static func sizes(_ sets: [ReplicaSetView], _ names: [String: String]) -> String {
      guard !sets.isEmpty else { return none }
      return sets.map { "\(names[$0.hash] ?? "?") \($0.ready)/\($0.desired)" }.joined(separator: " ")
    }

    private static func requests(
      _ shares: [String: Double],
      _ sets: [ReplicaSetView],
      stable: String,
      _ names: [String: String]
    ) -> String {
      let order = [stable] + sets.map(\.hash).filter { $0 != stable }
      let reached = order.filter { !$0.isEmpty && (shares[$0] ?? 0) > 0 }
      var parts = reached.map { "\(names[$0] ?? "?") \(Int((shares[$0] ?? 0).rounded()))" }
      if let share = shares[ClusterSim.workloadShare], share > 0 {
        parts.append("workload \(Int(share.rounded()))")
      }
      if let lost = shares[""] { parts.append("lost \(Int(lost.rounded()))") }
      return parts.isEmpty ? none : parts.joined(separator: " ")
    }
  }

  /// A text with the revisions' numbers in place of their hashes.
  static func withNames(_ text: String, _ names: [String: String]) -> String {
    names.filter { !$0.key.isEmpty }.reduce(text) { $0.replacing($1.key, with: $1.value) }
  }
}

/// What an empty column says.
private let none = "-"
