import AnalysisCore
import KubeModel
import Primitives

/// The Experiment of a canary's step: made, waited for, judged and ended (reference, section 5.2).
extension Situation {
  /// The present step's experiment and the name of its first try; nil when the release is not at such a step.
  private func experimentStep(_ status: RolloutStatus) -> (step: JSONValue, name: String)? {
    guard isReleasing(status), let steps = spec.canary?.steps, let index = status.currentStepIndex,
      steps.indices.contains(index), let step = steps[index].experiment
    else { return nil }
    return (step, "\(rollout.name)-\(revisions.newHash)-\(nextRevision)-\(index)")
  }

  /// The step's Experiment as it is now; nil when there is none or it has not been seen yet.
  func currentExperiment(_ status: RolloutStatus) -> JSONValue? {
    guard let step = experimentStep(status), isTry(status.currentExperiment, of: step.name) else {
      return nil
    }
    return ownExperiments.first { $0.name == status.currentExperiment }
  }

  /// Whether the step's Experiment says that the release may go on.
  func hasExperimentSucceeded(_ status: RolloutStatus) -> Bool {
    currentExperiment(status).map { ExperimentStatus($0.status).phase == .successful } ?? false
  }

  /// A failed Experiment aborts, and so does one that cannot be composed, since a gate that cannot be asked must not
  /// open; an inconclusive one waits for a person.
  func judgeExperiment(_ draft: inout Draft) {
    forgetSkippedExperiment(&draft)
    guard !draft.status.promotesFully, !isWaiting(for: .inconclusiveAnalysisRun, draft.status),
      let step = experimentStep(draft.status)
    else { return }
    guard let experiment = currentExperiment(draft.status) else {
      guard draft.status.currentExperiment.isEmpty, revisions.stable != nil,
        case .failure(let problem) = makeExperiment(step.step, name: step.name, draft.status)
      else { return }
      return abort(&draft, reason: "Experiment could not be created: \(problem)")
    }
    let status = ExperimentStatus(experiment.status)
    if let invalid = status.conditions.first(where: { $0.type == "InvalidSpec" && $0.status == "True" }) {
      return abort(&draft, reason: invalid.message)
    }
    switch status.phase {
    case .failed, .error:
      let detail = status.message.isEmpty ? "" : ": \(status.message)"
      abort(&draft, reason: "Experiment analysis phase is error/failed\(detail)")
    case .inconclusive: waitForPersonAfterExperiment(&draft)
    case .pending, .running, .successful, nil: return
    }
  }

  /// A person who skipped the step has overruled its Experiment, and its pause with it.
  private func forgetSkippedExperiment(_ draft: inout Draft) {
    let name = draft.status.currentExperiment
    let step = experimentStep(draft.status)
    if let step, name.isEmpty || isTry(name, of: step.name) { return }
    draft.status.currentExperiment = ""
    guard isWaiting(for: .inconclusiveExperiment, draft.status) else { return }
    draft.status.removePause(RolloutStatus.PauseCondition.inconclusiveExperiment)
    if draft.status.pauseConditions.isEmpty { draft.status.isControllerPause = false }
  }

  private func waitForPersonAfterExperiment(_ draft: inout Draft) {
    let reason = RolloutStatus.PauseCondition.inconclusiveExperiment
    guard draft.status.pauseCondition(reason) == nil else { return }
    if draft.status.isControllerPause, draft.status.pauseConditions.isEmpty {
      // A person resumed: the question is asked once more, by an Experiment of its own.
      draft.status.isControllerPause = false
      draft.status.currentExperiment = ""
      return
    }
    draft.status.pauseConditions.append(.init(reason: reason, startTime: now.nextWholeSecond))
    draft.status.isControllerPause = true
  }

  /// Sees to it that the step has its Experiment. While one waits for a person its name is kept, and no other is made.
  func convergeExperiment(_ draft: inout Draft) {
    guard let step = experimentStep(draft.status) else {
      draft.status.currentExperiment = ""
      return
    }
    let tries = ownExperiments.filter { isTry($0.name, of: step.name) }
    if isWaiting(for: .inconclusiveExperiment, draft.status) {
      if draft.status.currentExperiment.isEmpty {
        draft.status.currentExperiment = newest(tries)?.name ?? ""
      }
      return
    }
    draft.wake(at: now + .seconds(60))
    guard !isWaiting(for: .inconclusiveAnalysisRun, draft.status), currentExperiment(draft.status) == nil,
      revisions.stable != nil
    else { return }
    // One that was made and is not seen yet is made again under its name, which changes nothing.
    let known = draft.status.currentExperiment
    guard
      case .success(let experiment) = makeExperiment(
        step.step,
        name: known.isEmpty ? freeName(step.name) : known,
        draft.status
      )
    else { return }
    if known.isEmpty, let present = tries.first(where: { isReusable($0, for: experiment) }) {
      draft.status.currentExperiment = present.name
      return
    }
    draft.perform(.createExperiment(experiment))
    draft.eventOfEffect("ExperimentCreated", "Created Experiment '\(experiment.name)'")
    draft.status.currentExperiment = experiment.name
  }

  // MARK: - Names

  /// Whether the name is that of the step's first try, or of a later one: `-1`, `-2` and so on.
  private func isTry(_ name: String, of first: String) -> Bool {
    name == first || name.hasPrefix(first + "-") && Int(name.dropFirst(first.count + 1)) != nil
  }

  private func freeName(_ first: String) -> String {
    let taken = Set(snapshot.experiments.map(\.name))
    return ([first] + (1...taken.count + 1).map { "\(first)-\($0)" }).first { !taken.contains($0) } ?? first
  }

  private func newest(_ tries: [JSONValue]) -> JSONValue? {
    tries.max { ($0.creationTimestamp ?? now, $0.name) < ($1.creationTimestamp ?? now, $1.name) }
  }

  /// A try that an earlier plan made and did not get to write down.
  private func isReusable(_ experiment: JSONValue, for wanted: JSONValue) -> Bool {
    !ExperimentStatus(experiment.status).isCompleted && experiment.spec == wanted.spec
  }

  private enum Pause {
    case inconclusiveAnalysisRun
    case inconclusiveExperiment
  }

  private func isWaiting(for pause: Pause, _ status: RolloutStatus) -> Bool {
    switch pause {
    case .inconclusiveAnalysisRun:
      status.pauseCondition(RolloutStatus.PauseCondition.inconclusiveAnalysisRun) != nil
    case .inconclusiveExperiment:
      status.pauseCondition(RolloutStatus.PauseCondition.inconclusiveExperiment) != nil
    }
  }

  /// The Experiments that the rollout controls and nobody is deleting.
  var ownExperiments: [JSONValue] {
    snapshot.experiments.filter { isOwned($0, by: rollout.uid) && !$0.isBeingDeleted }
  }
}
