import AnalysisCore
import Primitives
import Testing

/// What a metric says about answers without a value, the answer, and where the run ends after it came for ever.
struct GapCase: CustomTestStringConvertible, Sendable {
  let fields: JSONFields
  let answer: MetricValue?
  var shortfall: String?
  let gap: String?
  let measurements: Int
  let run: String

  var testDescription: String { "\(fields) \(answer.map { "\($0)" } ?? "error") -> \(run)" }
}

private typealias Case = GapCase

@Suite("An answer without a value")
struct AnswerGapTests {
  @Test(
    "ends the run as the policy says, never as a success",
    arguments: [
      Case(fields: [:], answer: .list([]), gap: "empty", measurements: 5, run: "Inconclusive"),
      Case(fields: [:], answer: .list([.nan]), gap: "NaN", measurements: 5, run: "Inconclusive"),
      Case(
        fields: [:],
        answer: .list([1]),
        shortfall: "store eu-1 is unavailable",
        gap: "partial",
        measurements: 5,
        run: "Inconclusive"
      ),
      Case(fields: [:], answer: nil, gap: nil, measurements: 5, run: "Inconclusive"),
      Case(
        fields: ["consecutiveErrorLimit": 1],
        answer: .list([]),
        gap: "empty",
        measurements: 2,
        run: "Inconclusive"
      ),
      Case(fields: ["consecutiveErrorLimit": 1], answer: nil, gap: nil, measurements: 2, run: "Error"),
      Case(fields: ["onEmpty": "error"], answer: .list([]), gap: "empty", measurements: 5, run: "Error"),
      Case(fields: ["onNaN": "fail"], answer: .list([.nan]), gap: "NaN", measurements: 1, run: "Failed"),
      Case(fields: ["onEmpty": "fail"], answer: .list([]), gap: "empty", measurements: 1, run: "Failed"),
      Case(fields: ["onError": "fail"], answer: nil, gap: nil, measurements: 1, run: "Failed"),
      Case(
        fields: ["onPartial": "fail"],
        answer: .list([1]),
        shortfall: "store eu-1 is unavailable",
        gap: "partial",
        measurements: 1,
        run: "Failed"
      ),
    ]
  )
  func policies(_ example: GapCase) throws {
    var driver = Driver(analysisRun([metric("m", example.fields)]))
    driver.plan()
    let spec = try #require(try metricToMeasure("m", of: driver.run))
    var count = 0
    while driver.phase == "Running", count < 20 {
      count += 1
      driver.take("m", Self.measurement(spec, example, at: driver.now))
    }
    #expect(count == example.measurements)
    #expect(driver.phase == example.run)
    #expect(driver.result("m")?["measurements"]?[0]?["metadata"]?["answer"]?.string == example.gap)
    #expect(driver.result("m")?["successful"] == nil)
  }

  private static func measurement(_ spec: MetricSpec, _ example: GapCase, at now: Instant) -> Measurement {
    guard let answer = example.answer else {
      return spec.measurement(failing: "bad_data", startedAt: now, finishedAt: now)
    }
    return spec.measurement(of: answer, shortfall: example.shortfall, startedAt: now, finishedAt: now)
  }

  @Test("has no policy that lets it pass")
  func unknownPolicies() {
    for field in ["onEmpty", "onNaN", "onPartial", "onError"] {
      let issues = MetricSpec(metric("m", [field: "success"])).issues(at: "m")
      #expect(
        issues.map(\.description) == [
          "m.\(field): \(field) must be inconclusive, error or fail, not success"
        ]
      )
    }
  }
}
