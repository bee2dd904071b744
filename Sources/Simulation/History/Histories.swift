/// Many histories of one way to release, played on all cores.
package struct Histories: Sendable {
  /// What was found.
  package struct Result: Sendable {
    package fileprivate(set) var plans = 0
    /// Seeds with their first violation, least seed first.
    package fileprivate(set) var broken: [(seed: UInt64, violation: String)] = []
  }

  package let world: World
  package let seeds: Range<UInt64>

  /// How many things people do in each.
  package let actions: Int
  package let repertoire: History.Repertoire

  package init(
    world: World,
    seeds: Range<UInt64>,
    actions: Int = 8,
    repertoire: History.Repertoire = .full
  ) {
    self.world = world
    self.seeds = seeds
    self.actions = actions
    self.repertoire = repertoire
  }

  package func play() async -> Result {
    await withTaskGroup(of: (UInt64, Int, String?).self) { group in
      for seed in seeds { group.addTask { Self.play(seed, world, actions, repertoire) } }
      var result = Result()
      for await (seed, plans, violation) in group {
        result.plans += plans
        if let violation { result.broken.append((seed, violation)) }
      }
      result.broken.sort { $0.seed < $1.seed }
      return result
    }
  }

  /// Plays one history; every eighth one is played once more without its faults, and both must end alike.
  package static func play(
    _ seed: UInt64,
    _ world: World,
    _ actions: Int = 8,
    _ repertoire: History.Repertoire = .full
  ) -> (seed: UInt64, plans: Int, violation: String?) {
    let history = History(seed: seed, world: world, actions: actions, repertoire: repertoire)
    let outcome = history.play()
    guard outcome.violations.isEmpty, seed % 8 == 1 else {
      return (seed, outcome.plans, outcome.violations.first)
    }
    let clean = history.play(withFaults: false)
    let plans = outcome.plans + clean.plans
    guard clean.end == outcome.end else {
      return (seed, plans, "ends as \(outcome.end), without faults as \(clean.end)")
    }
    return (seed, plans, clean.violations.first)
  }
}
