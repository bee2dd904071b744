import KubeModel
import Primitives
package import RolloutCore
import TrafficPlans

/// What must hold at every instant of every history: behind what users reach there are the ready pods that the spec
/// promises.
///
/// What a spec newly asks for is promised from the moment at which it was there once, by pods that were ready then, and
/// the controller saw the world as it was; what it no longer asks for is not promised any more.
///
/// A ready pod that the world takes away counts as ready until it is back, and so does one that a restart evicted
/// until its successor is ready, wherever their requests go meanwhile: nobody can keep what has gone. Where such a pod
/// is taken out of use, it counts on until all is there. Where it is back, it counts on behind a route's other
/// Services for as long as requests that went there need to follow it (`timeToFollow`). An abort, which must not wait
/// long, may leave stable with so many pods too few as the spec lets us miss, one at least; in blue/green, where it
/// moves all users at once, those that it did miss are promised again when all is there. In return a restart may
/// have so many pods missing at once as the spec lets us miss, one at least, and requests are never newly sent to a
/// Service without a ready pod while another one answers them, as far as the controller sees the world as it is.
package struct Invariants: Sendable {
  /// Replicas whose promise was kept once; nil before the first time.
  private var promised: Int?
  /// Pods of a basic canary that may be ordered at most; nil before the first check.
  var orderLimit: Int?
  private var spec: (generation: Int, spec: RolloutSpec)?
  private var harmSeen = 0
  private var removalsSeen = 0
  /// Missed pods that were taken out of use since all was there.
  private var excused = 0
  /// Pods at most that were evicted and have no ready successor; grows only where the spec allows it.
  var replacements = 0
  /// How many that may have been at the last look.
  var restartLimit = 0
  /// The routes with their weights by Service, as they were at the last check.
  var directions: [RouteAddress: (route: JSONValue?, weights: [String: Int])] = [:]
  package private(set) var violations: [String] = []

  package init() {}

  /// Checks the world as users see it now.
  package mutating func check(_ sim: ClusterSim) {
    let spec = spec(of: sim)
    for harm in sim.harm.dropFirst(harmSeen) { fail(sim, harm) }
    harmSeen = sim.harm.count
    for (address, route) in sim.dataPlane
    where spec.canary?.routing.addresses.contains(address) ?? false {
      checkWeights(address.key, route, spec, sim)
    }
    checkOrders(spec, sim)
    checkRestart(spec, sim)
    checkDirections(spec, sim)
    let removed = excused + sim.missedPodsRemoved - removalsSeen
    removalsSeen = sim.missedPodsRemoved
    excused = 0
    if isThere(spec, sim) {
      return promised = sim.seesAll ? spec.replicas : promised.map { min($0, spec.replicas) }
    }
    excused = removed
    guard let before = promised else { return }
    promised = min(before, spec.replicas)
    if let short = shortfall(min(before, spec.replicas), spec, sim) { return fail(sim, short) }
    if spec.blueGreen != nil || isOverdue(sim) { promiseWhatStands(spec, sim) }
  }

  /// A person changed what is promised: what stands now is the promise, until all is there. What an abort may leave
  /// missing is no part of it, since the change may end the abort.
  package mutating func forgive(_ sim: ClusterSim) {
    promiseWhatStands(spec(of: sim), sim)
    orderLimit = nil
    directions = [:]
  }

  private mutating func promiseWhatStands(_ spec: RolloutSpec, _ sim: ClusterSim) {
    while let kept = promised, kept > 0, shortfall(kept, spec, sim, .missed) != nil {
      promised = kept - 1
    }
  }

  /// A rollout that neither rests nor waits for a person must know when to look again.
  package mutating func checkWake(_ plan: Plan, _ sim: ClusterSim) {
    let status = plan.status
    let rests = ["Healthy", "Degraded", "Paused"].contains(status.phase)
    if case .onChange = plan.wake, !rests {
      fail(sim, "\(status.phase) (\(status.message)) without a next wake-up")
    }
  }

  /// Adds a violation that was found outside.
  package mutating func note(_ what: String) { violations.append(what) }

  /// Adds a violation with the time at which it was found.
  package mutating func fail(_ sim: ClusterSim, _ what: String) {
    let second = sim.now.secondsSinceEpoch - 1_800_000_000
    violations.append("at \(second) s: \(what)")
  }

  private mutating func spec(of sim: ClusterSim) -> RolloutSpec {
    if let spec, spec.generation == sim.rollout.generation { return spec.spec }
    let read = RolloutSpec(sim.rollout)
    spec = (sim.rollout.generation, read)
    return read
  }
}

// MARK: - Capacity

extension Invariants {
  /// What may be missing of what the spec promises.
  private enum Grant {
    case nothing
    /// What nobody can keep.
    case missed
    /// That, and what an abort may leave missing.
    case all
  }

