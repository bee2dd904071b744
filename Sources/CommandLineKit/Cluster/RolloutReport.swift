import KubeClient
import KubeModel
import Primitives
import RolloutCore

/// Everything about one rollout that `serin get rollout` shows.
struct RolloutReport: Sendable, Equatable {
  let rollout: JSONValue
  let replicaSets: [JSONValue]
  let pods: [JSONValue]
  let analysisRuns: [JSONValue]
  /// The GitSource that the rollout came from.
  let source: JSONValue?

  /// Reads a rollout and what belongs to it.
  static func read(_ name: String, namespace: String, client: KubeClient) async throws(KubeError)
    -> RolloutReport
  {
    let rollout = try await client.get(.rollouts, namespace: namespace, name: name)
    let selector = LabelSelector(rollout.spec["selector"] ?? .object([:]))
    let sets = try await client.list(.replicaSets, namespace: namespace, selector: selector).items
    let pods = try await client.list(.pods, namespace: namespace, selector: selector).items
    let runs = try await client.list(.analysisRuns, namespace: namespace).items
    return RolloutReport(
      rollout: rollout,
      replicaSets: sets.filter { $0.controllerReference?["uid"]?.string == rollout.uid },
      pods: pods,
      analysisRuns: runs.filter { $0.controllerReference?["uid"]?.string == rollout.uid },
      source: try await readSource(of: rollout, client: client)
    )
  }

  private static func readSource(of rollout: JSONValue, client: KubeClient) async throws(KubeError)
    -> JSONValue?
  {
    guard let source = gitSourceKey(of: rollout) else { return nil }
    do throws(KubeError) {
      return try await client.get(.gitSources, namespace: source.namespace, name: source.name)
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
  }
}

/// What phase a rollout is in to a client, who must not trust a status that has not seen the newest spec.
struct RolloutPhase: Equatable {
  let phase: String
  let message: String

  init(_ rollout: JSONValue) {
    let status = RolloutStatus(rollout.status)
    if let observed = Int(status.observedGeneration), observed < rollout.generation {
      (phase, message) = ("Progressing", "waiting for rollout spec update to be observed")
    } else if status.isControllerPause, status.pauseConditions.isEmpty {
      (phase, message) = ("Progressing", "waiting for rollout to unpause")
    } else if status.phase.isEmpty {
      (phase, message) = ("Progressing", "waiting for the controller to look at it")
    } else {
      (phase, message) = (status.phase, status.message)
    }
  }

  /// The sign that goes with the phase.
  var icon: String {
    switch phase {
    case "Healthy": Style.good("✔")
    case "Degraded": Style.bad("✖")
    case "Paused": Style.warning("॥")
    default: Style.progress("◌")
    }
  }
}
