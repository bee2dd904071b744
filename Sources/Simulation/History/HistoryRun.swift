import KubeModel
import Primitives
import RolloutCore
import TrafficPlans

/// A history in the middle: the world, the controller's next wake-up, and what was found.
struct HistoryRun {
  var sim: ClusterSim
  var invariants = Invariants()
  private(set) var plans = 0
  private(set) var trace: [String] = []
  private let isTraced: Bool
  /// When the controller looks next although nothing changed, by the world's clock.
  private var wake: Instant?
  /// Hashes of the revisions of which a pod was available once.
  private var proven: Set<String> = []

  init(sim: ClusterSim, isTraced: Bool) {
    self.sim = sim
    self.isTraced = isTraced
    wake = sim.now
  }

  /// Lets time pass. As the controller does, it plans only when something changed or a wake-up is due, so that a
  /// wake-up that was forgotten shows. What a person just did is a change.
  mutating func pass(seconds: Int) {
    let end = sim.now + .seconds(seconds)
    settle()
    while let next = [wake, sim.nextChange].compactMap({ $0 }).min(), next <= end {
      sim.advance(to: max(next, sim.now + .milliseconds(10)))
      invariants.check(sim)
      settle()
    }
    sim.advance(to: end)
  }

  /// Adds a line to the trace.
  private mutating func note(_ line: @autoclosure () -> String) {
    guard isTraced else { return }
    let seconds = (sim.now - Instant(secondsSinceEpoch: 1_800_000_000)).inSeconds
    trace.append("\(seconds) s \(line())")
  }

  /// Adds what people and the world ask for now to the trace.
  mutating func noteSpec() {
    guard isTraced else { return }
    let spec = sim.rollout.spec
    let image = containerImages(of: spec["template"] ?? .null).values.first ?? ""
    let commands = ["abort", "promoteFull", "pauseConditions"].compactMap { name in
      sim.rollout.status[name].map { "\(name) \($0)" }
    }
    let size = spec["replicas"]?.int ?? 1
    let strategy = spec["strategy"] ?? .null
    let line = "asked for: \(image) x \(size), \(commands), ready \(sim.readyPods), \(strategy)"
    note(line)
  }

  /// Adds what the controller saw and decided to the trace.
  private mutating func notePlan(_ plan: Plan, _ seen: Snapshot) {
    guard isTraced else { return }
    let sets = seen.replicaSets.map { ReplicaSetView($0) }.sorted { $0.revision < $1.revision }
    let pods = sets.map { "\($0.name) \($0.available)/\($0.desired)" }.joined(separator: ", ")
    let status = plan.status
    note("\(status.phase) \(status.message) step \(status.currentStepIndex ?? -1), seen \(pods)")
    for effect in plan.effects { note("  \(effect)") }
  }

  private mutating func settle() {
    for _ in 0..<20 {
      let seen = sim.observe()
      let plan = plan(seen)
      plans += 1
      invariants.checkWake(plan, sim)
      checkPromotion(plan, seen)
      if plan.isQuiet || waitsForGit(plan) {
        wake = nil
        if case .at(let instant) = plan.wake { wake = instant + (.zero - sim.clockError) }
        return
      }
      // What a crash or a refused write left undone is what the next plan starts from.
      notePlan(plan, seen)
      do { try sim.perform(plan, from: seen) } catch {
        let reason = error.message
        note(reason)
        invariants.check(sim)
        return wake = sim.now + .milliseconds(sim.retryDelay())
      }
      invariants.check(sim)
    }
    wake = sim.now + .seconds(1)
    if sim.settings.faults.isNone { invariants.fail(sim, "20 plans in a row found something to do") }
  }

  /// A revision becomes stable only after one of its pods was available, or while no pods are asked for.
  private mutating func checkPromotion(_ plan: Plan, _ seen: Snapshot) {
    for set in seen.replicaSets {
      guard set.status["availableReplicas"]?.int ?? 0 > 0, set.spec["replicas"]?.int ?? 1 > 0 else {
        continue
      }
      proven.insert(set.label(RolloutNames.podTemplateHash) ?? "")
    }
    let stable = plan.status.stableHash
    guard stable != seen.rollout.status["stableRS"]?.string ?? "", !proven.contains(stable) else { return }
    let asked = seen.rollout.spec["replicas"]?.int ?? 1
    if asked > 0, !stable.isEmpty { invariants.fail(sim, "\(stable) became stable without an available pod") }
  }

  private func waitsForGit(_ plan: Plan) -> Bool {
    !sim.settings.isGitReachable && plan.statusPatch == nil && plan.effects.allSatisfy(\.isRecord)
  }
}

