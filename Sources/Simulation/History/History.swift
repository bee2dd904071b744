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

  /// What a history may hold. It grows, and with it the life of every seed becomes another one.
  package enum Repertoire: Sendable, Hashable {
    /// As it was when the seeds were found that name it: without restarts, returns to a former revision, and
    /// Experiments that are seen late.
    case first
    case full
  }

  package let seed: UInt64
  package let world: World
  /// How many things people do.
  package let actions: Int
  package let repertoire: Repertoire

  package init(seed: UInt64, world: World, actions: Int = 8, repertoire: Repertoire = .full) {
    self.seed = seed
    self.world = world
    self.actions = actions
    self.repertoire = repertoire
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
    settings.losesExperiments = repertoire == .full
    if withFaults, seed % 4 != 0 { settings.faults = .some(using: &nature) }
    var rollout = world.rollout(seed: seed)
    let workload = world.moveTemplate(of: &rollout)
    var sim = ClusterSim(rollout: rollout, seed: seed, settings: settings)
    sim.provide(workload: workload)
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
    let ready = run.sim.readyPods
    run.sim.abort()
    run.pass(seconds: 240)
    // After an abort the next revision that waits has its turn.
    for _ in 0...actions where !RolloutStatus(run.sim.rollout.status).isAtRest {
      run.sim.abort()
      run.pass(seconds: 240)
    }
    run.checkAborted(readyBefore: ready)
    run.sim.setImage("shop:v9")
    run.pass(seconds: 30)
    run.sim.promoteFully()
    run.pass(seconds: 600)
    run.checkReleased()
  }
}

extension RolloutStatus {
  /// Whether the last release is over, one way or another, and nothing waits.
  fileprivate var isAtRest: Bool { queue.isEmpty && (isAborted || isFullyPromoted || stableHash.isEmpty) }
}

extension Plan {
  /// Whether performing it writes nothing.
  package var isQuiet: Bool { effects.isEmpty && statusPatch == nil }
}
