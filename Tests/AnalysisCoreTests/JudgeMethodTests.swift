import AnalysisCore
import Testing

@Suite struct JudgeMethodTests {
  private let low = [0.101, 0.108, 0.112, 0.095, 0.104, 0.099, 0.107, 0.103]
  private let high = [0.201, 0.228, 0.212, 0.195, 0.204, 0.199, 0.207, 0.203]

  @Test func mannWhitneyFailsAShiftInTheDirectionThatIsBad() {
    #expect(samples(high, low, MannWhitneyRule(confidence: 0.98)).verdict.reason == .harmful)
    #expect(samples(low, high, MannWhitneyRule(confidence: 0.98)).verdict.phase == .running)
    let falling = MannWhitneyRule(direction: .decrease, confidence: 0.98)
    #expect(samples(low, high, falling).verdict.phase == .failed)
    #expect(samples(high, low, falling).verdict.phase == .running)
    let either = MannWhitneyRule(direction: .either, confidence: 0.98)
    #expect(samples(low, high, either).verdict.phase == .failed)
  }

  @Test func mannWhitneyLetsASmallRatioPass() {
    let rule = MannWhitneyRule(confidence: 0.98, allowedIncrease: 2.5)
    #expect(samples(high, low, rule).verdict.phase == .running)
  }

  @Test func mannWhitneyPassesAtTheEndOfItsTimeOnly() {
    let judge = Judge(JudgeRule(method: .mannWhitney(MannWhitneyRule(confidence: 0.98))))
    let record = samples(low, low, MannWhitneyRule(confidence: 0.98))
    #expect(record.verdict.phase == .running)
    #expect(judge.conclude(record).verdict.phase == .successful)
    #expect(judge.conclude(record).verdict.reason == .harmless)
  }

  @Test func constantSamplesAreJudgedWithoutNoise() {
    // Kayenta adds random noise here; one value of each must not decide.
    let few = samples([2, 2], [1, 1], MannWhitneyRule(confidence: 0.98))
    #expect(few.verdict.phase == .running)
    let many = samples(
      Array(repeating: 2, count: 12),
      Array(repeating: 1, count: 12),
      MannWhitneyRule(confidence: 0.98)
    )
    #expect(many.verdict.phase == .failed)
  }

  @Test func valuesOfLooksBecomeOneMeanEachAndStayBounded() {
    let judge = Judge(JudgeRule(method: .mannWhitney(MannWhitneyRule(unit: .blocks))))
    var record: ComparisonRecord?
    for _ in 0..<300 {
      record = judge.look(
        ComparisonLook(
          canary: .samples([1, 3, .nan]),
          stable: .samples([2, 2.5, 1.5]),
          weight: nil,
          seconds: 30
        ),
        after: record
      )
    }
    #expect(record?.canarySamples.allSatisfy { $0 == 2 } == true)
    #expect((record?.canarySamples.count ?? 0) <= ComparisonRecord.sampleLimit)
    #expect(record?.looksPerSample == 4)
    #expect(record?.verdict.phase == .running)
  }

  @Test func groupSequentialFailsAtTheLookThatCrosses() {
    let rule = JudgeRule(method: .groupSequential(GroupSequentialRule(fractions: [0.25, 0.5, 0.75, 1])))
    let record = counts(rule, canary: (19, 1000), stable: (90, 9000), looks: 4)
    #expect(record.verdict.reason == .harmful)
    #expect(record.looks == 2)
    #expect(record.evidence.harm > record.evidence.harmBoundary)
  }

  @Test func groupSequentialPassesWhenHarmIsRuledOut() {
    let rule = JudgeRule(method: .groupSequential(GroupSequentialRule(fractions: [0.25, 0.5, 0.75, 1])))
    let record = counts(rule, canary: (50, 5000), stable: (50, 5000), looks: 4)
    #expect(record.verdict.reason == .harmless)
  }

  @Test(arguments: GroupSequentialRule.Boundary.allCases)
  func groupSequentialKeepsItsAlpha(boundary: GroupSequentialRule.Boundary) {
    let rule = GroupSequentialRule(boundary: boundary, fractions: [0.25, 0.5, 0.75, 1])
    let risk = GroupSequential.crossing(rule.boundaries(risk: 0.05), at: rule.fractions)
    #expect(isNear(risk, 0.05, within: 1e-6))
  }

  private func samples(_ canary: [Double], _ stable: [Double], _ rule: MannWhitneyRule) -> ComparisonRecord {
    Judge(JudgeRule(method: .mannWhitney(rule))).look(
      ComparisonLook(canary: .samples(canary), stable: .samples(stable), weight: nil, seconds: 300),
      after: nil
    )
  }

  private func counts(_ rule: JudgeRule, canary: (Double, Double), stable: (Double, Double), looks: Int)
    -> ComparisonRecord
  {
    var record = ComparisonRecord(rule: rule)
    for _ in 0..<looks {
      let look = ComparisonLook(
        canary: .counts(bad: [canary.0], total: canary.1),
        stable: .counts(bad: [stable.0], total: stable.1),
        weight: nil,
        seconds: 600
      )
      record = Judge(rule).look(look, after: record)
    }
    return record
  }
}
