import KubeModel
import Primitives
package import RolloutCore

/// What must hold at every instant of every history.
package struct Invariants: Sendable {
  /// Ready pods seen so far at most, which the floor may not exceed: nothing is promised before it was reached once.
  private var wasComplete = false
  package private(set) var violations: [String] = []

  package init() {}

  /// Checks the world as users see it now.
  package mutating func check(_ sim: ClusterSim) {
    let spec = RolloutSpec(sim.rollout)
    if sim.readyPods >= spec.replicas { wasComplete = true }
    for (key, route) in sim.dataPlane { checkRoute(key, route, spec, sim) }
    guard wasComplete else { return }
    switch spec.strategy {
    case .canary(let canary) where !canary.hasTrafficRouting:
      let unavailable = canary.maxUnavailable.count(of: spec.replicas, roundingUp: false)
      let surge = canary.maxSurge.count(of: spec.replicas, roundingUp: true)
      let floor = spec.replicas - (surge == 0 && unavailable == 0 ? 1 : unavailable)
      if sim.readyPods < floor { fail(sim, "\(sim.readyPods) ready pods, the spec promises \(floor)") }
      let ordered = sim.ownReplicaSets.reduce(0) { $0 + ($1.spec["replicas"]?.int ?? 0) }
      if ordered > spec.replicas + max(surge, 1) { fail(sim, "\(ordered) pods ordered for \(spec.replicas)") }
    case .blueGreen(let blueGreen):
      let ready = sim.readyPods(behind: blueGreen.activeService)
      if ready < spec.replicas {
        fail(sim, "\(ready) ready pods behind the active service of \(spec.replicas)")
      }
    case .canary: break
    }
  }

  /// Each service has the pods for its share of the requests, by the weights that the data plane follows.
  private mutating func checkRoute(
    _ key: ObjectKey,
    _ route: JSONValue,
    _ spec: RolloutSpec,
    _ sim: ClusterSim
  ) {
    let backends = route.spec["rules"]?[0]?["backendRefs"]?.array ?? []
    let weights = backends.map { $0["weight"]?.int ?? 1 }
    if weights.reduce(0, +) != 100 { fail(sim, "the weights of \(key) are \(weights)") }
    guard wasComplete else { return }
    for (backend, weight) in zip(backends, weights) where weight > 0 {
      let ready = sim.readyPods(behind: backend["name"]?.string ?? "")
      let needed = max(1, weight * spec.replicas / 100)
      if ready < needed { fail(sim, "\(weight) % of the requests reach \(ready) pods of \(needed)") }
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

  private mutating func fail(_ sim: ClusterSim, _ what: String) {
    let second = sim.now.secondsSinceEpoch - 1_800_000_000
    violations.append("at \(second) s: \(what)")
  }
}
