import AnalysisCore
import Primitives
import Testing

@Suite struct JudgeRecordTests {
  @Test func aStoredVerdictIsRecomputedToTheByte() throws {
    var random = SeededRandom(seed: 11)
    for rule in Self.rules {
      for _ in 0..<4 {
        let record = random.record(rule, looks: 10)
        let text = record.text
        #expect(try ComparisonRecord.read(text).text == text)
        #expect(try Judge.record(from: [ComparisonRecord.metadataKey: text]) == record)
      }
    }
  }

  @Test func aVerdictThatWasTamperedWithIsFound() throws {
    var random = SeededRandom(seed: 12)
    let record = random.record(JudgeRule(), looks: 10)
    let text = record.text
    let number = try #require(record.json["evidence"]?["harm"]?.double)
    let tampered = [
      text.replacing("\(number)", with: "\(number.nextUp)"), text.replacing("Running", with: "Successful"),
      text.replacing("\"alpha\":0.05", with: "\"alpha\":0.06"),
    ]
    for text in tampered {
      #expect(text != record.text)
      #expect(try ComparisonRecord.read(text).text != text)
    }
    #expect(throws: AnalysisIssue.self) { try ComparisonRecord.read("{") }
    #expect(throws: AnalysisIssue.self) { try ComparisonRecord.read("{}") }
    #expect(throws: AnalysisIssue.self) {
      try ComparisonRecord.read(text.replacing("\"blocks\":[[", with: "\"blocks\":[[-1],["))
    }
  }

  @Test func theNewestRecordOfEachMetricIsFound() {
    let key = ComparisonRecord.metadataKey
    let run: JSONValue = [
      "status": [
        "metricResults": [
          [
            "name": "a",
            "measurements": [["metadata": [key: "1"]], ["metadata": [key: "2"]], ["phase": "Error"]],
          ],
          ["name": "b", "metadata": [key: "3"], "measurements": [["metadata": [key: "4"]]]],
          ["name": "c", "measurements": [["phase": "Successful"]]],
        ]
      ]
    ]
    let found = StoredComparison.all(in: run)
    #expect(found.map(\.metric) == ["a", "b"])
    #expect(found.map(\.text) == ["2", "3"])
  }

  @Test func recordsStayBoundedAndMergingNeverAddsEvidence() {
    var random = SeededRandom(seed: 13)
    let rule = JudgeRule(minSamples: 1_000_000_000, sampleRatio: nil)
    var record: ComparisonRecord?
    let grid = OddsEvidence.grid(from: 1.2 * 1.4, to: 20, count: 20)
    var exact = OddsEvidence(reference: 1.2, alternatives: grid, weights: grid.map { 1 / ($0 * $0) })
    for _ in 0..<250 {
      let look = random.look(weight: 5, requests: Int.random(in: 900...1100, using: &random), errorRate: 0.01)
      record = Judge(rule).look(look, after: record)
      if case .counts(let bad, let total) = look.canary, case .counts(let other, let rest) = look.stable {
        exact.add(canary: bad[0], errors: bad[0] + other[0], share: total / (total + rest))
      }
    }
    #expect(record?.looks == 250)
    #expect((record?.blocks.count ?? 0) <= ComparisonRecord.blockLimit)
    #expect(record?.blocks.reduce(0) { $0 + $1.looks } == 250)
    #expect((record?.text.utf8.count ?? 0) < 12_000)
    let kept = record?.evidence.harm ?? .infinity
    #expect(kept < exact.logEvidence)
    // What merging 250 looks into 64 blocks costs is little.
    #expect(exact.logEvidence - kept < 0.5)
  }

  @Test func quietLooksShareOneBlockForEachWeight() {
    let judge = Judge(JudgeRule())
    var record: ComparisonRecord?
    for index in 0..<200 {
      let look = ComparisonLook(
        canary: .counts(bad: [0], total: 10),
        stable: .counts(bad: [0], total: 90),
        weight: index < 100 ? 10 : 11,
        seconds: 30
      )
      record = judge.look(look, after: record)
    }
    #expect(record?.blocks.count == 2)
    #expect(record?.requests == .init(canary: 2000, stable: 18_000))
  }

  @Test func aRecordOfAnotherRuleIsBegunAnew() {
    var random = SeededRandom(seed: 14)
    let record = random.record(JudgeRule(), looks: 5)
    let other = Judge(JudgeRule(tolerance: 1.5)).look(
      random.look(weight: 5, requests: 600, errorRate: 0.01),
      after: record
    )
    #expect(other.looks == 1)
  }

  private static let rules: [JudgeRule] = [
    JudgeRule(), JudgeRule(tolerance: 1, alpha: 0.01, metrics: 3, sampleRatio: nil),
    JudgeRule(bounds: [0.1, 0.5]),
    JudgeRule(method: .groupSequential(GroupSequentialRule(fractions: [0.1, 0.3, 1])), minSamples: 7),
    JudgeRule(method: .groupSequential(GroupSequentialRule(each: .step, fractions: [0.5, 1]))),
    JudgeRule(method: .mannWhitney(MannWhitneyRule(direction: .either, unit: .blocks))),
    JudgeRule(method: .mannWhitney(MannWhitneyRule(unit: .pods, confidence: 0.98))),
  ]
}

extension SeededRandom {
  /// Counts of one look at the given traffic; errors are binomial for both.
  mutating func look(weight: Double, requests: Int, errorRate: Double, categories: Int = 1) -> ComparisonLook
  {
    let canary = Double(Int(Double(requests) * weight / 100 * Double.random(in: 0.9...1.1, using: &self)))
    let stable = Double(requests) - canary
    return ComparisonLook(
      canary: .counts(bad: (0..<categories).map { _ in errors(canary, errorRate) }, total: canary),
      stable: .counts(bad: (0..<categories).map { _ in errors(stable, errorRate) }, total: stable),
      weight: weight,
      seconds: 30
    )
  }

  mutating func record(_ rule: JudgeRule, looks: Int) -> ComparisonRecord {
    var record: ComparisonRecord?
    for _ in 0..<looks {
      var look = look(weight: 5, requests: 900, errorRate: 0.01, categories: rule.categories)
      if case .mannWhitney = rule.method {
        let values = (0..<6).map { _ in Double.random(in: 0...1, using: &self) }
        let others = (0..<9).map { _ in Double.random(in: 0...1, using: &self) }
        look = ComparisonLook(canary: .samples(values), stable: .samples(others), weight: nil, seconds: 30)
      }
      record = Judge(rule).look(look, after: record)
    }
    return record ?? ComparisonRecord(rule: rule)
  }

  private mutating func errors(_ requests: Double, _ rate: Double) -> Double {
    Double((0..<Int(requests)).count { _ in next() < UInt64(rate * 0x1p64) })
  }
}
