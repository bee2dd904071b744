import KubeModel
import Primitives
import TrafficPlans

extension Situation {
  func convergeReplicas(_ canary: CanaryStrategy, _ target: CanaryTarget, _ draft: inout Draft) {
    if canary.hasTrafficRouting {
      convergeRoutedReplicas(canary, target, &draft)
    } else {
      convergeBasicReplicas(canary, target, &draft)
    }
  }

  // MARK: - With a router

  private func convergeRoutedReplicas(_ canary: CanaryStrategy, _ target: CanaryTarget, _ draft: inout Draft)
  {
    let status = draft.status
    if let stable = revisions.find(status.stableHash), stable.hash != revisions.newHash {
      scale(stable, to: max(target.stable, stablePods(toCome: canary, status)), &draft)
    }
    let observed = observedWeight(canary, status)
    if status.isAborted {
      shrinkAborted(canary, observed, &draft)
    } else {
      // Pods stay until the routes have let go of them, and until stable answers alone.
      let current = revisions.new?.desired ?? 0
      let isShrinking = target.new < current && !status.isFullyPromoted
      // Nobody knows since when the routes have let go, so who lingers keeps the last pods for a release.
      let isAsked = mayReachCanary(canary, status) || spec.replicas > 0 && lingering > .zero
      let isHeaded = target.new == 0 && isAsked
      let isShared = reachesAll(.stable, canary, status)
      let mustHold = isShrinking && (observed > target.weight || isHeaded || isShared)
      ensureNew(replicas: mustHold ? current : target.new, &draft)
    }
    // A revision between stable and newest is of no use once the routes have let go of it, but the data plane may follow
    // them a little later than it says.
    let drain = min(canary.scaleDownDelay, .seconds(10))
    let stable = status.isFullyPromoted ? .max : revisions.find(status.stableHash)?.revision ?? 0
    let delay = canary.dynamicStableScale ? .zero : canary.scaleDownDelay
    let leastDelay = lingeringOutside
    retireOlder(
      after: { max($0.revision > stable ? drain : delay, leastDelay) },
      limit: canary.scaleDownDelayRevisionLimit,
      &draft
    ) { isRouted($0, canary, status) }
  }

  /// Pods of a stable revision that shrinks and grows for the requests that this plan is about to send there.
  private func stablePods(toCome canary: CanaryStrategy, _ status: RolloutStatus) -> Int {
    guard canary.dynamicStableScale, let weight = wantedWeight(canary, status) else { return 0 }
    return pods(for: canary.maxTrafficWeight - weight, of: canary.maxTrafficWeight, canary)
  }

  /// Where stable has to grow back first, the canary gives up its pods as it loses its requests; else it keeps them for
  /// a delay.
  private func shrinkAborted(_ canary: CanaryStrategy, _ observed: Int, _ draft: inout Draft) {
    guard canary.dynamicStableScale, !canary.hasAbortScaleDownDelay, lingering == .zero else {
      let isReached = mayReachCanary(canary, draft.status)
      let isImmediate = canary.dynamicStableScale && !canary.hasAbortScaleDownDelay
      let delay = isImmediate ? .zero : canary.abortScaleDownDelay
      return retireAborted(delay.map { max($0, lingering) }, isReached: isReached, &draft)
    }
    guard let new = revisions.new, !reachesAll(.stable, canary, draft.status) else { return }
    scale(new, to: min(new.desired, pods(for: observed, of: canary.maxTrafficWeight, canary)), &draft)
  }

  /// The aborted revision keeps its pods until stable carries everything and the delay is over; a retry finds them. In
  /// blue/green stable does so once the Service is back, and its missing pods may need the room.
  func retireAborted(_ delay: Duration?, isReached: Bool, _ draft: inout Draft) {
    guard let new = revisions.new, let delay else { return }
    let waitsForStable = spec.blueGreen == nil && (revisions.stable?.available ?? 0) < spec.replicas
    retire(new, after: delay, isReferenced: isReached || waitsForStable, &draft)
  }

  /// Whether requests may still reach a revision's pods; a Service that selects no revision reaches all of them, and
  /// the canary's own Service is asked by others than the routes (reference, section 2.4).
  private func isRouted(_ hash: String, _ canary: CanaryStrategy, _ status: RolloutStatus) -> Bool {
    if mayReach(hash, by: .stable, canary, status) { return true }
    guard mayLead(.canary, to: hash, canary, status) else { return false }
    return canary.pingPong == nil || mayReachCanary(canary, status)
  }

  // MARK: - By replica counts alone

  private func convergeBasicReplicas(_ canary: CanaryStrategy, _ target: CanaryTarget, _ draft: inout Draft) {
    let rule = BasicCanaryCounts(strategy: canary, replicas: spec.replicas)
    let older = revisions.older.filter { $0.desired > 0 }
    let stable = revisions.find(draft.status.stableHash).flatMap { $0.hash == revisions.newHash ? nil : $0 }
    let next = rule.next(
      target: (target.new, stable == nil ? 0 : target.stable),
      new: Pods(revisions.new),
      stable: Pods(stable),
      older: missesRevision ? rule.maxTotal : older.reduce(replaced(draft.status)) { $0 + $1.desired }
    )
    // The side that shrinks goes first: a crash between the two writes must not leave more pods than allowed.
    let newShrinks = next.new < revisions.new?.desired ?? 0
    if newShrinks { ensureNew(replicas: next.new, &draft) }
    if let stable { scale(stable, to: next.stable, &draft) }
    if !newShrinks { ensureNew(replicas: next.new, &draft) }
    drain(older, rule, &draft)
  }

  /// Whether the revision that was noticed last has a ReplicaSet, of unknown size, that is not to be seen: a newer one
  /// was asked for while the watch was lost. Nothing grows until more is known.
  private var missesRevision: Bool {
    let hash = recorded.currentPodHash
    guard !hash.isEmpty, hash != revisions.newHash, revisions.find(hash) == nil else { return false }
    let number = rollout.annotation(RolloutNames.revision).flatMap { Int($0) } ?? 0
    return revisions.all.allSatisfy { $0.revision < number }
  }

  /// Pods of the revision that this very plan puts an end to as stable: they take up room until it is written.
  private func replaced(_ status: RolloutStatus) -> Int {
    guard let stable = revisions.stable, stable.hash != status.stableHash, stable.hash != revisions.newHash
    else { return 0 }
    return stable.desired
  }

  /// Old revisions shrink by what the others can spare, newest first, pods that are not ready before all others.
  private func drain(_ older: [ReplicaSetView], _ rule: BasicCanaryCounts, _ draft: inout Draft) {
    var others = revisions.all.reduce(0) { $0 + $1.available }
    for set in older {
      others -= set.available
      let size = Pods(set).kept(for: rule.minAvailable, beside: others)
      scale(set, to: size, &draft)
      others += min(size, set.available)
    }
  }
}
