import KubeModel
import Primitives
package import RolloutCore

/// A random life of a rollout: edits, commands, faults and crashes from one seed, checked at every instant.
///
/// What people do, how the world behaves and what goes wrong are drawn apart, so that the same life can be played
/// without the faults.
package struct History: Sendable {
  /// How a history ended.
  package struct Outcome: Sendable {
    package let violations: [String]
    package let sim: ClusterSim
    /// Plans that were made, those that wrote nothing included.
    package let plans: Int
    package let end: EndState
    /// What happened, one line each, when that was asked for.
    package let trace: [String]
  }

  package let seed: UInt64
  package let world: World
  /// How many things people do.
  package let actions: Int

  package init(seed: UInt64, world: World, actions: Int = 8) {
    self.seed = seed
    self.world = world
    self.actions = actions
  }

  /// Plays the history; then the faults stop, and the world must come to rest after an abort with all traffic at
  /// stable, and after a good release with nothing but that.
  package func play(withFaults: Bool = true, isTraced: Bool = false) -> Outcome {
    var people = SeededRandom(seed: seed &* 7919)
    var nature = SeededRandom(seed: seed &* 104_729)
    var settings = ClusterSim.Settings()
    settings.routeLag = Int.random(in: 0...5, using: &nature)
    settings.podStart = 0...Int.random(in: 1...20, using: &nature)
    settings.analysisTime = Int.random(in: 1...10, using: &nature)
    settings.brokenImages = ["shop:v3"]
    settings.stuckPods = ["shop:v6": 1]
    settings.verdicts = ["shop:v4": "Failed", "shop:v5": "Inconclusive"]
    if withFaults, seed % 4 != 0 { settings.faults = .some(using: &nature) }
    var sim = ClusterSim(rollout: world.rollout(seed: seed), seed: seed, settings: settings)
    sim.analysisTemplates = Worlds.templates
    var run = HistoryRun(sim: sim, isTraced: isTraced)
    run.pass(seconds: 60)
    for _ in 0..<actions {
      act(&run, &people)
      run.noteSpec()
      run.pass(seconds: Int.random(in: 0...90, using: &people))
    }
    finish(&run)
    return Outcome(
      violations: run.invariants.violations,
      sim: run.sim,
      plans: run.plans,
      end: EndState(run.sim),
      trace: run.trace
    )
  }

  private func finish(_ run: inout HistoryRun) {
    run.sim.endFaults()
    run.sim.editSpec { $0["paused"] = false }
    run.pass(seconds: 1)
    run.sim.abort()
    run.pass(seconds: 240)
    run.checkAborted()
    run.sim.setImage("shop:v9")
    run.pass(seconds: 30)
    run.sim.promoteFully()
    run.pass(seconds: 600)
    run.checkReleased()
  }
}

extension Plan {
  /// Whether performing it writes nothing.
  package var isQuiet: Bool { effects.isEmpty && statusPatch == nil }
}
