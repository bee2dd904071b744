import KubeModel
import Primitives
import TrafficPlans

/// Which share of the requests the canary is to have, and how it comes back to stable.
extension Situation {
  /// The weight that the canary service should have now; nil leaves the routes as they are (reference, section 2.10).
  ///
  /// Traffic never goes where no pod is ready, and never grows before the pods for it are there.
  func wantedWeight(_ canary: CanaryStrategy, _ status: RolloutStatus) -> Int? {
    if status.stableHash.isEmpty { return nil }
    if status.isAborted { return returningWeight(canary, status) }
    if status.isFullyPromoted {
      // The canary service keeps the traffic until the promotion is written and the stable service selects its pods.
      guard recorded.stableHash == status.stableHash, leads(.stable, to: status.stableHash, canary, status)
      else { return nil }
      return leads(.canary, to: status.stableHash, canary, status) ? 0 : returningWeight(canary, status)
    }
    // An older canary gives its requests back before the newest one takes the Service over.
    guard let new = revisions.new, new.available > 0, leads(.canary, to: new.hash, canary, status) else {
      return returningWeight(canary, status)
    }
    let index = status.currentStepIndex ?? 0
    let wanted = target(canary, status)
    // Pods come before the requests for them, and go after them.
    let ordered = orderedWeight(canary, status)
    if wanted.weight < ordered {
      if mayReturn(wanted.weight, canary) { return wanted.weight }
      return canary.dynamicStableScale ? nil : ordered
    }
    if new.desired >= wanted.new, isEnough(of: new, wanted.new, canary) { return wanted.weight }
    if status.promotesFully { return growingWeight(new, canary, status) }
    // A step that a person skipped never had its weight: what was not reached is no place to stay at.
    let before = index > 0 ? canary.weight(upTo: min(index, canary.steps.count) - 1) : 0
    let kept = max(min(before, ordered), returningWeight(canary, status))
    let isHeld = !canary.dynamicStableScale && kept < ordered && !mayReturn(kept, canary)
    return isHeld ? ordered : kept
  }

  /// The weight on the way back to stable: none at once, or what the pods of stable cannot carry, where it shrank as
  /// traffic left it or lacks more of them at an abort, or past the progress deadline, than the spec lets us miss, one at
  /// least. It never grows, and it ends at 0 with the last stable pod.
  func returningWeight(_ canary: CanaryStrategy, _ status: RolloutStatus) -> Int {
    let carried = revisions.stable?.available ?? 0
    let hasCanary = revisions.all.contains {
      $0.ready > 0 && mayLead(.canary, to: $0.hash, canary, status)
    }
    let mayMiss = status.isAborted && !canary.dynamicStableScale || isStableOverdue(status)
    let missing =
      mayMiss ? max(1, canary.maxUnavailable.count(of: spec.replicas, roundingUp: false)) : 0
    guard hasCanary, spec.replicas > 0, carried < max(1, spec.replicas - missing) else { return 0 }
    let all = canary.maxTrafficWeight
    return min(orderedWeight(canary, status), all - carried * all / spec.replicas)
  }

  /// Whether stable had the progress deadline for its last pods to come, since the abort or since anything moved.
  private func isStableOverdue(_ status: RolloutStatus) -> Bool {
    guard status.isAborted else {
      return recorded.conditions.contains { $0.reason == "ProgressDeadlineExceeded" }
    }
    return status.abortedAt.map { $0 + spec.progressDeadline <= now } ?? false
  }

  /// The weight as the routes have it now, followed or not.
  func orderedWeight(_ canary: CanaryStrategy, _ status: RolloutStatus) -> Int {
    let place = place(canary, status)
    return routers.reduce(0) { greatest, unit in
      max(greatest, unit.live.flatMap { unit.router.canaryWeight(place, $0) } ?? 0)
    }
  }

  /// A full promotion moves traffic when the canary is complete; where stable shrinks meanwhile, as the canary grows.
  private func growingWeight(_ new: ReplicaSetView, _ canary: CanaryStrategy, _ status: RolloutStatus) -> Int
  {
    let ordered = orderedWeight(canary, status)
    guard canary.dynamicStableScale, spec.replicas > 0 else { return ordered }
    return max(min(new.available, spec.replicas) * canary.maxTrafficWeight / spec.replicas, ordered)
  }

  /// Whether stable can take the requests that a smaller weight gives back to it: it may have shrunk or died meanwhile.
  /// Where it is to have all its pods, so many of those for its share may be missing as the spec lets us miss of all.
  private func mayReturn(_ weight: Int, _ canary: CanaryStrategy) -> Bool {
    let all = canary.maxTrafficWeight
    guard canary.dynamicStableScale else {
      let share = (all - weight) * spec.replicas / all
      let available = revisions.stable?.available ?? 0
      let missing = canary.maxUnavailable.count(of: spec.replicas, roundingUp: false)
      let needed = available + missing >= spec.replicas ? share - missing : share
      return spec.replicas == 0 || available >= max(1, needed)
    }
    return isEnough(of: revisions.stable, pods(for: all - weight, of: all, canary), canary)
  }

  /// The weight that a step at this one shows: requests that a dead stable cannot take back stay where they are
  /// answered, which must not hold up the fix (user pain 5.25).
  func shownWeight(_ weight: Int, _ canary: CanaryStrategy, _ status: RolloutStatus) -> Int {
    isStableDead(canary) ? max(weight, orderedWeight(canary, status)) : weight
  }

  /// Whether the stable revision cannot answer a single request, although nothing lets it go without pods.
  func isStableDead(_ canary: CanaryStrategy) -> Bool {
    let mayShrink = canary.hasTrafficRouting && canary.dynamicStableScale
    guard !mayShrink, spec.replicas > 0, let stable = revisions.stable else { return false }
    return stable.hash != revisions.newHash && stable.available == 0
  }
}
