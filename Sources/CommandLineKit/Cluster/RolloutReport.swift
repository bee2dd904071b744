import KubeClient
import KubeModel
import Primitives
import RolloutCore

/// Everything about one rollout, or about one experiment, that `serin get` shows.
struct RolloutReport: Sendable, Equatable {
  /// The Rollout, or the Experiment that was asked for.
  let rollout: JSONValue
  /// ReplicaSets of the rollout and of its experiments.
  let replicaSets: [JSONValue]
  let pods: [JSONValue]
  /// AnalysisRuns of the rollout and of its experiments.
  let analysisRuns: [JSONValue]
  var experiments: [JSONValue] = []
  /// The GitSource that the rollout came from.
  let source: JSONValue?

  /// Without those of experiments.
  var ownReplicaSets: [JSONValue] {
    replicaSets.filter { $0.controllerReference?["uid"]?.string == rollout.uid }
  }
}

extension RolloutReader {
  /// Reads a rollout and what belongs to it.
  func report(of name: String) async throws(KubeError) -> RolloutReport {
    try await report(on: try await client.get(.rollouts, namespace: namespace, name: name))
  }

  /// Reads an experiment and what belongs to it.
  func experiment(_ name: String) async throws(KubeError) -> RolloutReport {
    try await report(on: try await client.get(.experiments, namespace: namespace, name: name))
  }

  private func report(on root: JSONValue) async throws(KubeError) -> RolloutReport {
    let experiments = try await optional(.experiments).filter { Self.owner(of: $0) == root.uid }
    let parents = Set([root.uid] + experiments.map(\.uid))
    let isOurs = { (object: JSONValue) in Self.owner(of: object).map(parents.contains) ?? false }
    let sets = try await client.list(.replicaSets, namespace: namespace, selector: Self.revisions).items
      .filter(isOurs)
    return RolloutReport(
      rollout: root,
      replicaSets: sets,
      pods: try await pods(of: sets),
      analysisRuns: try await optional(.analysisRuns).filter(isOurs),
      experiments: experiments,
      source: try await source(of: root)
    )
  }

  private func source(of rollout: JSONValue) async throws(KubeError) -> JSONValue? {
    guard let source = gitSourceKey(of: rollout) else { return nil }
    return try await reference(.gitSources, source).object
  }
}
