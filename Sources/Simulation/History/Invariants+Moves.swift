import KubeModel
import Primitives
import RolloutCore
import TrafficPlans

/// What must hold of the steps from one instant to the next.
extension Invariants {
  /// A basic canary never orders more pods than replicas and surge together.
  mutating func checkOrders(_ spec: RolloutSpec, _ sim: ClusterSim) {
    guard let canary = spec.canary, !canary.hasTrafficRouting else { return orderLimit = nil }
    let surge = canary.maxSurge.count(of: spec.replicas, roundingUp: true)
    let ordered = sim.ownReplicaSets.reduce(0) { $0 + ($1.at("spec", "replicas")?.int ?? 0) }
    let limit = max(orderLimit ?? ordered, spec.replicas + surge)
    if ordered > limit { fail(sim, "\(ordered) pods ordered for \(spec.replicas)") }
    orderLimit = ordered <= spec.replicas + surge ? spec.replicas + surge : limit
  }

  /// A restart takes no more ready pods at once than the spec lets us miss, and one at least. What it takes before it
  /// can see that the spec asks for fewer pods it takes by the spec of before.
  mutating func checkRestart(_ spec: RolloutSpec, _ sim: ClusterSim) {
    let missing = sim.replacementsToCome
    let unavailable = spec.canary?.maxUnavailable ?? spec.blueGreen?.maxUnavailable
    let limit = max(1, unavailable?.count(of: spec.replicas, roundingUp: false) ?? 0)
    if missing > max(limit, restartLimit, replacements) {
      fail(sim, "a restart took \(missing) pods of \(spec.replicas)")
    }
    replacements = missing
    restartLimit = sim.seesAll ? limit : max(restartLimit, limit)
  }

  /// No requests are newly sent where no pod is ready, while there are ready pods where they went.
  mutating func checkDirections(_ spec: RolloutSpec, _ sim: ClusterSim) {
    for address in spec.canary?.routing.addresses ?? [] {
      let route = sim.routes[address]
      let before = directions[address]
      // Nearly always it is one and the same object, which costs nothing to see.
      if let before, before.route == route { continue }
      let weights = Self.weights(route)
      directions[address] = (route, weights)
      guard let before = before?.weights, spec.replicas > 0, sim.seesAll else { continue }
      // What an Experiment had goes back when it ends: only the rollout's own Services could keep theirs.
      let isAnswered = before.contains { name, weight in
        spec.services.contains(name) && weight > weights[name] ?? 0 && sim.answers(name)
      }
      for (name, weight) in weights
      where isAnswered && weight > before[name] ?? 0 && !sim.answers(name) {
        fail(sim, "\(weight) requests are newly sent to \(name), which has no ready pod")
      }
    }
  }

  /// The weights of the rule that splits the requests, by Service.
  private static func weights(_ route: JSONValue?) -> [String: Int] {
    let rules = route?.at("spec", "rules")?.array ?? []
    let split = rules.map { $0["backendRefs"]?.array ?? [] }.last { $0.count > 1 } ?? []
    return Dictionary(
      split.map { ($0["name"]?.string ?? "", $0["weight"]?.int ?? 1) },
      uniquingKeysWith: { $1 }
    )
  }
}

extension ClusterSim {
  /// Pods of the rollout that are ready in all, with those of a Deployment that gives its pods up.
  var presentPods: Int { readyPods + workloadPods }

  /// The same behind a Service.
  func presentPods(behind service: String) -> Int {
    readyPods(behind: service) + (reachesWorkload(service) ? workloadPods : 0)
  }

  /// Pods that the world took away, or a restart, and that are not back; what is missed anywhere may be missed behind
  /// any Service.
  var missedPods: Int {
    pods.values.reduce(0) { $0 + $1.count { $0.isMissed && !$0.isReady(at: now) } }
  }

  /// Pods that are back, behind other Services than this one, so lately that requests which came here meanwhile may not
  /// have followed them.
  func returnedPods(besides service: String) -> Int {
    let since = now + (.zero - timeToFollow)
    let behind = Set(replicaSets(behind: service))
    return pods.filter { !behind.contains($0.key) }.values.reduce(0) { sum, pods in
      sum + pods.count { $0.isMissed && $0.isReady(at: now) && !$0.isReady(at: since) }
    }
  }

  /// How long requests may take to follow a pod that became ready: until it is available, until gateways follow the
  /// route, and where faults are about, until a lost watch is back and what failed was tried again a few times; where
  /// stable shrinks, until the pods are there that it ordered for the requests which came back to it.
  private var timeToFollow: Duration {
    let isShrunk = rollout.spec.at("strategy", "canary", "dynamicStableScale")?.bool ?? false
    let start = isShrunk ? settings.podStart.upperBound : 0
    let seconds = (rollout.spec["minReadySeconds"]?.int ?? 0) + settings.routeLag + start
    return .seconds(seconds + (settings.faults.isNone ? 1 : 15))
  }

  /// Pods that were evicted and have no ready successor yet.
  var replacementsToCome: Int {
    pods.values.reduce(0) { $0 + $1.count { $0.isReplacement && !$0.isReady(at: now) } }
  }

  /// Whether a route says what the data plane does not do yet.
  var hasUnfollowedRoutes: Bool { !routeSeenAt.isEmpty }

  /// Whether the controller reads the world as it is.
  var seesAll: Bool { caches.nextThaw == nil }

  func answers(_ service: String) -> Bool {
    readyPods(behind: service) > 0 || reachesWorkload(service) && workloadPods > 0
  }

  private var workloadPods: Int {
    guard rollout.spec.at("workloadRef", "scaleDown") != "never" else { return 0 }
    return workload?.spec["replicas"]?.int ?? 0
  }

  private func reachesWorkload(_ service: String) -> Bool {
    services[service]?.at("spec", "selector", RolloutNames.podTemplateHash) == nil
  }
}