  /// Whether ready pods alone are all that the spec asks for, with those that users may be sent back to, and with those
  /// for weights that are written and not followed yet.
  private func isThere(_ spec: RolloutSpec, _ sim: ClusterSim) -> Bool {
    guard shortfall(spec.replicas, spec, sim, .nothing) == nil else { return false }
    if let canary = spec.canary, canary.hasTrafficRouting, sim.hasUnfollowedRoutes {
      let written = canary.routing.addresses.lazy.compactMap { key in
        sim.routes[key].flatMap { shortfall($0, canary, spec.replicas, sim, .nothing) }
      }
      if written.first != nil { return false }
    }
    guard let canary = spec.canary, canary.hasTrafficRouting, !canary.dynamicStableScale,
      let stable = sim.roles(of: canary).stable
    else {
      return sim.presentPods >= spec.replicas
        - (spec.canary.map { Self.unavailable($0, spec.replicas) } ?? 0)
    }
    return sim.presentPods(behind: stable) >= spec.replicas
  }

  /// Which ready pods are missing for so many replicas; nil when none are.
  private func shortfall(
    _ replicas: Int,
    _ spec: RolloutSpec,
    _ sim: ClusterSim,
    _ grant: Grant = .all
  ) -> String? {
    switch spec.strategy {
    case .canary(let canary) where !canary.hasTrafficRouting:
      let floor = replicas - Self.unavailable(canary, replicas)
      let ready = sim.presentPods + (grant == .nothing ? 0 : sim.missedPods + excused)
      return ready < floor ? "\(ready) ready pods, the spec promises \(floor)" : nil
    case .canary(let canary):
      let followed = canary.routing.addresses.lazy.compactMap { sim.dataPlane[$0] }
      return followed.compactMap { shortfall($0, canary, replicas, sim, grant) }.first
    case .blueGreen(let blueGreen):
      let ready = standingPods(behind: blueGreen.activeService, sim, grant)
      let isAborted = grant == .all && RolloutStatus(sim.rollout.status).isAborted
      let missing = max(1, blueGreen.maxUnavailable.count(of: spec.replicas, roundingUp: false))
      let needed = isAborted ? min(replicas, spec.replicas - missing) : replicas
      return ready < needed ? "\(ready) ready pods behind the active service of \(needed)" : nil
    }
  }

  /// Ready pods behind a Service, with those that count although they are not there.
  private func standingPods(behind service: String, _ sim: ClusterSim, _ grant: Grant) -> Int {
    let present = sim.presentPods(behind: service)
    return grant == .nothing
      ? present : present + sim.missedPods + excused
  }

  /// Pods that may be missing: at least one where neither surge nor unavailability allows any move.
  static func unavailable(_ canary: CanaryStrategy, _ replicas: Int) -> Int {
    let unavailable = canary.maxUnavailable.count(of: replicas, roundingUp: false)
    let surge = canary.maxSurge.count(of: replicas, roundingUp: true)
    return min(replicas, surge <= 0 && unavailable <= 0 ? 1 : unavailable)
  }

  /// Each backend of a route has the pods for its share of the requests; where the spec sizes the canary apart from its
  /// weight, it has one at least.
  private func shortfall(
    _ route: JSONValue,
    _ canary: CanaryStrategy,
    _ replicas: Int,
    _ sim: ClusterSim,
    _ grant: Grant
  ) -> String? {
    let isAborted = !canary.dynamicStableScale && (sim.rollout.status["abort"]?.bool ?? false)
    let mayMiss = grant == .all && (isAborted || isOverdue(sim))
    let missing = mayMiss ? max(1, Self.unavailable(canary, replicas)) : 0
    let services = sim.roles(of: canary)
    let isApart = canary.steps.contains { $0.canaryScale != nil }
    for rule in route.at("spec", "rules")?.array ?? [] {
      let backends = rule["backendRefs"]?.array ?? []
      let isSplit = backends.contains { $0["name"]?.string == services.stable } && backends.count > 1
      let total = max(1, backends.reduce(0) { $0 + ($1["weight"]?.int ?? 1) })
      for backend in backends {
        let weight = backend["weight"]?.int ?? 1
        guard weight > 0, replicas > 0, let name = backend["name"]?.string else { continue }
        let isSized = isSplit && (name == services.stable || name == services.canary && !isApart)
        let needed = isSized ? max(1, weight * replicas / total - missing) : 1
        let ready = standingPods(behind: name, sim, grant)
        if ready >= needed { continue }
        let returned = grant == .nothing ? 0 : sim.returnedPods(besides: name)
        if ready + returned < needed {
          return "\(weight) of \(total) requests reach \(ready) pods of \(needed)"
        }
      }
    }
    return nil
  }

  /// Whether stable had the progress deadline for its pods, from when on an abort or a newer release waits no longer.
  private func isOverdue(_ sim: ClusterSim) -> Bool {
    let status = RolloutStatus(sim.rollout.status)
    if status.isAborted {
      guard let abortedAt = status.abortedAt, let deadline = spec?.spec.progressDeadline else { return false }
      return abortedAt + deadline <= sim.now
    }
    return status.conditions.contains { $0.reason == "ProgressDeadlineExceeded" }
  }

  private mutating func checkWeights(
    _ key: ObjectKey,
    _ route: JSONValue,
    _ spec: RolloutSpec,
    _ sim: ClusterSim
  ) {
    for rule in route.at("spec", "rules")?.array ?? [] {
      let weights = (rule["backendRefs"]?.array ?? []).map { $0["weight"]?.int ?? 1 }
      let total = spec.canary?.maxTrafficWeight ?? 100
      if weights.count > 1, weights.reduce(0, +) != total {
        fail(sim, "the weights of \(key) are \(weights)")
      }
    }
  }
}
