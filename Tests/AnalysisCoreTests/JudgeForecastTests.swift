import AnalysisCore
import Primitives
import Testing

@Suite struct JudgeForecastTests {
  @Test func moreTrafficNeedsLessTime() throws {
    var last = Double.infinity
    for rate in [3.0, 20, 200, 2000] {
      let seconds = try #require(try forecast(JudgeRule(), rate, 0.01, [(10, 0)]).secondsToSeeHarm)
      #expect(seconds < last)
      last = seconds
    }
  }

  @Test func weightsOfStepsCountForAsLongAsTheyStay() throws {
    func seconds(_ steps: [(weight: Double, seconds: Double)]) throws -> Double {
      try #require(try forecast(JudgeRule(), 50, 0.01, steps).secondsToSeeHarm)
    }
    let (small, large) = (try seconds([(5, 0)]), try seconds([(50, 0)]))
    let both = try seconds([(5, 60), (50, 0)])
    #expect(large < both)
    #expect(both < small)
    #expect(both < large + 60)
  }

  @Test func withoutErrorsNothingIsEverSeen() throws {
    let forecast = try forecast(JudgeRule(), 10, 0, [(5, 0)])
    #expect(forecast.secondsToSeeHarm == nil)
    #expect(
      forecast.sentence == "at 10 requests/s this gate needs more than a month to see a doubling of errors"
    )
  }

  @Test(arguments: [(12.2, "13 s"), (89, "89 s"), (2430, "41 min"), (9000, "2.5 h"), (259_200, "3 days")])
  func timesAreSaidInTheUnitThatPeopleThinkIn(seconds: Double, text: String) {
    #expect(EvidenceForecast.text(seconds) == text)
  }

  @Test func theRuleOfTheReleaseCounts() throws {
    let alone = try forecast(JudgeRule(), 100, 0.01, [(10, 0)])
    let oneOfFour = try forecast(JudgeRule(metrics: 4), 100, 0.01, [(10, 0)])
    #expect(try #require(oneOfFour.secondsToSeeHarm) > (try #require(alone.secondsToSeeHarm)))
    #expect(alone.secondsToRuleOutHarm == oneOfFour.secondsToRuleOutHarm)
    let threeBounds = try forecast(JudgeRule(bounds: [0.1, 0.5, 1]), 100, 0.01, [(10, 0)])
    #expect(try #require(threeBounds.secondsToSeeHarm) > (try #require(alone.secondsToSeeHarm)))
  }

  @Test func aTestOfPlannedLooksSaysAtWhichItSees() throws {
    let rule = JudgeRule(method: .groupSequential(GroupSequentialRule(fractions: [0.25, 0.5, 0.75, 1])))
    let long = try forecast(rule, 100, 0.01, [(10, 0)], secondsPerLook: 600)
    let seconds = try #require(long.secondsToSeeHarm)
    #expect([600, 1200, 1800, 2400].contains(seconds))
    #expect(!long.sentence.contains("its looks"))
    // Looks that are too short say so, and how long they would have to be in all.
    let short = try forecast(rule, 100, 0.01, [(10, 0)], secondsPerLook: 10)
    #expect(try #require(short.secondsToSeeHarm) > 40)
    #expect(short.sentence.hasSuffix(" to see a doubling of errors, and its looks take only 40 s"))
  }

  @Test(arguments: [JudgeRule(sampleRatio: nil), JudgeRule(metrics: 3, sampleRatio: nil)])
  func aboutHalfOfAllRunsAreFasterThanForeseen(rule: JudgeRule) throws {
    // 50 requests/s, 10 % of them at the canary, which fails twice as often as stable with 1 %.
    let forecast = try forecast(rule, 50, 0.01, [(10, 0)])
    let seconds = try #require(forecast.secondsToSeeHarm)
    let looks = Int((seconds / 30).rounded(.up))
    var random = SeededRandom(seed: 21)
    var seen = 0
    for _ in 0..<100 {
      var record: ComparisonRecord?
      for _ in 0..<looks where record?.verdict.phase.isCompleted != true {
        let look = ComparisonLook(
          canary: .counts(bad: [random.binomial(150, 0.02)], total: 150),
          stable: .counts(bad: [random.binomial(1350, 0.01)], total: 1350),
          weight: nil,
          seconds: 30
        )
        record = Judge(rule).look(look, after: record)
      }
      if record?.verdict.phase == .failed { seen += 1 }
    }
    #expect((35...70).contains(seen), "\(seen) of 100 within \(seconds) s")
  }

  @Test func ranksAreForeseenFromTheSpreadOfStable() throws {
    let rule = JudgeRule(method: .mannWhitney(MannWhitneyRule(unit: .blocks)))
    func message(_ values: [Double]) -> String {
      var record: ComparisonRecord?
      for value in values {
        let look = ComparisonLook(
          canary: .samples([value]),
          stable: .samples([value]),
          weight: nil,
          seconds: 60
        )
        record = Judge(rule).look(look, after: record)
      }
      return record?.message ?? ""
    }
    #expect(
      message([1, 1.1, 0.9]).hasSuffix("; this gate needs about 8 min to see a doubling of the values")
    )
    let wide = "; stable's values spread too much to show a doubling of the values"
    #expect(message([1, 1e3, 1e6, 1e9]).hasSuffix(wide))
  }

  @Test(arguments: [(3, "; so few values do not show"), (8, "; so many values would show")])
  func podsAreEnoughOrTooFew(pods: Int, text: String) {
    let values = (0..<pods).map { 1 + Double($0) / 100 }
    let rule = JudgeRule(method: .mannWhitney(MannWhitneyRule(direction: .decrease)))
    let look = ComparisonLook(canary: .samples(values), stable: .samples(values), weight: nil, seconds: 60)
    let record = Judge(rule).look(look, after: nil)
    #expect(record.message.contains("\(text) a halving of the values"), "\(record.message)")
    // Too few values to fail are too few to pass.
    let end = Judge(rule).conclude(record).verdict
    #expect(end.phase == (pods == 3 ? .inconclusive : .successful))
    #expect(end.reason == (pods == 3 ? .insufficientEvidence : .harmless))
  }

  private func forecast(
    _ rule: JudgeRule,
    _ rate: Double,
    _ errorRate: Double,
    _ steps: [(weight: Double, seconds: Double)],
    secondsPerLook: Double = 30
  ) throws -> EvidenceForecast {
    let traffic = EvidenceForecast.Traffic(requestsPerSecond: rate, errorRate: errorRate, steps: steps)
    return try #require(EvidenceForecast(rule, traffic, secondsPerLook: secondsPerLook))
  }
}

extension SeededRandom {
  /// How many of so many trials succeed: geometric steps from one success to the next.
  fileprivate mutating func binomial(_ trials: Int, _ probability: Double) -> Double {
    var (place, count) = (0.0, 0.0)
    while true {
      let unit = Double.random(in: Double.leastNormalMagnitude..<1, using: &self)
      place += (ExactMath.log(unit) / ExactMath.log(1 - probability)).rounded(.down) + 1
      if place > Double(trials) { return count }
      count += 1
    }
  }
}
