import KubeModel
import Primitives
import TrafficPlans

/// A canary in three movements: find out how far the release is, then bring traffic, pods and analysis to where that
/// position wants them. Nothing here remembers what it did before; position and wishes follow from the snapshot.
extension Situation {
  func planCanary(_ canary: CanaryStrategy, _ draft: inout Draft) {
    advance(canary, &draft)
    let target = target(canary, draft.status)
    // Traffic first: an abort must not wait for anything that comes after it.
    convergeTraffic(canary, &draft)
    convergeServices(canary, &draft)
    if !spec.isPaused,
      draft.status.pauseCondition(RolloutStatus.PauseCondition.inconclusiveAnalysisRun) == nil
    {
      convergeReplicas(canary, target, &draft)
    }
    convergeAnalysis(canary, &draft)
  }

  /// Where a position in the steps wants the release to be.
  struct CanaryTarget: Equatable {
    /// Share of the canary in percent, in pods and, with a router, in requests.
    let weight: Int
    let new: Int
    /// Pods of the stable revision while it differs from the new one.
    let stable: Int
  }

  /// The target at the status' present step.
  func target(_ canary: CanaryStrategy, _ status: RolloutStatus) -> CanaryTarget {
    if status.stableHash.isEmpty || status.isFullyPromoted {
      return CanaryTarget(weight: 100, new: spec.replicas, stable: 0)
    }
    if status.isAborted { return target(canary, weight: 0) }
    let index = status.currentStepIndex ?? 0
    if status.promotesFully || index >= canary.steps.count { return target(canary, weight: 100) }
    return target(canary, weight: canary.weight(upTo: index))
  }

  private func target(_ canary: CanaryStrategy, weight: Int) -> CanaryTarget {
    if canary.hasTrafficRouting {
      let share = (weight * spec.replicas + 99) / 100
      let floor = min(canary.minPodsPerReplicaSet, spec.replicas)
      return CanaryTarget(weight: weight, new: share == 0 ? 0 : max(share, floor), stable: spec.replicas)
    }
    let counts = BasicCanaryCounts(strategy: canary, replicas: spec.replicas).desired(weight: weight)
    return CanaryTarget(weight: weight, new: counts.new, stable: counts.stable)
  }

  /// Whether the pods are where the target wants them, seen in the ReplicaSets' status and not assumed.
  func hasReached(_ target: CanaryTarget, _ canary: CanaryStrategy) -> Bool {
    let new = revisions.new
    guard (new?.desired ?? 0) == target.new, (new?.available ?? 0) >= target.new else { return false }
    if canary.hasTrafficRouting { return true }
    if let stable = revisions.stable, stable.hash != revisions.newHash {
      guard stable.desired == target.stable, stable.created == target.stable else { return false }
    }
    return revisions.older.allSatisfy { $0.available == 0 }
  }
}

extension CanaryStrategy {
  /// The nearest `setWeight` at or before the step; 0 when there is none, so that a first pause holds no canary.
  package func weight(upTo index: Int) -> Int {
    for step in steps.prefix(index + 1).reversed() {
      if let weight = step.weight { return weight }
    }
    return 0
  }
}
