import AnalysisCore
import Primitives
import Testing

@Suite struct JudgeCompareTests {
  @Test func theDefaultsAreThoseOfTheReference() throws {
    let spec = try CompareSpec.parse(["counts": counts], at: "spec.metrics[0].compare").get()
    #expect(spec.rule(metrics: 3) == JudgeRule(metrics: 3))
    let queries = CompareSpec.Queries.counts(
      canary: .init(bad: "a", total: "b"),
      stable: .init(bad: "c", total: "d")
    )
    #expect(spec.queries == queries)
  }

  @Test func everyFieldIsRead() throws {
    let json: JSONValue = [
      "method": "groupSequential", "counts": counts, "tolerance": "1.3", "harm": 3,
      "risk": ["alpha": 0.01, "beta": 0.1], "minSamples": 500, "onInsufficientEvidence": "abort",
      "sampleRatio": ["check": false], "groupSequential": ["boundary": "pocock", "looks": 4],
    ]
    let rule = try CompareSpec.parse(json, at: "compare").get().rule(metrics: 1)
    let group = GroupSequentialRule(boundary: .pocock, fractions: [0.25, 0.5, 0.75, 1])
    #expect(
      rule
        == JudgeRule(
          method: .groupSequential(group),
          tolerance: 1.3,
          harm: 3,
          alpha: 0.01,
          beta: 0.1,
          minSamples: 500,
          sampleRatio: nil,
          onInsufficientEvidence: .abort
        )
    )
  }

  @Test func samplesAndHistogramsAreRead() throws {
    let rank: JSONValue = [
      "method": "mannWhitney", "samples": ["canary": "a", "stable": "b"],
      "mannWhitney": ["direction": "either", "unit": "blocks", "confidence": 0.98, "allowedIncrease": 1.1],
    ]
    let method = try CompareSpec.parse(rank, at: "compare").get().rule(metrics: 1).method
    let expected = MannWhitneyRule(direction: .either, unit: .blocks, confidence: 0.98, allowedIncrease: 1.1)
    #expect(method == .mannWhitney(expected))
    let slow: JSONValue = ["histogram": ["canary": "a", "stable": "b", "bounds": [0.1, 0.5]]]
    #expect(try CompareSpec.parse(slow, at: "compare").get().rule(metrics: 1).bounds == [0.1, 0.5])
  }

  @Test(arguments: Self.mistakes)
  func mistakesAreNamedWithTheirPath(mistake: Mistake) {
    guard case .failure(let failure) = CompareSpec.parse(mistake.json, at: "compare") else {
      Issue.record("\(mistake.json) was accepted")
      return
    }
    #expect(failure.issues.map(\.description) == mistake.issues)
  }

  struct Mistake: Sendable, CustomTestStringConvertible {
    let json: JSONValue
    let issues: [String]

    var testDescription: String { issues.joined(separator: "; ") }
  }

  private static let queries: JSONValue = ["canary": "a", "stable": "b"]
  private static let good: JSONValue = [
    "canary": ["bad": "a", "total": "b"], "stable": ["bad": "c", "total": "d"],
  ]

  static let mistakes: [Mistake] = [
    Mistake(
      json: "x",
      issues: [
        "compare: must be an object", "compare: exactly one of counts, samples and histogram is needed",
      ]
    ),
    Mistake(
      json: ["counts": good, "samples": queries],
      issues: ["compare: exactly one of counts, samples and histogram is needed"]
    ),
    Mistake(
      json: ["counts": ["canary": ["bad": "a"], "stable": ["bad": "c", "total": "d", "all": "e"]]],
      issues: ["compare.counts.canary.total: must be a query", "compare.counts.stable.all: unknown field"]
    ),
    Mistake(json: ["counts": good, "tolerence": 2], issues: ["compare.tolerence: unknown field"]),
    Mistake(json: ["counts": good, "metrics": 2], issues: ["compare.metrics: unknown field"]),
    Mistake(
      json: ["counts": good, "tolerance": 0.5],
      issues: ["compare.tolerance: must be a number from 1 to 100"]
    ),
    Mistake(json: ["counts": good, "tolerance": 3], issues: ["compare.harm: must be above the tolerance"]),
    Mistake(
      json: ["counts": good, "method": "magic"],
      issues: ["compare.method: must be one of sequential, mannWhitney, groupSequential"]
    ),
    Mistake(
      json: ["counts": good, "method": "mannWhitney"],
      issues: ["compare.counts: the method mannWhitney compares samples"]
    ),
    Mistake(
      json: ["samples": queries],
      issues: ["compare.samples: the method sequential compares counts or a histogram"]
    ),
    Mistake(
      json: ["counts": good, "method": "groupSequential"],
      issues: ["compare.groupSequential: is needed: it says the number of looks"]
    ),
    Mistake(
      json: ["counts": good, "method": "groupSequential", "groupSequential": ["fractions": [0.5, 0.2]]],
      issues: [
        "compare.groupSequential.fractions: must be a rising list of numbers from 0.001 to 1",
        "compare.groupSequential: one of looks and fractions is needed",
      ]
    ),
    Mistake(
      json: [
        "counts": good, "method": "groupSequential",
        "groupSequential": ["boundary": "pocock", "fractions": [0.2, 1]],
      ],
      issues: [
        "compare.groupSequential.fractions: this boundary is for evenly spaced looks; take one of Lan and DeMets"
      ]
    ),
    Mistake(
      json: ["histogram": ["canary": "a", "stable": "b", "bounds": []]],
      issues: [
        "compare.histogram.bounds: must be a rising list of numbers from 0 to 1000000000000",
        "compare.histogram.bounds: is needed: the upper bounds of buckets at which to compare",
      ]
    ),
    Mistake(
      json: [
        "counts": good, "onInsufficientEvidence": "pass", "minSamples": 1.5, "sampleRatio": ["check": "no"],
      ],
      issues: [
        "compare.minSamples: must be a whole number",
        "compare.onInsufficientEvidence: must be one of hold, advance, abort",
        "compare.sampleRatio.check: must be true or false",
      ]
    ),
  ]

  private let counts = Self.good

  @Test func aRunByItselfSharesTheRiskAmongItsOwnMetrics() {
    let metric: JSONValue = ["compare": ["method": "sequential"]]
    #expect(ReleaseComparisons.shared(by: ["spec": ["metrics": [metric, metric, ["name": "plain"]]]]) == 2)
    #expect(ReleaseComparisons.shared(by: ["spec": ["metrics": [["name": "plain"]]]]) == 1)
    // What somebody wrote on it can only lower the risk.
    for (text, count) in [("1", 2), ("-4", 2), ("x", 2), ("7", 7), ("99999999", 10_000)] {
      let annotations: JSONValue = [ReleaseComparisons.annotation: .string(text)]
      let run: JSONValue = [
        "metadata": ["annotations": annotations], "spec": ["metrics": [metric, metric]],
      ]
      #expect(ReleaseComparisons.shared(by: run) == count)
    }
  }
}
