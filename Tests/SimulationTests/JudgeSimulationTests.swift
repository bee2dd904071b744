import Simulation
import Testing

/// A small part of what `serin simulate-judge` plays.
@Suite struct JudgeSimulationTests {
  private static let runs: UInt64 = 60

  @Test func healthyCanariesAreLeftAloneWhereOthersAbortThem() throws {
    var aborted = 0.0
    let healthy = JudgeScenario.all.filter(\.isHealthy)
    #expect(healthy.count >= 6)
    for scenario in healthy {
      let findings = scenario.play(seeds: 1..<(Self.runs + 1))
      #expect(scenario.problem(with: findings) == nil)
      aborted += findings.abortRate(.serin)
      if scenario.name == "shared incident" { #expect(findings.abortRate(.fixedThreshold) > 0.4) }
      if scenario.name == "steady" { #expect(findings.abortRate(.intervalTest) > 0.8) }
    }
    #expect(aborted / Double(healthy.count) < 0.03)
  }

  @Test func badCanariesAreFoundFasterTheWorseTheyAre() throws {
    func seconds(_ name: String) throws -> Double {
      let scenario = try #require(JudgeScenario.all.first { $0.name == name })
      return try #require(scenario.play(seeds: 1..<(Self.runs + 1)).medianSeconds(.serin))
    }
    let (two, three, five) = (try seconds("canary x2"), try seconds("canary x3"), try seconds("canary x5"))
    #expect(two < 720)
    #expect(three < two)
    #expect(five < three)
    #expect(five <= 120)
  }

  @Test func theSameSeedsGiveTheSameFindings() throws {
    let scenario = try #require(JudgeScenario.all.first { $0.name == "correlated 1e-4" })
    let whole = scenario.play(seeds: 5..<15)
    let parts = scenario.play(seeds: 10..<15).adding(scenario.play(seeds: 5..<10))
    #expect(whole.aborts == parts.aborts)
    #expect(whole.promotions == parts.promotions)
    #expect(whole.runs == parts.runs)
  }

  @Test func aBrokenPromiseIsNamed() throws {
    let steady = try #require(JudgeScenario.all.first { $0.name == "steady" })
    let many = JudgeFindings(runs: 1000, aborts: [.serin: Array(repeating: 1, count: 120)], promotions: [])
    #expect(steady.problem(with: many) == "steady: 12 % of healthy canaries were aborted, 5 % may be")
    let doubled = try #require(JudgeScenario.all.first { $0.name == "canary x2" })
    let slow = JudgeFindings(runs: 3, aborts: [.serin: [19, 19, 19]], promotions: [])
    #expect(doubled.problem(with: slow) != nil)
    let fast = JudgeFindings(runs: 3, aborts: [.serin: [2, 18, 19]], promotions: [])
    #expect(doubled.problem(with: fast) == nil)
  }
}
