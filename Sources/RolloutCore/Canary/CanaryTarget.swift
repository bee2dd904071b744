import KubeModel
import Primitives
import TrafficPlans

/// Where a position in the steps wants the release to be.
struct CanaryTarget: Equatable {
  /// Share of the canary of `maxTrafficWeight`, in requests with a router and in pods without.
  let weight: Int
  let new: Int
  /// Pods of the stable revision while it differs from the new one.
  let stable: Int
}

extension Situation {
  /// The target at the status' present step.
  func target(_ canary: CanaryStrategy, _ status: RolloutStatus) -> CanaryTarget {
    let all = canary.maxTrafficWeight
    if status.stableHash.isEmpty || status.isFullyPromoted {
      return CanaryTarget(weight: all, new: spec.replicas + restartSurge(status), stable: 0)
    }
    if status.isAborted { return target(canary, status, weight: 0) }
    let index = status.currentStepIndex ?? 0
    if status.promotesFully || index >= canary.steps.count { return target(canary, status, weight: all) }
    let weight = canary.weight(upTo: index)
    return target(canary, status, weight: weight, scale: canary.scale(upTo: index))
  }

  private func target(
    _ canary: CanaryStrategy,
    _ status: RolloutStatus,
    weight: Int,
    scale: CanaryScale = .matchTrafficWeight
  ) -> CanaryTarget {
    guard canary.hasTrafficRouting else {
      let counts = BasicCanaryCounts(strategy: canary, replicas: spec.replicas).desired(weight: weight)
      return CanaryTarget(weight: weight, new: counts.new, stable: counts.stable)
    }
    let new =
      switch scale {
      case .replicas(let count): canary.dynamicStableScale ? floored(count, canary) : count
      case .weight(let share): pods(for: share, of: 100, canary)
      case .matchTrafficWeight: pods(for: weight, of: canary.maxTrafficWeight, canary)
      }
    // Where stable is dead, the canary takes over all the requests that any canary has.
    let kept = isStableDead(canary) ? orderedWeight(canary, status) : 0
    return CanaryTarget(
      weight: weight,
      new: max(new, pods(for: kept, of: canary.maxTrafficWeight, canary)),
      stable: stablePods(weight: weight, canary, status)
    )
  }

  /// The stable revision keeps all its pods or, with `dynamicStableScale`, those for the requests that it should have
  /// and those for the requests that it still has: all of them while an older canary gives its requests back.
  private func stablePods(weight: Int, _ canary: CanaryStrategy, _ status: RolloutStatus) -> Int {
    guard canary.dynamicStableScale else { return spec.replicas }
    let all = canary.maxTrafficWeight
    guard leads(.canary, to: revisions.newHash, canary, status) else { return spec.replicas }
    guard let observed = observedStableWeight(canary, status) else {
      // Requests go as they went, or as they shall: the pods for the one are there.
      return max(pods(for: all - weight, of: all, canary), revisions.stable?.desired ?? 0)
    }
    return pods(for: max(all - weight, observed), of: all, canary)
  }

  /// Pods for a share of the requests, rounded up.
  func pods(for weight: Int, of total: Int, _ canary: CanaryStrategy) -> Int {
    floored((max(0, weight) * spec.replicas + total - 1) / total, canary)
  }

  /// At least `minPodsPerReplicaSet` wherever there are pods at all, but never more than the rollout has.
  private func floored(_ count: Int, _ canary: CanaryStrategy) -> Int {
    count == 0 ? 0 : max(count, min(canary.minPodsPerReplicaSet, spec.replicas))
  }

  /// Whether the pods are where the target wants them, seen in the ReplicaSets' status and not assumed.
  func hasReached(_ target: CanaryTarget, _ canary: CanaryStrategy) -> Bool {
    guard (revisions.new?.desired ?? 0) == target.new, isEnough(of: revisions.new, target.new, canary) else {
      return false
    }
    if canary.hasTrafficRouting { return true }
    // A dead stable cannot make up for the pods of older revisions, which therefore stay: the fix does not wait for
    // either (user pain 5.25).
    if isStableDead(canary), (revisions.stable?.desired ?? 0) > 0 { return true }
    if let stable = revisions.stable, stable.hash != revisions.newHash {
      guard stable.desired == target.stable, stable.created == target.stable else { return false }
    }
    return revisions.older.allSatisfy { $0.available == 0 }
  }

  /// Whether a revision has as many available pods as wanted, or as `replicaProgressThreshold` is content with.
  func isEnough(of set: ReplicaSetView?, _ wanted: Int, _ canary: CanaryStrategy) -> Bool {
    let available = set?.available ?? 0
    return available >= wanted
      || (canary.replicaProgressThreshold?.isMet(available: available, desired: wanted) ?? false)
  }
}

extension CanaryStrategy {
  /// The nearest `setWeight` at or before the step; 0 when there is none, so that a first pause holds no canary.
  package func weight(upTo index: Int) -> Int {
    for step in steps.prefix(max(0, index + 1)).reversed() {
      if let weight = step.weight { return min(max(0, weight), maxTrafficWeight) }
    }
    return 0
  }

  /// The nearest `setCanaryScale` at or before the step: it holds until another one takes its place. A router's
  /// business only: without one the pods are the weight.
  func scale(upTo index: Int) -> CanaryScale {
    guard hasTrafficRouting else { return .matchTrafficWeight }
    return steps.prefix(max(0, index + 1)).reversed().lazy.compactMap(\.canaryScale).first
      ?? .matchTrafficWeight
  }
}
