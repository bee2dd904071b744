import KubeModel
import Primitives
import TrafficPlans

extension Situation {
  /// Whether the data plane splits traffic as wanted: without a router there is nothing to ask, with one every route
  /// must carry the weight and must not be refused by its gateway.
  func trafficShows(_ weight: Int, _ canary: CanaryStrategy) -> Bool {
    guard canary.hasTrafficRouting else { return true }
    return liveRoutes(canary).allSatisfy { route in
      guard let route else { return false }
      return HTTPRoutePlan.plan(weights(weight, canary), route: route) == .unchanged
        && HTTPRoutePlan.isAccepted(route) != false
    }
  }

  /// The greatest share of requests that the canary service may still receive: 100 when a route cannot be read or its
  /// gateway lags behind, because nothing may be removed on a guess.
  func observedWeight(_ canary: CanaryStrategy) -> Int {
    liveRoutes(canary).map { route in
      guard let route, HTTPRoutePlan.isAccepted(route) != false else { return 100 }
      return HTTPRoutePlan.canaryWeight(weights(0, canary), in: route) ?? 100
    }.max() ?? 0
  }

  private func liveRoutes(_ canary: CanaryStrategy) -> [JSONValue?] {
    canary.routes.map { snapshot.routes[$0]?.object }
  }

  private func weights(_ weight: Int, _ canary: CanaryStrategy) -> TrafficWeights {
    TrafficWeights(
      canaryService: canary.canaryService ?? "",
      stableService: canary.stableService ?? "",
      canary: weight
    )
  }

  /// The share of requests that the canary service should have now; nil leaves the routes as they are.
  ///
  /// Traffic never goes where no pod is ready, and never grows before the pods for it are there.
  func wantedWeight(_ canary: CanaryStrategy, _ status: RolloutStatus) -> Int? {
    if status.stableHash.isEmpty { return nil }
    if status.isAborted { return 0 }
    if status.isFullyPromoted {
      // The canary service keeps the traffic until the stable service selects the same pods.
      return selectedHash(canary.stableService) == status.stableHash ? 0 : nil
    }
    guard let new = revisions.new, new.available > 0, selectedHash(canary.canaryService) == new.hash else {
      return 0
    }
    let index = status.currentStepIndex ?? 0
    let wanted = target(canary, status)
    if hasReached(wanted, canary) { return wanted.weight }
    if status.promotesFully { return nil }
    guard index > 0 else { return 0 }
    return canary.weight(upTo: min(index, canary.steps.count) - 1)
  }

  func convergeTraffic(_ canary: CanaryStrategy, _ draft: inout Draft) {
    guard canary.hasTrafficRouting, let weight = wantedWeight(canary, draft.status) else { return }
    for key in canary.routes {
      guard let route = snapshot.routes[key]?.object else { continue }
      if case .patch(let patch) = HTTPRoutePlan.plan(weights(weight, canary), route: route) {
        draft.perform(.patchRoute(key, patch: patch))
      }
    }
    noteWeight(weight, canary, &draft)
  }

  private func noteWeight(_ weight: Int, _ canary: CanaryStrategy, _ draft: inout Draft) {
    let before = draft.status.weights?.at("canary", "weight")?.int ?? 0
    draft.status.weights = [
      "canary": [
        "weight": JSONValue(weight), "serviceName": JSONValue(canary.canaryService),
        "podTemplateHash": .string(revisions.newHash),
      ],
      "stable": [
        "weight": JSONValue(100 - weight), "serviceName": JSONValue(canary.stableService),
        "podTemplateHash": .string(draft.status.stableHash),
      ],
    ]
    if before != weight {
      draft.event("TrafficWeightUpdated", "Traffic weight updated from \(before) to \(weight)")
    }
  }

  /// Points the stable service at the stable revision and the canary service at the newest one (section 2.11).
  func convergeServices(_ canary: CanaryStrategy, _ draft: inout Draft) {
    let status = draft.status
    let stable = revisions.find(status.stableHash)
    if let stable { select(stable, by: canary.stableService, &draft) }
    let isBack = status.isAborted || status.isFullyPromoted
    guard let target = isBack ? stable : revisions.new else { return }
    // A first revision that is not proven yet has no stable to stand beside.
    if status.stableHash.isEmpty, target.available < spec.replicas { return }
    // A newer revision takes the canary service over from an older one only after that lost its requests.
    if !isBack, !status.stableHash.isEmpty, observedWeight(canary) > 0 { return }
    select(target, by: canary.canaryService, &draft)
  }

  /// A Service changes over only to a revision that can answer: with one pod, or with all when the Service was not
  /// managed before, since it then serves everything already.
  func select(_ set: ReplicaSetView, by name: String?, _ draft: inout Draft, evenUnready: Bool = false) {
    guard let name, let service = service(name), selectedHash(name) != set.hash else { return }
    let isManaged = service.annotation(RolloutNames.managedBy) != nil
    let needed = isManaged ? 1 : max(1, set.desired)
    guard evenUnready || set.available >= needed else { return }
    draft.perform(.selectRevision(service: name, hash: set.hash, resourceVersion: service.resourceVersion))
    draft.eventOfEffect("SwitchService", "Switched selector for service '\(name)' to value '\(set.hash)'")
  }
}
