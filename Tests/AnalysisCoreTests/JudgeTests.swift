import AnalysisCore
import Testing

@Suite struct JudgeTests {
  private let judge = Judge(JudgeRule())

  @Test func aVersionThatFailsManyTimesAsOftenIsFailedByName() {
    let record = looks(20, canary: (9, 300), stable: (12, 5700), weight: 5)
    #expect(record.verdict.phase == .failed)
    #expect(record.verdict.reason == .harmful)
    #expect(record.message.hasPrefix("canary fails more often than stable by more than 1.2 times: "))
    #expect(record.message.contains("of 300 requests at the canary") == (record.looks == 1))
    #expect(record.looks < 20)
  }

  @Test func aVersionAsGoodAsStableIsPromotedEarly() {
    let record = looks(60, canary: (6, 3000), stable: (6, 3000), weight: 50)
    #expect(record.verdict.phase == .successful)
    #expect(record.verdict.reason == .harmless)
    #expect(record.looks < 60)
  }

  @Test func aFinalVerdictStays() {
    let failed = looks(20, canary: (9, 300), stable: (12, 5700), weight: 5)
    let more = judge.look(look((0, 3000), (12, 3000), 50), after: failed)
    #expect(more == failed)
    #expect(judge.conclude(failed) == failed)
  }

  @Test func withoutTrafficNothingIsDecidedAndTheSentenceSaysSo() {
    var record = judge.look(
      ComparisonLook(canary: .empty, stable: .empty, weight: nil, seconds: 30),
      after: nil
    )
    #expect(record.verdict.phase == .running)
    #expect(record.verdict.reason == .insufficientEvidence)
    record = judge.conclude(record)
    #expect(record.verdict.phase == .inconclusive)
  }

  @Test func littleTrafficGivesAForecast() {
    let record = looks(2, canary: (0, 9), stable: (1, 81), weight: 10)
    #expect(record.verdict.reason == .insufficientEvidence)
    #expect(record.message.contains("; at 3 requests/s this gate needs about "))
    #expect(record.message.hasSuffix(" to see a doubling of errors"))
  }

  @Test(arguments: [
    (JudgeRule.Shortfall.hold, AnalysisPhase.inconclusive), (.advance, .successful), (.abort, .failed),
  ])
  func theRuleSaysWhatBecomesOfMissingEvidence(policy: JudgeRule.Shortfall, phase: AnalysisPhase) {
    let judge = Judge(JudgeRule(onInsufficientEvidence: policy))
    let record = judge.conclude(judge.look(look((0, 30), (1, 300), nil), after: nil))
    #expect(record.verdict.phase == phase)
    #expect(record.verdict.reason == .insufficientEvidence)
  }

  @Test func aWrongRoutingIsNamedAndNeverBlamedOnTheCanary() {
    // The canary gets half of the requests instead of a tenth, and all that it gets fails.
    var record = judge.look(look((3000, 3000), (0, 3000), 10), after: nil)
    #expect(record.verdict.phase == .running)
    #expect(record.verdict.reason == .sampleRatioMismatch)
    #expect(record.message.hasPrefix("the routing is wrong: the canary had 3000 of 6000 requests"))
    for policy in JudgeRule.Shortfall.allCases {
      let judge = Judge(JudgeRule(onInsufficientEvidence: policy))
      let record = judge.conclude(judge.look(look((3000, 3000), (0, 3000), 10), after: nil))
      #expect(record.verdict.phase == .inconclusive)
      #expect(record.verdict.reason == .sampleRatioMismatch)
    }
    // Once the routing is right for long enough, the counts count again.
    for _ in 0..<60 where record.verdict.phase == .running {
      record = judge.look(look((600, 600), (12, 5400), 10), after: record)
    }
    #expect(record.verdict.phase == .failed)
  }

  @Test func aRoutingWithinTheToleranceIsLeftAlone() {
    let record = looks(3, canary: (1, 380), stable: (12, 5620), weight: 5)
    #expect(record.verdict.reason == .insufficientEvidence)
    #expect(record.evidence.mismatch < 0)
  }

