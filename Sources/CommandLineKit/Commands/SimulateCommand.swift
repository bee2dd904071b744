import ArgumentParser
import Primitives
import Simulation

/// `serin simulate`
struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Play random histories of rollouts against the planner's invariants.",
    discussion: """
      Each history is a random life of a rollout in virtual time: edits and commands of people; refused, repeated and \
      lost writes, lost watches, crashes between two writes, steps of the clock; slow and broken pods. At every \
      instant users must have the ready pods that the spec promises, and at its end the history must come to rest as \
      if nothing had gone wrong. It ends with 1 when an invariant was broken and names the seed. With --autoscaler a \
      HorizontalPodAutoscaler looks at rollouts of 1 to 200 replicas that stand at each weight of a release, and \
      every loop must reach a fixed point.
      """
  )

  @Option(name: .long, help: "Histories of each way to release.")
  var histories = 400

  @Option(name: .long, help: "The first seed.")
  var seed: UInt64 = 1

  @Option(
    name: .long,
    help: "Only the way to release of this name, with every plan of every history printed."
  )
  var trace: String?

  @Flag(name: .long, help: "Play the closed loop of planner and autoscaler instead.")
  var autoscaler = false

  func run() async throws {
    if autoscaler { return try await playAutoscaler() }
    guard histories > 0 else { throw CommandFailure(.usage, "--histories must be at least 1") }
    let worlds = Worlds.all.filter { trace == nil || $0.name == trace }
    guard !worlds.isEmpty else {
      let names = Worlds.all.map { "\"\($0.name)\"" }.joined(separator: ", ")
      throw CommandFailure(.usage, "--trace must be one of \(names)")
    }
    if trace != nil { return try printTrace(of: worlds) }
    let start = ContinuousClock.now
    var plans = 0
    for world in worlds {
      let result = await Histories(world: world, seeds: seed..<(seed + UInt64(histories))).play()
      plans += result.plans
      if let broken = result.broken.first { throw failure(world, broken.seed, broken.violation) }
      Terminal.printNow("\(Table.pad(world.name, 46))\(histories) histories, \(result.plans) plans")
    }
    let time = start.duration(to: .now)
    Terminal.printNow("\(histories * worlds.count) histories, \(plans) plans, no violation, \(time.goText)")
  }

  private func printTrace(of worlds: [World]) throws {
    for world in worlds {
      for seed in seed..<(seed + UInt64(histories)) {
        let outcome = History(seed: seed, world: world).play(isTraced: true)
        for line in outcome.trace { Terminal.printNow(line) }
        if let violation = outcome.violations.first { throw failure(world, seed, violation) }
      }
    }
  }

  private func failure(_ world: World, _ seed: UInt64, _ violation: String) -> CommandFailure {
    CommandFailure(
      .failed,
      "\(world.name), seed \(seed): \(violation)",
      hint: "see it with --seed \(seed) --histories 1 --trace \"\(world.name)\""
    )
  }
}
