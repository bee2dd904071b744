import KubeModel
package import Primitives

/// What phase a rollout is in to a client, who must not trust a status that lags behind (reference, section 1.8).
package struct RolloutPhase: Sendable, Hashable {
  /// What the status has not caught up with.
  package enum Lag: Sendable, Hashable {
    /// No controller has written a phase yet.
    case untouched
    /// The newest spec was not seen.
    case spec
    /// The newest pod template of the referenced workload was not seen.
    case workload
    /// A person has ended the pause, and the controller did not act on it yet.
    case resume
  }

  package let phase: String
  package let message: String
  /// Nil when the phase is the one that the status says.
  package let lag: Lag?

  package init(_ rollout: JSONValue) {
    let status = RolloutStatus(rollout.status)
    lag = Self.lag(rollout, status)
    switch lag {
    case .untouched: (phase, message) = ("Progressing", "waiting for the controller to look at it")
    case .spec: (phase, message) = ("Progressing", "waiting for rollout spec update to be observed")
    case .workload:
      let what = "waiting for rollout spec update to be observed for the reference workload"
      (phase, message) = ("Progressing", what)
    case .resume: (phase, message) = ("Progressing", "waiting for rollout to unpause")
    case nil: (phase, message) = (status.phase, status.message)
    }
  }

  /// Generations that are no numbers, or greater than the present one, count as observed: versions before 0.10 wrote
  /// a hash there.
  private static func lag(_ rollout: JSONValue, _ status: RolloutStatus) -> Lag? {
    if let observed = Int(status.observedGeneration), observed < rollout.generation { return .spec }
    let generation = rollout.annotations[RolloutNames.workloadGeneration].flatMap { Int($0) }
    if rollout.spec["workloadRef"]?.object != nil, let generation,
      let observed = Int(status.workloadObservedGeneration), observed != generation
    {
      return .workload
    }
    if status.isControllerPause, status.pauseConditions.isEmpty { return .resume }
    return status.phase.isEmpty ? .untouched : nil
  }
}
