import KubeModel
package import Primitives
import RolloutCore

/// A random life of a rollout: edits, commands, faults and crashes from one seed, checked at every instant.
package struct History: Sendable {
  /// How a history ended.
  package struct Outcome: Sendable {
    package let violations: [String]
    package let sim: ClusterSim
    /// Plans that were performed.
    package let plans: Int
  }

  package let seed: UInt64
  package let rollout: JSONValue
  package let analysisTemplates: [String: JSONValue]
  /// How many things people do.
  package let actions: Int

  package init(seed: UInt64, rollout: JSONValue, analysisTemplates: [String: JSONValue], actions: Int = 8) {
    self.seed = seed
    self.rollout = rollout
    self.analysisTemplates = analysisTemplates
    self.actions = actions
  }

  /// Plays the history; then faults stop, an abort is asked for, and the world must come to rest with all traffic at
  /// stable.
  package func play() -> Outcome {
    var random = SeededRandom(seed: seed &* 7919)
    var settings = ClusterSim.Settings()
    settings.failureRate = [0, 0, 0.05, 0.2].randomElement(using: &random) ?? 0
    settings.routeLag = Int.random(in: 0...5, using: &random)
    settings.podStart = 0...Int.random(in: 1...20, using: &random)
    settings.brokenImages = ["shop:v3"]
    settings.verdicts = ["shop:v4": "Failed", "shop:v5": "Inconclusive"]
    var sim = ClusterSim(rollout: rollout, seed: seed, settings: settings)
    sim.analysisTemplates = analysisTemplates
    var invariants = Invariants()
    var plans = 0
    run(&sim, for: 60, &invariants, &plans, &random)
    for _ in 0..<actions {
      act(&sim, &random)
      run(&sim, for: Int.random(in: 0...90, using: &random), &invariants, &plans, &random)
    }
    finish(&sim, &invariants, &plans, &random)
    return Outcome(violations: invariants.violations, sim: sim, plans: plans)
  }

  private func act(_ sim: inout ClusterSim, _ random: inout SeededRandom) {
    switch Int.random(in: 0..<12, using: &random) {
    case 0...4: sim.setImage("shop:v\(Int.random(in: 1...6, using: &random))")
    case 5: sim.abort()
    case 6: sim.retry()
    case 7: sim.resume()
    case 8: sim.promoteFully()
    case 9: sim.editSpec { $0["paused"] = $0["paused"]?.bool == true ? false : true }
    case 10: sim.settings.isGitReachable.toggle()
    default: sim.editSpec { $0["minReadySeconds"] = JSONValue(Int.random(in: 0...1, using: &random)) }
    }
  }

  /// Lets seconds pass one by one. As the controller does, it plans only when something changed or a wake-up is due,
  /// so that a wake-up that was forgotten shows; sometimes the controller crashes between two effects.
  private func run(
    _ sim: inout ClusterSim,
    for seconds: Int,
    _ invariants: inout Invariants,
    _ plans: inout Int,
    _ random: inout SeededRandom
  ) {
    var wake: Instant? = sim.now
    for _ in 0..<seconds {
      let change = sim.nextChange
      sim.advance(to: sim.now + .seconds(1))
      invariants.check(sim)
      let isDue = [wake, change].compactMap { $0 }.contains { $0 <= sim.now }
      guard isDue else { continue }
      wake = settle(&sim, &invariants, &plans, &random)
    }
  }

  private func settle(
    _ sim: inout ClusterSim,
    _ invariants: inout Invariants,
    _ plans: inout Int,
    _ random: inout SeededRandom
  ) -> Instant? {
    for _ in 0..<6 {
      let plan = plan(sim.snapshot())
      invariants.checkWake(plan, sim)
      guard !plan.isQuiet else {
        guard case .at(let wake) = plan.wake else { return nil }
        return wake
      }
      plans += 1
      let crash = sim.settings.failureRate > 0 && Int.random(in: 0..<10, using: &random) == 0
      let limit = crash ? Int.random(in: 0...plan.effects.count, using: &random) : .max
      // What a crash or a refused write left undone is what the next plan starts from.
      do { try sim.perform(plan, crashAfter: limit) } catch { return sim.now }
      invariants.check(sim)
    }
    return sim.now
  }

  private func finish(
    _ sim: inout ClusterSim,
    _ invariants: inout Invariants,
    _ plans: inout Int,
    _ random: inout SeededRandom
  ) {
    sim.settings.failureRate = 0
    sim.settings.isGitReachable = true
    sim.editSpec { $0["paused"] = false }
    sim.abort()
    run(&sim, for: 90, &invariants, &plans, &random)
    let status = RolloutStatus(sim.rollout.status)
    for (key, route) in sim.dataPlane where !status.stableHash.isEmpty {
      let weights = (route.spec["rules"]?[0]?["backendRefs"]?.array ?? []).map { $0["weight"]?.int ?? 1 }
      if weights != [100, 0] { invariants.note("after an abort \(key) has the weights \(weights)") }
    }
    let last = plan(sim.snapshot())
    if !last.isQuiet {
      invariants.note("not at rest after an abort: \(last.effects), \(last.statusPatch ?? .null)")
    }
  }
}

extension Plan {
  /// Whether performing it writes nothing.
  package var isQuiet: Bool { effects.isEmpty && statusPatch == nil }
}
