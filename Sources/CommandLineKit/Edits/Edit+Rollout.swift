import KubeModel
import Primitives
import RolloutCore

/// What the commands on a rollout write, with the patches of other tools (reference, sections 8.1 and 8.2).
extension Edit {
  static func abort(_ rollout: JSONValue) -> Edit {
    let status = RolloutStatus(rollout.status)
    if RolloutPhase(rollout).lag == nil {
      guard !status.isFullyPromoted else {
        return .nothing("has no release in flight: the newest revision is the stable one")
      }
      if status.isAborted { return .nothing("is aborted already") }
    }
    return .patch(status: ["abort": true])
  }

  static func retry(_ rollout: JSONValue) -> Edit {
    RolloutStatus(rollout.status).isAborted ? .patch(status: ["abort": false]) : .nothing("is not aborted")
  }

  static func pause(_ rollout: JSONValue) -> Edit {
    rollout.spec["paused"]?.bool == true ? .nothing("is paused already") : .patch(spec: ["paused": true])
  }

  /// A frozen rollout is only unfrozen: the step that waits for a person goes on waiting, until a second resume.
  static func resume(_ rollout: JSONValue) -> Edit {
    if rollout.spec["paused"]?.bool == true { return .patch(spec: ["paused": false]) }
    guard !RolloutStatus(rollout.status).pauseConditions.isEmpty else { return .nothing("is not paused") }
    return .patch(status: ["pauseConditions": .null])
  }

  /// Rounded up to a second, as pods' ages are rounded down: those made a moment ago are to go as well.
  static func restart(at instant: Instant) -> Edit {
    let floor = Instant(secondsSinceEpoch: instant.secondsSinceEpoch)
    let second = floor == instant ? floor : floor + .seconds(1)
    return .patch(spec: ["restartAt": .string(second.rfc3339)])
  }

  // MARK: - Promotion

  /// How far a promotion goes.
  enum Promotion: Equatable {
    /// To the end of the pause, or past the running step.
    case next
    case skipStep
    case skipAllSteps
    /// Past all steps, pauses and analyses.
    case full
  }

  static func promote(_ rollout: JSONValue, _ promotion: Promotion) -> Edit {
    switch promotion {
    case .next: return promote(rollout)
    case .full: return promoteFully(rollout)
    case .skipStep: return skip(rollout) { index, count in min(index + 1, count) }
    case .skipAllSteps: return skip(rollout) { _, count in count }
    }
  }

  private static func promoteFully(_ rollout: JSONValue) -> Edit {
    let isPaused = rollout.spec["paused"]?.bool == true
    let hasRelease = !RolloutStatus(rollout.status).isFullyPromoted
    guard isPaused || hasRelease else { return .nothing("is fully promoted already") }
    return .patch(spec: isPaused ? ["paused": false] : nil, status: hasRelease ? ["promoteFull": true] : nil)
  }

  /// Moves the index alone, as the deprecated flags of other tools do.
  private static func skip(_ rollout: JSONValue, to next: (_ index: Int, _ count: Int) -> Int) -> Edit {
    let spec = RolloutSpec(rollout)
    guard let canary = spec.canary else { return .nothing("has no steps: it is a blue/green rollout") }
    guard !canary.steps.isEmpty else { return .nothing("has no steps") }
    let status = RolloutStatus(rollout.status)
    if status.isAborted { return .nothing("is aborted; `serin retry` starts it over") }
    let index = status.currentStepIndex ?? 0
    guard index < canary.steps.count else { return .nothing("has no step to skip") }
    return .patch(status: ["currentStepIndex": JSONValue(next(index, canary.steps.count))])
  }

  private static func promote(_ rollout: JSONValue) -> Edit {
    let status = RolloutStatus(rollout.status)
    let isPaused = rollout.spec["paused"]?.bool == true
    let spec: JSONValue? = isPaused ? ["paused": false] : nil
    let steps = RolloutSpec(rollout).canary?.steps ?? []
    let index = status.currentStepIndex ?? 0
    if status.isAborted { return .nothing("is aborted; `serin retry` starts it over") }
    if !status.pauseConditions.isEmpty {
      var patch: JSONValue = ["pauseConditions": .null]
      // An inconclusive step is skipped; after an inconclusive background analysis the release goes on where it is.
      if status.stepAnalysis?.phase == "Inconclusive", status.isControllerPause, steps.indices.contains(index)
      {
        patch["controllerPause"] = false
        patch["currentStepIndex"] = JSONValue(index + 1)
      }
      return .patch(spec: spec, status: patch)
    }
    guard !status.isFullyPromoted, steps.indices.contains(index) else {
      return isPaused ? .patch(spec: spec) : .nothing("has no step to skip")
    }
    return .patch(spec: spec, status: ["pauseConditions": .null, "currentStepIndex": JSONValue(index + 1)])
  }
}
