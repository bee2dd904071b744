import KubeModel
import Primitives
import TrafficPlans

extension Situation {
  /// Whether the data plane splits traffic as wanted: without a router, or without a pod to send requests to, there is
  /// nothing to ask; else every router must carry the weight, and none must lag behind its objects.
  func trafficShows(_ weight: Int, _ canary: CanaryStrategy, _ status: RolloutStatus) -> Bool {
    guard canary.hasTrafficRouting, spec.replicas > 0 else { return true }
    // The same weight may still be an older canary's.
    guard weight == 0 || leads(.canary, to: revisions.newHash, canary, status) else { return false }
    let wanted = weights(weight, canary, status)
    return routers.allSatisfy { router, live in
      guard let live else { return false }
      let plan = router.plan(adapted(wanted, to: router, live, canary, status), live)
      return plan == .unchanged && router.isFollowed(live) != false
    }
  }

  /// The greatest weight with which requests may still reach the canary service: all of them when a route cannot be
  /// read or the data plane lags behind, because nothing may be removed on a guess.
  func observedWeight(_ canary: CanaryStrategy, _ status: RolloutStatus) -> Int {
    let place = place(canary, status)
    return observed(unknown: canary.maxTrafficWeight) { $0.canaryWeight(place, $1) }
  }

  /// Whether requests may still reach the canary service, by weight or by a managed route.
  func mayReachCanary(_ canary: CanaryStrategy, _ status: RolloutStatus) -> Bool {
    let place = place(canary, status)
    let hasManaged = routers.contains { router, live in
      live.map { router.hasManagedRoutes(place, $0) } ?? false
    }
    return hasManaged || observedWeight(canary, status) > 0
  }

  /// The greatest weight with which requests reach the stable service; nil when a route cannot be read or the data
  /// plane lags behind.
  func observedStableWeight(_ canary: CanaryStrategy, _ status: RolloutStatus) -> Int? {
    let unknown = canary.maxTrafficWeight + 1
    guard !routers.isEmpty else { return nil }
    let place = place(canary, status)
    let greatest = observed(unknown: unknown) { $0.stableWeight(place, $1) }
    return greatest == unknown ? nil : greatest
  }

  private func observed(unknown: Int, _ read: (any TrafficRouter, LiveRoutes) -> Int?) -> Int {
    routers.reduce(0) { greatest, unit in
      guard let live = unit.live, unit.router.isFollowed(live) != false else { return unknown }
      return max(greatest, read(unit.router, live) ?? unknown)
    }
  }

  /// Where in the routes the rollout's services are, without a wish.
  func place(_ canary: CanaryStrategy, _ status: RolloutStatus) -> TrafficWeights {
    let roles = canary.roles(status)
    var place = TrafficWeights(
      canaryService: roles.canary ?? "",
      stableService: roles.stable ?? "",
      canary: 0,
      total: canary.maxTrafficWeight,
      managedNames: canary.managedRoutes,
      additionalNames: experimentServices
    )
    place.owner = owner
    place.stickiness = canary.stickiness
    place.canaryHash = shownHash(.canary, canary, status)
    place.stableHash = shownHash(.stable, canary, status)
    return place
  }

  private func weights(_ weight: Int, _ canary: CanaryStrategy, _ status: RolloutStatus) -> TrafficWeights {
    var weights = place(canary, status)
    weights.canary = weight
    weights.managedRoutes = managedRoutes(canary, status)
    weights.additional = experimentDestinations(canary, status, canaryWeight: weight)
    return weights
  }

  /// The wish as one router can have it: the routes that it has words for, and where it selects pods by itself, those
  /// that it is to select.
  private func adapted(
    _ weights: TrafficWeights,
    to router: any TrafficRouter,
    _ live: LiveRoutes,
    _ canary: CanaryStrategy,
    _ status: RolloutStatus
  ) -> TrafficWeights {
    var weights = weights
    if !weights.managedRoutes.isEmpty {
      weights.managedRoutes.removeAll { router.refusal(of: $0) != nil }
    }
    if router.selectsRevisions {
      weights.canaryHash = wantedHash(.canary, of: router, live, canary, status)
      weights.stableHash = wantedHash(.stable, of: router, live, canary, status)
    }
    return weights
  }

  /// The header and mirror routes of the steps so far. They go with the release, whatever way it ends, and they wait
  /// until the canary service leads to a pod.
  private func managedRoutes(_ canary: CanaryStrategy, _ status: RolloutStatus) -> [ManagedRoute] {
    guard !canary.managedRoutes.isEmpty, !status.stableHash.isEmpty, !status.isFullyPromoted,
      !status.isAborted, !status.promotesFully, leadsToNew(canary, status), target(canary, status).new > 0
    else { return [] }
    var routes: [String: ManagedRoute] = [:]
    for step in canary.steps.prefix((status.currentStepIndex ?? 0) + 1) {
      if let route = step.headerRoute {
        routes[route["name"]?.string ?? ""] = ManagedRoute(headerRoute: route)
      }
      if let route = step.mirrorRoute {
        routes[route["name"]?.string ?? ""] = ManagedRoute(mirrorRoute: route)
      }
    }
    return canary.managedRoutes.compactMap { routes[$0] }
  }

  /// Whether the canary service leads to an available pod of the newest revision.
  func leadsToNew(_ canary: CanaryStrategy, _ status: RolloutStatus) -> Bool {
    guard let new = revisions.new, new.available > 0 else { return false }
    return leads(.canary, to: new.hash, canary, status)
  }

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

  func convergeTraffic(_ canary: CanaryStrategy, _ draft: inout Draft) {
    guard canary.hasTrafficRouting else { return }
    let weight = wantedWeight(canary, draft.status)
    if draft.status.isAborted, weight ?? 0 > 0,
      let end = draft.status.abortedAt.map({ $0 + spec.progressDeadline }),
      now < end
    {
      draft.wake(at: end)
    }
    let wanted = weights(weight ?? 0, canary, draft.status)
    for (router, live) in routers {
      // What selects pods has no weight to wait for.
      guard let live, weight != nil || router.selectsRevisions else { continue }
      let adapted = adapted(wanted, to: router, live, canary, draft.status)
      guard case .changes(let changes) = router.plan(adapted, live) else { continue }
      for change in changes { draft.perform(.changeRoute(change)) }
      if let last = changes.last, let given = foreignWeight(router, live, adapted, canary, draft.status) {
        tellCorrection(of: last.address, given, adapted, &draft)
      }
    }
    if let weight { noteWeight(weight, canary, &draft) }
  }

  private func noteWeight(_ weight: Int, _ canary: CanaryStrategy, _ draft: inout Draft) {
    let before = draft.status.weights
    let roles = canary.roles(draft.status)
    let weights: JSONValue = [
      "canary": [
        "weight": JSONValue(weight), "serviceName": JSONValue(roles.canary),
        "podTemplateHash": .string(revisions.newHash),
      ],
      "stable": [
        "weight": JSONValue(canary.maxTrafficWeight - weight), "serviceName": JSONValue(roles.stable),
        "podTemplateHash": .string(draft.status.stableHash),
      ],
    ]
    draft.status.weights = addExperiments(to: weights, canary, draft.status)
    // Without a patch the routes were there already: whoever wrote them has told it.
    if case .changeRoute = draft.effects.last { tellWeights(before, &draft) }
  }
}
