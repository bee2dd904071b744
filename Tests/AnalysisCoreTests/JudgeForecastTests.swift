import AnalysisCore
import Testing

@Suite struct JudgeForecastTests {
  @Test func moreTrafficNeedsLessTime() throws {
    var last = Double.infinity
    for rate in [3.0, 20, 200, 2000] {
      let forecast = EvidenceForecast(
        JudgeRule(),
        .init(requestsPerSecond: rate, errorRate: 0.01, steps: [(10, 0)])
      )
      let seconds = try #require(forecast.secondsToSeeHarm)
      #expect(seconds < last)
      last = seconds
    }
  }

  @Test func weightsOfStepsCountForAsLongAsTheyStay() throws {
    func seconds(_ steps: [(weight: Double, seconds: Double)]) throws -> Double {
      let traffic = EvidenceForecast.Traffic(requestsPerSecond: 50, errorRate: 0.01, steps: steps)
      return try #require(EvidenceForecast(JudgeRule(), traffic).secondsToSeeHarm)
    }
    let (small, large) = (try seconds([(5, 0)]), try seconds([(50, 0)]))
    let both = try seconds([(5, 60), (50, 0)])
    #expect(large < both)
    #expect(both < small)
    #expect(both < large + 60)
  }

  @Test func withoutErrorsNothingIsEverSeen() {
    let forecast = EvidenceForecast(JudgeRule(), .init(requestsPerSecond: 10, errorRate: 0, steps: [(5, 0)]))
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
    let traffic = EvidenceForecast.Traffic(requestsPerSecond: 100, errorRate: 0.01, steps: [(10, 0)])
    let alone = EvidenceForecast(JudgeRule(), traffic)
    let oneOfFour = EvidenceForecast(JudgeRule(metrics: 4), traffic)
    #expect(try #require(oneOfFour.secondsToSeeHarm) > (try #require(alone.secondsToSeeHarm)))
    #expect(alone.secondsToRuleOutHarm == oneOfFour.secondsToRuleOutHarm)
  }
}
