import Primitives
import RolloutCore
import Simulation
import Testing

/// Random lives of a rollout; a failing seed is reproduced by its number alone. `serin simulate` plays thousands.
@Suite struct HistoryTests {
  @Test(arguments: Worlds.all.indices)
  func invariantsHoldThroughRandomHistories(of index: Int) {
    let world = Worlds.all[index]
    for seed in UInt64(1)...6 {
      let outcome = History(seed: seed, rollout: world.rollout, analysisTemplates: Worlds.templates).play()
      #expect(outcome.violations.isEmpty, "\(world.name), seed \(seed): \(outcome.violations.first ?? "")")
    }
  }

  @Test func aWorldThatBreaksItsPromiseIsNoticed() {
    var sim = ClusterSim(rollout: Worlds.all[1].rollout)
    sim.analysisTemplates = Worlds.templates
    sim.run(for: .seconds(60))
    var invariants = Invariants()
    invariants.check(sim)
    #expect(invariants.violations.isEmpty)
    sim.editSpec { $0["replicas"] = 50 }
    invariants.check(sim)
    #expect(invariants.violations.count == 1)
  }
}