  @Test func looksThatAreNotWholeAreLeftOutAndCounted() {
    let stable = ArmReading.counts(bad: [1], total: 100)
    let readings: [(ArmReading, String)] = [
      (.notANumber, "canary: not a number (NaN)"), (.error("503"), "canary: 503"),
      (.partial("2 of 3 shards"), "canary: measured in part only: 2 of 3 shards"),
      (.counts(bad: [-5], total: 10), "canary: -5 is no number of requests"),
      (.counts(bad: [50], total: 10), "canary: 50 bad requests of 10"),
      (.counts(bad: [1], total: .infinity), "canary: +Inf is no number of requests"),
      (.samples([1]), "canary: values where counts are needed"),
    ]
    var record: ComparisonRecord?
    for (index, (reading, problem)) in readings.enumerated() {
      let look = ComparisonLook(canary: reading, stable: stable, weight: 5, seconds: 30)
      let next = judge.look(look, after: record)
      #expect(next.looks == 0)
      #expect(next.skipped == index + 1)
      #expect(next.problem == problem)
      #expect(next.verdict.reason == .notMeasured)
      record = next
    }
  }

  @Test func minSamplesHoldsTheVerdictBack() {
    let judge = Judge(JudgeRule(minSamples: 1000))
    let record = judge.look(look((300, 300), (10, 5700), 5), after: nil)
    #expect(record.verdict.reason == .tooFewSamples)
    #expect(record.verdict.phase == .running)
    #expect(record.evidence.harm > record.evidence.harmBoundary)
  }

  @Test func theAlphaOfAReleaseIsSharedByItsMetrics() {
    let rule = JudgeRule(alpha: 0.05, metrics: 4)
    #expect(rule.metricAlpha == 0.0125)
    #expect(Judge(rule).conclude(nil).verdict.reason == .notMeasured)
    let record = Judge(rule).look(look((1, 10), (1, 90), nil), after: nil)
    #expect(isNear(record.evidence.harmBoundary, 4.382026634673881))
  }

  @Test func slowRequestsAreFoundAtTheBoundWhereTheyAre() {
    // The bound of 1 s is unhurt; beyond 0.5 s the canary has five times as many.
    let judge = Judge(JudgeRule(bounds: [0.5, 1]))
    var record: ComparisonRecord?
    for _ in 0..<40 where record?.verdict.phase.isCompleted != true {
      let canary = ArmReading.histogram([0.5: 295, 1: 300, .infinity: 300], bounds: [0.5, 1])
      let stable = ArmReading.histogram([0.5: 5681, 1: 5699, .infinity: 5700], bounds: [0.5, 1])
      record = judge.look(
        ComparisonLook(canary: canary, stable: stable, weight: 5, seconds: 30),
        after: record
      )
    }
    #expect(record?.verdict.phase == .failed)
    #expect(record?.message.contains("slower than 0.5 s at the canary") == true)
  }

  @Test func aHistogramWithoutTheBoundIsAnError() {
    let reading = ArmReading.histogram([0.4: 3, .infinity: 10], bounds: [0.5])
    #expect(reading == .error("the histogram has no bucket with the bound 0.5"))
    #expect(ArmReading.histogram([0.5: 3], bounds: [0.5]) == .error("the histogram has no bucket +Inf"))
    #expect(ArmReading.histogram([:], bounds: [0.5]) == .empty)
    #expect(ArmReading.counts(bad: nil, total: 10) == .counts(bad: [0], total: 10))
    #expect(ArmReading.counts(bad: 3, total: nil) == .empty)
    #expect(ArmReading.counts(bad: .nan, total: 3) == .notANumber)
  }

  private func look(_ canary: (Double, Double), _ stable: (Double, Double), _ weight: Double?)
    -> ComparisonLook
  {
    ComparisonLook(
      canary: .counts(bad: [canary.0], total: canary.1),
      stable: .counts(bad: [stable.0], total: stable.1),
      weight: weight,
      seconds: 30
    )
  }

  /// So many looks at the same counts, or fewer when there is a verdict.
  private func looks(_ count: Int, canary: (Double, Double), stable: (Double, Double), weight: Double?)
    -> ComparisonRecord
  {
    var record = judge.look(look(canary, stable, weight), after: nil)
    for _ in 1..<count { record = judge.look(look(canary, stable, weight), after: record) }
    return record
  }
}
