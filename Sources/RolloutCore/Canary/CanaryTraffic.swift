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
      let adapted = adapted(wanted, to: router, live, canary, status)
      return router.plan(adapted, live) == .unchanged && !router.proof(adapted, live).isLagging
    }
  }

  /// The greatest weight with which requests may still reach the canary service: all of them when a route cannot be
  /// read or the data plane lags behind, because nothing may be removed on a guess.
  func observedWeight(_ canary: CanaryStrategy, _ status: RolloutStatus) -> Int {
    let place = place(canary, status)
    return observed(place, unknown: canary.maxTrafficWeight) { $0.canaryWeight(place, $1) }
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
    let greatest = observed(place, unknown: unknown) { $0.stableWeight(place, $1) }
    return greatest == unknown ? nil : greatest
  }

  private func observed(
    _ place: TrafficWeights,
    unknown: Int,
    _ read: (any TrafficRouter, LiveRoutes) -> Int?
  ) -> Int {
    routers.reduce(0) { greatest, unit in
      guard let live = unit.live, !unit.router.proof(place, live).isLagging else { return unknown }
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
    var weights: JSONValue = [
      "canary": [
        "weight": JSONValue(weight), "serviceName": JSONValue(roles.canary),
        "podTemplateHash": .string(revisions.newHash),
      ],
      "stable": [
        "weight": JSONValue(canary.maxTrafficWeight - weight), "serviceName": JSONValue(roles.stable),
        "podTemplateHash": .string(draft.status.stableHash),
      ],
    ]
    weights["verified"] = isVerified(canary, draft).map(JSONValue.bool)
    draft.status.weights = addExperiments(to: weights, canary, draft.status)
    noteLoadBalancers(canary, &draft)
    // Without a patch the routes were there already: whoever wrote them has told it.
    if case .changeRoute = draft.effects.last { tellWeights(before, &draft) }
  }
}
