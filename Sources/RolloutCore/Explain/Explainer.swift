import KubeModel
import Primitives

/// Explains where a rollout stands (design, section 1): pure, from the same snapshot and plan as the controller's.
///
/// `controller` is the lease of the controller, where it could be read.
package func explain(_ snapshot: Snapshot, controller: ControllerSighting? = nil) -> Explanation {
  Explainer(snapshot, controller).explanation
}

/// A snapshot, the plan for it, and the words for both.
struct Explainer {
  typealias Cause = Explanation.Cause
  typealias Reason = (cause: Cause, text: String)

  let situation: Situation
  let plan: Plan
  let controller: ControllerSighting?

  init(_ snapshot: Snapshot, _ controller: ControllerSighting?) {
    situation = Situation(snapshot)
    plan = RolloutCore.plan(snapshot)
    self.controller = controller
  }

  var snapshot: Snapshot { situation.snapshot }
  var status: RolloutStatus { plan.status }
  var spec: RolloutSpec { situation.spec }
  var revisions: Revisions { situation.revisions }
  var now: Instant { situation.now }
  var name: String { situation.rollout.name }
  var isControllerMissing: Bool { controller.map { !$0.isAlive } ?? false }

  var explanation: Explanation {
    let client = RolloutPhase(situation.rollout)
    let reason = isControllerMissing ? absence : lag(client) ?? self.reason
    let isStatusOld = isControllerMissing || reason.cause == .notObserved
    return Explanation(
      rollout: ObjectKey(situation.rollout),
      phase: isStatusOld ? client.phase : status.phase,
      cause: reason.cause,
      sentence: "\(reason.text)\(queueText); \(whenItLooks).",
      facts: facts,
      nextLook: nextLook
    )
  }

  // MARK: - When

  var nextLook: Instant? {
    guard !isControllerMissing, case .at(let instant) = plan.wake else { return nil }
    return max(instant, now)
  }

  private var whenItLooks: String {
    if isControllerMissing { return "nothing looks at it until a controller runs" }
    guard let nextLook else { return "the controller looks again when something changes" }
    return "the controller looks again at \(at(nextLook)) or when something changes"
  }

  // MARK: - Why, by phase: the first that fits

  private var absence: Reason {
    guard let controller else { return (.noController, "No controller acts") }
    let lease = "the Lease \(controller.lease)"
    guard !controller.holder.isEmpty, let renewed = controller.renewedAt else {
      return (.noController, "No controller acts: nobody holds \(lease)")
    }
    let text = "\(controller.holder) renewed \(lease) last at \(clock(renewed)), \(ago(renewed))"
    return (.noController, "No controller acts: \(text)")
  }

  private func lag(_ client: RolloutPhase) -> Reason? {
    let recorded = situation.recorded
    switch client.lag {
    case .untouched: return (.notObserved, "The controller has not looked at the rollout yet")
    case .spec:
      let generation = situation.rollout.generation
      let seen = recorded.observedGeneration
      let text = "The controller has not seen generation \(generation) of the spec yet, only \(seen)"
      return (.notObserved, text)
    case .workload:
      let seen = recorded.workloadObservedGeneration
      let workload = spec.workloadRef.map { "\($0.kind) \($0.name)" } ?? "the workload"
      let text = "The controller has not seen the newest generation of \(workload) yet, only \(seen)"
      return (.notObserved, text)
    case .resume, nil: return nil
    }
  }

  private var reason: Reason {
    switch status.phase {
    case "Degraded": degraded
    case "Paused": paused
    case "Healthy": healthy
    default: progressing
    }
  }

  private var degraded: Reason {
    let failures: Set<String> = ["InvalidSpec", "RolloutAborted", "ProgressDeadlineExceeded"]
    let condition = status.conditions.first { failures.contains($0.reason) }
    switch condition?.reason {
    case "RolloutAborted": return aborted(condition?.message ?? "")
    case "ProgressDeadlineExceeded":
      // The condition was written when the time was over, one second after the limit.
      let start = condition?.lastUpdateTime.map { $0 + .seconds(-1) + (.zero - spec.progressDeadline) }
      let since = start.map { " since \(clock($0))" } ?? ""
      let limit = spec.progressDeadline.goText
      let waiting = progressing.text.loweredFirst
      return (
        .deadlineExceeded, "Nothing has progressed\(since), longer than the \(limit) allowed: \(waiting)"
      )
    case "InvalidSpec":
      let text = "The spec cannot be followed, pods and traffic stay as they are: \(condition?.message ?? "")"
      return (.invalidSpec, text)
    default: return (.other, "The rollout is degraded: \(status.message)")
    }
  }

  private func aborted(_ message: String) -> Reason {
    let since = status.abortedAt.map { " at \(clock($0))" } ?? ""
    let prefix = "Rollout aborted update to revision \(situation.nextRevision)"
    let why =
      message.hasPrefix(prefix + ": ") ? String(message.dropFirst(prefix.count + 2)) : "a person asked for it"
    var text = "The release of \(revision(revisions.new)) was aborted\(since): \(trimmed(why))"
    if let back = wayBack { text += "; \(back)" }
    if let pending = gitPending { text += "; Git does not have the decision yet: \(trimmed(pending))" }
    return (.aborted, text + "; `serin retry \(name)` starts it over")
  }

  private var paused: Reason {
    if spec.isPaused {
      let place = place.map { " at \($0.loweredFirst)" } ?? ""
      return (
        .frozen, "A person froze the rollout (spec.paused)\(place); `serin resume \(name)` lets it go on"
      )
    }
    guard let pause = status.pauseConditions.first else {
      return (.other, "The rollout is paused: \(status.message)")
    }
    switch pause.reason {
    case RolloutStatus.PauseCondition.inconclusiveAnalysisRun: return inconclusive(analysisText, pause)
    case RolloutStatus.PauseCondition.inconclusiveExperiment: return inconclusive(experimentText, pause)
    default: return pauseReason(pause)
    }
  }

  private func inconclusive(_ what: String?, _ pause: RolloutStatus.PauseCondition) -> Reason {
    let subject = what ?? pause.reason
    let choice =
      "`serin promote \(name)` or `serin abort \(name)` decides, `serin resume \(name)` measures again"
    return (.inconclusive, "\(subject) could not tell since \(clock(pause.startTime)); \(choice)")
  }

  private func pauseReason(_ pause: RolloutStatus.PauseCondition) -> Reason {
    let subject = place ?? "The switch to \(revision(revisions.new))"
    let since = "since \(clock(pause.startTime))"
    if let end = pauseEnd {
      let verb = spec.canary == nil ? "comes" : "ends"
      return (.clock, "\(subject) waits \(since) and \(verb) at \(at(end))")
    }
    return (.person, "\(subject) waits \(since) for a person; `serin promote \(name)` lets it go on")
  }

  private var healthy: Reason {
    let kept = waitingToScaleDown
    let text = "\(revision(revisions.new)) is stable with \(pods(revisions.new))".capitalizedFirst
    guard let last = kept.map(\.deadline).max() else {
      let next =
        pendingRestart.map { "its pods are to be restarted at \(at($0))" } ?? "there is nothing to do"
      return (.done, "\(text), and \(next)")
    }
    let count = kept.reduce(0) { $0 + $1.set.desired }
    return (.scaleDownDelay, "\(text); \(count) old pods are kept until \(at(last))")
  }
}
