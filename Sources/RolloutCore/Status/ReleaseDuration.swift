import KubeModel
package import Primitives

/// `status.duration`: how long a release took, and how much of that it waited for a person (reference, section 2.17).
package struct ReleaseDuration: Sendable, Hashable {
  /// How a release ended.
  package enum Completion: String, Sendable {
    case promoted = "Promoted"
    case fastPromoted = "FastPromoted"
    case aborted = "Aborted"
    case rolledBack = "RolledBack"
    case fastRolledBack = "FastRolledBack"
    /// Only read: a release that another one takes over makes room for its record.
    case superseded = "Superseded"
  }

  package let startedAt: Instant
  /// Since when it waits for a person; nil while it does not.
  package var manualPauseStartedAt: Instant?
  /// Seconds that it waited for a person in pauses that are over.
  package var manualPauseSeconds: Int
  package var finishedAt: Instant?
  /// How it ended or, before its end, that it is a way back.
  package var completion: Completion?

  init(startedAt: Instant) {
    self.startedAt = startedAt
    manualPauseSeconds = 0
  }

  /// Nil without a start.
  package init?(_ value: JSONValue?) {
    guard let value, let start = value["rolloutStartedAt"]?.string.flatMap(Instant.init) else { return nil }
    startedAt = start
    manualPauseStartedAt = value["manualPauseStartedAt"]?.string.flatMap(Instant.init)
    manualPauseSeconds = value["totalManualPauseDurationSeconds"]?.int ?? 0
    finishedAt = value["finishedAt"]?.string.flatMap(Instant.init)
    completion = value["completionStatus"]?.string.flatMap(Completion.init)
  }

  var json: JSONValue {
    var value: JSONValue = ["rolloutStartedAt": .string(startedAt.rfc3339)]
    value["manualPauseStartedAt"] = manualPauseStartedAt.map { .string($0.rfc3339) }
    value["totalManualPauseDurationSeconds"] = manualPauseSeconds == 0 ? nil : JSONValue(manualPauseSeconds)
    value["finishedAt"] = finishedAt.map { .string($0.rfc3339) }
    value["completionStatus"] = completion.map { .string($0.rawValue) }
    return value
  }

  fileprivate mutating func wait(forPerson isWaiting: Bool, at now: Instant) {
    if isWaiting {
      manualPauseStartedAt = manualPauseStartedAt ?? now
    } else if let start = manualPauseStartedAt {
      manualPauseSeconds += Int(max(0, now.secondsSinceEpoch - start.secondsSinceEpoch))
      manualPauseStartedAt = nil
    }
  }

  fileprivate mutating func finish(_ completion: Completion, at now: Instant) {
    wait(forPerson: false, at: now)
    finishedAt = now
    self.completion = completion
  }
}

extension Situation {
  /// Keeps the record of the release: a change of template or steps starts one, as a retry does, and the way back to
  /// stable ends the one in flight.
  ///
  /// A rollout that is taken over in the middle has none, and gets none before a retry.
  func concludeDuration(_ draft: inout Draft) {
    let now = now.wholeSecond
    let status = draft.status
    let isFirst = recorded.currentPodHash.isEmpty && status.stableHash.isEmpty
    let isChanged =
      !recorded.currentPodHash.isEmpty
      && (status.currentPodHash != recorded.currentPodHash
        || status.currentStepHash != recorded.currentStepHash)
    if isChanged, recorded.stableHash == status.currentPodHash {
      if status.duration?.finishedAt == nil { draft.status.duration?.completion = .rolledBack }
    } else if isFirst || isChanged {
      draft.status.duration = ReleaseDuration(startedAt: now)
      if isChanged, fastReturn != nil { draft.status.duration?.completion = .fastRolledBack }
    }
    guard let duration = draft.status.duration, duration.finishedAt == nil else { return }
    draft.status.duration?.wait(forPerson: waitsForPerson(status), at: now)
    if status.isAborted {
      draft.status.duration?.finish(.aborted, at: now)
    } else if status.isFullyPromoted, status.counts.available >= spec.replicas {
      let completion = recorded.promotesFully ? ReleaseDuration.Completion.fastPromoted : .promoted
      draft.status.duration?.finish(duration.completion ?? completion, at: now)
    }
  }

  /// Whether only a person can make it go on.
  private func waitsForPerson(_ status: RolloutStatus) -> Bool {
    if spec.isPaused { return true }
    return status.pauseConditions.contains { pause in
      switch (pause.reason, spec.strategy) {
      case (RolloutStatus.PauseCondition.canaryPauseStep, .canary(let canary)):
        guard let index = status.currentStepIndex, canary.steps.indices.contains(index) else { return false }
        return canary.steps[index].action == .pause(nil)
      case (RolloutStatus.PauseCondition.blueGreenPause, .blueGreen(let blueGreen)):
        return !blueGreen.promotesAutomatically
      default: return true
      }
    }
  }
}
