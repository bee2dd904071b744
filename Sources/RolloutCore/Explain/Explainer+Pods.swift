import KubeModel
import Primitives
import TrafficPlans

/// Pods, routes and what is wrong with them.
extension Explainer {
  /// A revision that has fewer available pods than it should.
  func missingPods(of set: ReplicaSetView?, _ subject: String) -> Reason? {
    let wanted = wantedSize(set)
    let available = set?.available ?? 0
    guard available < wanted || set == nil else { return nil }
    let text = "pods of \(revision(set)): \(available) of \(wanted) available"
    return (.pods, "\(subject) waits for \(text)\(readiness(of: set))\(trouble(of: set))")
  }

  /// Pods that are ready, but not yet for as long as the spec asks.
  private func readiness(of set: ReplicaSetView?) -> String {
    guard let set, set.ready > set.available, spec.minReadySeconds > 0 else { return "" }
    return ", \(set.ready) ready, which must last \(spec.minReadySeconds)s"
  }

  /// Pods beyond what was ordered, which end in their own time; `all` counts every pod of another revision.
  func leavingPods(_ subject: String, all: Bool = false) -> Reason? {
    let kept = { (set: ReplicaSetView) in all ? 0 : wantedSize(set) }
    let leaving = revisions.all.filter { $0.hash != revisions.newHash && $0.created > kept($0) }
    guard !leaving.isEmpty else { return nil }
    let total = leaving.reduce(0) { $0 + $1.created - kept($1) }
    let names = leaving.map { revision($0) }.joined(separator: " and ")
    return (.oldPods, "\(subject) waits for \(count(total, "pod")) of \(names) to end")
  }

  /// What an abort still has to bring back; nil when everything is at stable.
  var wayBack: String? {
    if let canary = spec.canary, canary.hasTrafficRouting {
      for (address, sight) in routes(canary) {
        guard case .seen(let weight, let proof) = sight else { continue }
        if let weight, weight > 0 { return "\(words(address)) still gives it \(share(weight, canary))" }
        if case .lagging(let why) = proof {
          return why ?? "the gateway has not followed \(words(address)) yet"
        }
      }
    }
    guard let stable = revisions.stable, stable.available < wantedSize(stable) else {
      guard let deadline = waitingToScaleDown.first?.deadline else { return nil }
      return "its pods are kept until \(at(deadline))"
    }
    let stays = usersStay.map { "users stay with it \($0), as " } ?? ""
    return "\(stays)stable has \(pods(stable))\(trouble(of: stable))"
  }

  /// How long users stay with an aborted blue/green revision whose stable lacks pods (docs/decisions/0021); nil where
  /// they have left it.
  private var usersStay: String? {
    guard let blueGreen = spec.blueGreen, let end = status.abortedAt.map({ $0 + spec.progressDeadline }),
      situation.selectedHash(blueGreen.activeService) == revisions.newHash
    else { return nil }
    return end > now ? "until \(at(end)) at the latest" : "until a pod of stable is there"
  }

  /// Why pods of a revision are not ready, as the kubelet or the quota says it: the worst one, and how many there are.
  func trouble(of set: ReplicaSetView?) -> String {
    guard let set else { return "" }
    if let failure = replicaFailure(set) { return " (\(failure))" }
    guard let worst = troubles(of: set).first else { return "" }
    return " (pod \(worst.pod): \(worst.text))"
  }

  /// Pods of the revision that are not ready, those that will not become so by themselves first.
  func troubles(of set: ReplicaSetView) -> [PodTrouble] {
    (snapshot.pods ?? []).filter { $0.controllerReference?["uid"]?.string == set.object.uid }
      .compactMap { PodTrouble($0) }
      .sorted { ($0.isHarmless ? 1 : 0, $0.pod) < ($1.isHarmless ? 1 : 0, $1.pod) }
  }

  private func replicaFailure(_ set: ReplicaSetView) -> String? {
    (set.object.status["conditions"]?.array ?? []).map { Condition($0) }
      .first { $0.type == "ReplicaFailure" && $0.status == "True" }
      .map { "\($0.reason): \($0.message)" }
  }

  // MARK: - Routes

  /// `20 % of the requests`, or a share of another total.
  func share(_ weight: Int, _ canary: CanaryStrategy) -> String {
    let total = canary.maxTrafficWeight
    return total == 100 ? "\(weight) % of the requests" : "\(weight)/\(total) of the requests"
  }

  /// `HTTPRoute shop/web`.
  func words(_ address: RouteAddress) -> String { "\(address.type.kind) \(address.key)" }

  /// What is known of one route.
  enum RouteSight: Equatable {
    case missing
    case unknown(String)
    /// The canary's weight, and what is known of whether it is served.
    case seen(weight: Int?, proof: RouteProof)
  }

  /// What is known of each router, under the first of its objects or the one that cannot be seen.
  func routes(_ canary: CanaryStrategy) -> [(address: RouteAddress, sight: RouteSight)] {
    let weights = TrafficWeights(
      canaryService: status.weights?.at("canary", "serviceName")?.string ?? canary.canaryService ?? "",
      stableService: status.weights?.at("stable", "serviceName")?.string ?? canary.stableService ?? "",
      canary: 0,
      total: canary.maxTrafficWeight
    )
    return situation.routers.compactMap { router, live in
      guard let live else { return (router.required + router.derived).lazy.compactMap { hidden($0) }.first }
      let weight = router.canaryWeight(weights, live)
      return router.required.first.map {
        ($0, .seen(weight: weight, proof: proof(of: router, weights, live)))
      }
    }
  }

  /// What the objects say, or what the controller has found out, which asks others than the cluster.
  private func proof(of router: any TrafficRouter, _ weights: TrafficWeights, _ live: LiveRoutes)
    -> RouteProof
  {
    let proof = router.proof(weights, live)
    guard case .silent = proof, !router.witnesses(live).isEmpty,
      situation.recorded.weights?["verified"] == true
    else { return proof }
    return .followed
  }

  /// An object that is not there or was not read.
  private func hidden(_ address: RouteAddress) -> (address: RouteAddress, sight: RouteSight)? {
    switch snapshot.routes[address] {
    case .found: nil
    case .unknown(let why): (address, .unknown(why))
    case .missing, .unserved, nil: (address, .missing)
    }
  }
}
