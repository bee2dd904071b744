import ArgumentParser
import Primitives
import Simulation

/// `serin simulate`
struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Play random histories of rollouts against the planner's invariants.",
    discussion: """
      Each history is a random life of a rollout in virtual time: edits, commands, refused writes, crashes between two \
      writes, slow gateways. It ends with 1 when an invariant was broken and names the seed.
      """
  )

  @Option(name: .long, help: "Histories of each way to release.")
  var histories = 400

  @Option(name: .long, help: "The first seed.")
  var seed: UInt64 = 1

  func run() async throws {
    guard histories > 0 else { throw CommandFailure(.usage, "--histories must be at least 1") }
    let start = ContinuousClock.now
    var plans = 0
    for world in Worlds.all {
      let (count, violations) = await play(world.rollout)
      plans += count
      guard let (seed, violation) = violations.min(by: { $0.0 < $1.0 }) else {
        Terminal.printNow("\(Table.pad(world.name, 28))\(histories) histories, \(count) plans")
        continue
      }
      throw CommandFailure(
        .failed,
        "\(world.name), seed \(seed): \(violation)",
        hint: "repeat it with --seed \(seed) --histories 1"
      )
    }
    let time = start.duration(to: .now)
    Terminal.printNow(
      "\(histories * Worlds.all.count) histories, \(plans) plans, no violation, \(time.goText)"
    )
  }

  /// Plays the histories on all cores.
  private func play(_ rollout: JSONValue) async -> (plans: Int, violations: [(UInt64, String)]) {
    await withTaskGroup(of: (UInt64, Int, String?).self) { group in
      for seed in seed..<(seed + UInt64(histories)) {
        group.addTask {
          let history = History(seed: seed, rollout: rollout, analysisTemplates: Worlds.templates)
          let outcome = history.play()
          return (seed, outcome.plans, outcome.violations.first)
        }
      }
      var plans = 0
      var violations: [(UInt64, String)] = []
      for await (seed, count, violation) in group {
        plans += count
        if let violation { violations.append((seed, violation)) }
      }
      return (plans, violations)
    }
  }
}
