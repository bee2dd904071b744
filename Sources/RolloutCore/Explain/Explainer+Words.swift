import KubeModel
import Primitives

/// The pieces that sentences are made of.
extension Explainer {
  /// A time of day, with its date when that is not today's.
  func clock(_ instant: Instant) -> String {
    let isNear = instant - now < .seconds(86_400) && now - instant < .seconds(86_400)
    return isNear ? "\(instant.timeOfDay) UTC" : instant.rfc3339
  }

  /// A time to come: `10:41:07 UTC (in 12s)`.
  func at(_ instant: Instant) -> String {
    instant <= now ? "\(clock(instant)) (now)" : "\(clock(instant)) (in \(seconds(instant - now)))"
  }

  func ago(_ instant: Instant) -> String { "\(seconds(now - instant)) ago" }

  /// Whole seconds, rounded up: `12s`, `1m5s`, `10m`, `2h`.
  private func seconds(_ duration: Duration) -> String {
    let whole = Duration.seconds((max(.zero, duration) + .nanoseconds(999_999_999)).components.seconds)
    var text = whole.goText
    for tail in ["m0s", "h0m"] where text.hasSuffix(tail) { text.removeLast(2) }
    return text
  }

  func trimmed(_ text: String) -> String { text.hasSuffix(".") ? String(text.dropLast()) : text }

  func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  /// `revision 3`, or the hash of one that has no number yet.
  func revision(_ set: ReplicaSetView?) -> String {
    guard let set else { return "revision \(situation.nextRevision)" }
    return set.hash == revisions.newHash ? "revision \(situation.nextRevision)" : "revision \(set.revision)"
  }

  /// `2 of 5 pods available`, after the plan's own changes.
  func pods(_ set: ReplicaSetView?) -> String {
    let wanted = wantedSize(set)
    return "\(min(set?.available ?? 0, wanted)) of \(count(wanted, "pod")) available"
  }

  /// The step that the release is in, such as `Step 3/6 (analysis)`; nil outside of the steps.
  var place: String? {
    guard let canary = spec.canary, !status.isFullyPromoted, !status.stableHash.isEmpty,
      let index = status.currentStepIndex, canary.steps.indices.contains(index)
    else { return nil }
    return "Step \(index + 1)/\(canary.steps.count) (\(canary.steps[index]))"
  }

  var currentStep: CanaryStep? {
    guard let canary = spec.canary, let index = status.currentStepIndex, canary.steps.indices.contains(index)
    else { return nil }
    return canary.steps[index]
  }

  /// When the pause that the rollout is in ends by itself; nil when it does not.
  var pauseEnd: Instant? {
    guard let pause = status.pauseConditions.first else { return nil }
    switch spec.strategy {
    case .canary:
      guard pause.reason == RolloutStatus.PauseCondition.canaryPauseStep,
        case .pause(let duration?) = currentStep?.action
      else { return nil }
      return pause.startTime + duration
    case .blueGreen(let blueGreen):
      guard pause.reason == RolloutStatus.PauseCondition.blueGreenPause, blueGreen.promotesAutomatically
      else { return nil }
      return pause.startTime + blueGreen.autoPromotionDelay
    }
  }

  /// The size that a ReplicaSet has once the plan's effects are performed.
  func wantedSize(_ set: ReplicaSetView?) -> Int {
    for effect in plan.effects {
      switch effect {
      case .createReplicaSet(let made) where set == nil: return made.spec["replicas"]?.int ?? 0
      case .scaleReplicaSet(let name, _, let size, _, _) where name == set?.name: return size
      default: continue
      }
    }
    return set?.desired ?? 0
  }

  /// Old ReplicaSets that keep their pods until a deadline, which this very plan may set.
  var waitingToScaleDown: [(set: ReplicaSetView, deadline: Instant)] {
    revisions.all.compactMap { set in
      guard wantedSize(set) > 0, let deadline = plannedDeadline(set) ?? set.scaleDownDeadline else {
        return nil
      }
      return (set, deadline)
    }
  }

  private func plannedDeadline(_ set: ReplicaSetView) -> Instant? {
    for case .annotateReplicaSet(let name, let annotations) in plan.effects where name == set.name {
      if let value = annotations[RolloutNames.scaleDownDeadline] { return value.flatMap { Instant($0) } }
    }
    return nil
  }

  /// A restart that is asked for and not carried out yet.
  var pendingRestart: Instant? { spec.restartAt.flatMap { $0 == status.restartedAt ? nil : $0 } }

  /// Pods that a restart still has to replace; nil when pods were not read.
  var outdated: Int? {
    guard let restartAt = pendingRestart, let pods = snapshot.pods else { return nil }
    return pods.count { !$0.isBeingDeleted && ($0.creationTimestamp ?? restartAt) < restartAt }
  }

  /// Newer revisions that wait for the release in flight, as `onNewRevision` says; empty when none does.
  var queueText: String {
    guard !status.queue.isEmpty else { return "" }
    let names = status.queue.map { $0.revision.map(String.init) ?? "the newest" }.joined(separator: ", ")
    let noun = status.queue.count == 1 ? "revision (\(names)) waits" : "revisions (\(names)) wait"
    return "; \(status.queue.count) newer \(noun) for it to end"
  }

  /// Why the decision is not in Git; nil when none waits.
  var gitPending: String? { status.conditions.first { $0.type == "AbortedPendingGit" }?.message }
}

extension String {
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }

  /// The text as it goes on inside a sentence.
  var loweredFirst: String { prefix(1).lowercased() + dropFirst() }
}
