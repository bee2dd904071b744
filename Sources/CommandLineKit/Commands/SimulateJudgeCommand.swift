import ArgumentParser
import Primitives
import Simulation

/// `serin simulate-judge`
struct SimulateJudgeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate-judge",
    abstract: "Show how often ways to judge a canary abort a healthy one, and how fast they find a bad one.",
    discussion: """
      Every run is a release of 60 looks of 30 seconds: the base rate of errors drifts, a dependency makes both \
      versions fail six times as often for three minutes, the weight goes from 5 to 50 %, requests are few or alike. \
      The same seed gives the same table on every machine. It ends with 1 when Serin's judge aborts more than 5 % of \
      the healthy canaries of a scenario, or needs more than 9 minutes, in the median, to find doubled errors at 200 \
      requests/s from 5 % weight on.
      """
  )

  @Option(name: .long, help: "Runs of each scenario.")
  var runs = 5000

  @Option(name: .long, help: "The first seed.")
  var seed: UInt64 = 1

  func run() async throws {
    guard runs > 0 else { throw CommandFailure(.usage, "--runs must be at least 1") }
    let start = ContinuousClock.now
    var table = Table(
      header: ["SCENARIO"] + SimulatedJudge.allCases.map { $0.rawValue.uppercased() } + ["PROMOTED"]
    )
    var broken: [String] = []
    for scenario in JudgeScenario.all {
      let findings = await findings(of: scenario)
      let cells = SimulatedJudge.allCases.map { Self.cell(findings, $0) }
      let promoted = Double(findings.promotions.count) / Double(findings.runs)
      table.add([scenario.name] + cells + [Self.percent(promoted)])
      if let problem = scenario.problem(with: findings) { broken.append(problem) }
    }
    for line in table.lines { Terminal.printNow(line) }
    let time = start.duration(to: .now)
    Terminal.printNow(
      "\(runs) runs of each scenario, \(time.goText); aborted runs, and the median time to an abort"
    )
    if let first = broken.first { throw CommandFailure(.failed, first) }
  }

  /// Plays all runs, a few hundred at a time beside each other.
  private func findings(of scenario: JudgeScenario) async -> JudgeFindings {
    let size = 500
    let parts = stride(from: 0, to: runs, by: size).map { first in
      (seed + UInt64(first))..<(seed + UInt64(min(runs, first + size)))
    }
    return await withTaskGroup { group in
      for seeds in parts { group.addTask { scenario.play(seeds: seeds) } }
      var sum = JudgeFindings(runs: 0, aborts: [:], promotions: [])
      for await findings in group { sum = sum.adding(findings) }
      return sum
    }
  }

  private static func cell(_ findings: JudgeFindings, _ judge: SimulatedJudge) -> String {
    let share = percent(findings.abortRate(judge))
    guard let seconds = findings.medianSeconds(judge) else { return share }
    return "\(share) \(Duration.seconds(seconds).goText)"
  }

  private static func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
  }
}