extension HistoryRun {
  /// After an abort all requests go to stable, which has all its pods, and nothing is written any more.
  ///
  /// A stable revision that was promoted while no pods were asked for, and of which none was ever available, need not
  /// have a ready one. All its pods are ordered then; a canary keeps no requests but those that its ready pods answer;
  /// and where requests follow the pods, an abort leaves so many of those that were ready as the spec promises.
  mutating func checkAborted(readyBefore: Int) {
    let spec = RolloutSpec(sim.rollout)
    let status = RolloutStatus(sim.rollout.status)
    guard !status.stableHash.isEmpty else { return }
    checkReturned(spec, status)
    let stable = sim.replicaSets.first { ReplicaSetView($0.value).hash == status.stableHash }
    if proven.contains(status.stableHash) || spec.replicas == 0 {
      let stuck = stuckPods(of: status.stableHash)
      let ready = (stable.map { sim.readyPods(of: $0.key) } ?? 0) + stuck
      if ready < spec.replicas, stuck == 0 || !standsIn(spec) {
        invariants.fail(sim, "after an abort stable has \(ready) of \(spec.replicas) pods")
      }
    } else {
      checkUnproven(spec, ordered: stable?.value.at("spec", "replicas")?.int ?? 0, readyBefore)
    }
    // One that was promoted before its last pods came had nothing to abort: when they are overdue, that is told. What a
    // canary gives up then has a deadline of its own.
    let waits = stuckPods(of: status.stableHash) > 0 ? 2 : status.phase == "Progressing" ? 1 : 0
    if waits > 0 {
      pass(seconds: waits * (Int(spec.progressDeadline.inSeconds) + 2))
      let late = RolloutStatus(sim.rollout.status)
      if late.phase == "Progressing" {
        invariants.fail(sim, "past its deadline, after an abort: \(late.phase) \(late.message)")
      }
    }
    checkRest("an abort")
  }

  /// Pods of a revision that never get ready: where a threshold was content with less than all, they may be left.
  private func stuckPods(of hash: String) -> Int {
    let set = sim.replicaSets.values.first { ReplicaSetView($0).hash == hash }
    let images = set.map { ReplicaSetView($0).images.values } ?? [:].values
    return images.reduce(0) { max($0, sim.settings.stuckPods[$1] ?? 0) }
  }

  /// Whether an aborted basic canary stands in for pods of stable that never come, where the spec lets none be missed.
  private func standsIn(_ spec: RolloutSpec) -> Bool {
    guard let canary = spec.canary, !canary.hasTrafficRouting else { return false }
    return sim.readyPods >= spec.replicas - Invariants.unavailable(canary, spec.replicas)
  }

  /// No rule of the routes leads to the canary, unless nothing of stable was ever there to answer.
  private mutating func checkReturned(_ spec: RolloutSpec, _ status: RolloutStatus) {
    let canary = spec.canary?.roles(status).canary
    let selected = canary.flatMap { sim.services[$0]?.at("spec", "selector", RolloutNames.podTemplateHash) }
    let mayAnswer = canary.map { !proven.contains(status.stableHash) && sim.answers($0) } ?? false
    // Where stable grows back as it gets its requests back, the canary answers those of pods that never come.
    let stuck = spec.canary?.dynamicStableScale ?? false ? stuckPods(of: status.stableHash) : 0
    let all = spec.canary?.maxTrafficWeight ?? 100
    let mostKept = spec.replicas == 0 ? 0 : (stuck * all + spec.replicas - 1) / spec.replicas
    for address in spec.canary?.routing.addresses ?? [] {
      for rule in sim.dataPlane[address]?.at("spec", "rules")?.array ?? [] {
        let backends = rule["backendRefs"]?.array ?? []
        // A rule that a person left behind with another strategy leads where the Service does: to stable by now.
        if backends.count == 1, selected?.string == status.stableHash { continue }
        for backend in backends where backend["name"]?.string == canary && !mayAnswer {
          let weight = backend["weight"]?.int ?? 1
          if weight > mostKept {
            invariants.fail(sim, "after an abort \(address.key) gives the canary \(weight)")
          }
        }
      }
    }
  }

  /// What an abort owes to users while stable has no pod that answers.
  private mutating func checkUnproven(_ spec: RolloutSpec, ordered: Int, _ readyBefore: Int) {
    if ordered != spec.replicas {
      invariants.fail(sim, "after an abort \(ordered) of \(spec.replicas) pods of stable are ordered")
    }
    guard let canary = spec.canary, !canary.hasTrafficRouting else { return }
    let floor = min(readyBefore, spec.replicas - Invariants.unavailable(canary, spec.replicas))
    if sim.readyPods < floor {
      invariants.fail(sim, "an abort left \(sim.readyPods) of \(readyBefore) ready pods, none of them stable")
    }
  }

  /// After a good release there is nothing but that.
  mutating func checkReleased() {
    let status = RolloutStatus(sim.rollout.status)
    let ordered = sim.ownReplicaSets.reduce(0) { $0 + ($1.at("spec", "replicas")?.int ?? 0) }
    let isOver = status.phase == "Healthy" && status.isFullyPromoted
    if !isOver || ordered != RolloutSpec(sim.rollout).replicas {
      invariants.fail(
        sim,
        "a good release did not end: \(status.phase) \(status.message), \(ordered) pods ordered"
      )
    }
    checkRest("a release")
  }

  private mutating func checkRest(_ after: String) {
    let writes = sim.writes
    pass(seconds: 600)
    if sim.writes > writes {
      let last = plan(sim.snapshot())
      invariants.fail(sim, "writes at rest after \(after): \(last.effects), \(last.statusPatch ?? .null)")
    }
  }
}
