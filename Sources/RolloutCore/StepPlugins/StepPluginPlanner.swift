import KubeModel
import Primitives

/// Steps that a program outside decides about (reference, section 2.16).
///
/// An entry in the status comes first, the call after it: whatever happens to the controller in between, the status
/// knows whom an abort must tell. Nothing ever waits for a plugin but the step that names it.
extension Situation {
  /// Takes in what the present step's plugin has said, and asks it when it is to be asked; a failure aborts.
  func judgeStepPlugin(_ canary: CanaryStrategy, _ draft: inout Draft) {
    let index = draft.status.currentStepIndex ?? 0
    guard canary.steps.indices.contains(index), case .plugin(let name) = canary.steps[index].action,
      let entry = draft.status.stepPlugin(.run, at: index), entry.name == name
    else { return }
    guard !draft.status.promotesFully else { return }
    let isHeld = spec.isPaused || !draft.status.pauseConditions.isEmpty
    let next = follow(entry, asks: !isHeld, &draft)
    guard next.phase == .failed, !next.isDisabled else { return }
    abort(&draft, reason: "Step Plugin \(index + 1) (\(name)) failed: \(next.message)")
  }

  /// Whether the plugin's step is done; its entry is made when the step begins.
  func isPluginDone(_ name: String, at index: Int, _ draft: inout Draft) -> Bool {
    guard let entry = draft.status.stepPlugin(.run, at: index), entry.name == name else {
      guard draft.status.pauseConditions.isEmpty else { return false }
      begin(.run, name, at: index, &draft)
      return false
    }
    return entry.isDisabled || entry.phase == .successful
  }

  /// Tells plugins of a release that went back, last step first, and that of a step that was left behind.
  func convergeStepPlugins(_ draft: inout Draft) {
    let runs = draft.status.stepPlugins.filter { $0.operation == .run && !$0.isDisabled }
      .sorted { $0.index > $1.index }
    if draft.status.isAborted {
      // One after the other: what a later step did is undone before what it was built on.
      for run in runs where run.phase == .running || run.phase == .successful {
        guard conclude(.abort, run, &draft) else { return }
      }
    } else {
      let present = draft.status.promotesFully ? nil : draft.status.currentStepIndex
      for run in runs where run.phase == .running && (run.index != present || draft.status.isFullyPromoted) {
        _ = conclude(.terminate, run, &draft)
      }
    }
  }

  /// Tells plugins of a release that another one replaces, once and without waiting for an answer: its entries go.
  func abandonStepPlugins(_ draft: inout Draft) {
    guard !recorded.isFullyPromoted, !recorded.isAborted else { return }
    let runs = draft.status.stepPlugins.filter {
      $0.operation == .run && !$0.isOver || $0.phase == .successful
    }
    for run in runs.sorted(by: { $0.index > $1.index }) where run.operation == .run && !run.isDisabled {
      let entry = StepPluginStatus(
        index: run.index,
        name: run.name,
        operation: .abort,
        startedAt: run.startedAt
      )
      let call = call(entry, state: run.state, hash: recorded.currentPodHash)
      if !snapshot.stepPlugins.inFlight.contains(call.id) { draft.perform(.callStepPlugin(call)) }
    }
  }

  /// Has an operation that ends a run done; true once nothing more is to come of it.
  private func conclude(
    _ operation: StepPluginStatus.Operation,
    _ run: StepPluginStatus,
    _ draft: inout Draft
  ) -> Bool {
    guard let entry = draft.status.stepPlugin(operation, at: run.index) else {
      begin(operation, run.name, at: run.index, &draft)
      return false
    }
    let next = follow(entry, asks: true, state: run.state, &draft)
    return next.isOver || next.executions >= Self.patience
  }

  private func begin(
    _ operation: StepPluginStatus.Operation,
    _ name: String,
    at index: Int,
    _ draft: inout Draft
  ) {
    draft.status.note(
      StepPluginStatus(index: index, name: name, operation: operation, startedAt: now.wholeSecond)
    )
    draft.wake(at: now)
  }

  /// The entry with the answer to its call, if there is one by now; asks when the time has come.
  private func follow(
    _ entry: StepPluginStatus,
    asks: Bool,
    state: JSONValue? = nil,
    _ draft: inout Draft
  ) -> StepPluginStatus {
    guard !entry.isOver else { return entry }
    let call = call(entry, state: entry.state ?? state, hash: revisions.newHash)
    if let answer = snapshot.stepPlugins.answers[call.id] {
      let next = entry.answered(answer, at: now.wholeSecond)
      draft.status.note(next)
      if next.phase == .error, entry.phase != .error || entry.message != next.message {
        draft.event("StepPluginError", next.message, type: "Warning")
      }
      if let due = next.dueAt { draft.wake(at: due) }
      return next
    }
    guard asks, entry.operation == .run || entry.executions < Self.patience, let due = entry.dueAt else {
      return entry
    }
    if due > now {
      draft.wake(at: due)
    } else if recorded.stepPlugins.contains(entry), !snapshot.stepPlugins.inFlight.contains(call.id) {
      draft.perform(.callStepPlugin(call))
    }
    return entry
  }

  private func call(_ entry: StepPluginStatus, state: JSONValue?, hash: String) -> StepPluginCall {
    let steps = spec.canary?.steps ?? []
    let plugin = steps.indices.contains(entry.index) ? steps[entry.index].plugin : nil
    let operation = entry.operation
    let started = entry.startedAt.rfc3339
    return StepPluginCall(
      id: "\(rollout.uid)/\(hash)/\(entry.index)/\(operation.rawValue)/\(started)/\(entry.executions + 1)",
      name: entry.name,
      operation: operation,
      index: entry.index,
      config: plugin?["name"]?.string == entry.name ? plugin?["config"] : nil,
      state: state,
      podHash: hash
    )
  }

  /// How often a plugin that cannot be reached is told of an end.
  private static var patience: Int { 5 }
}

extension StepPluginStatus {
  /// The least and the usual time between two calls, as Argo Rollouts has them, and the longest after errors.
  private static let (least, usual, longest) = (
    Duration.seconds(10), Duration.seconds(30), Duration.seconds(300)
  )

  /// The entry after an answer.
  func answered(_ answer: StepPluginAnswer, at now: Instant) -> StepPluginStatus {
    var next = self
    let wasError = phase == .error
    next.updatedAt = now
    next.executions += 1
    next.backoff = .zero
    switch answer {
    case .running(let after, let message, let state) where operation == .run:
      (next.phase, next.message, next.state) = (.running, message, state)
      next.backoff = after.flatMap { $0 >= Self.least ? $0 : nil } ?? Self.usual
    case .running(_, let message, let state):
      let refusal = "\(operation.rawValue) must end at once"
      (next.phase, next.state) = (.failed, state)
      next.message = message.isEmpty ? refusal : "\(refusal): \(message)"
    case .successful(let message, let state):
      (next.phase, next.message, next.state) = (.successful, message, state)
    case .failed(let message, let state):
      (next.phase, next.message, next.state) = (.failed, message, state)
    case .error(let message):
      (next.phase, next.message) = (.error, message)
      next.backoff = wasError ? min(backoff * 2, Self.longest) : Self.usual
    case .disabled:
      (next.phase, next.message, next.isDisabled) = (.successful, "", true)
    }
    if next.isOver { next.finishedAt = now }
    return next
  }
}
