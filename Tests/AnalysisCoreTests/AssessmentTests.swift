import AnalysisCore
import Primitives
import Testing

/// Conditions, an answer, and what the measurement is.
struct AssessmentCase: CustomTestStringConvertible, Sendable {
  var success = ""
  var failure = ""
  let value: MetricValue
  let phase: AnalysisPhase
  var message = ""

  var testDescription: String { "success '\(success)', failure '\(failure)', \(value) -> \(phase)" }

  var metric: MetricSpec {
    MetricSpec([
      "name": "m", "successCondition": .string(success), "failureCondition": .string(failure),
      "provider": ["prometheus": ["query": "q"]],
    ])
  }
}

private typealias Case = AssessmentCase

@Suite("A measurement")
struct AssessmentTests {
  @Test(
    "follows the table of conditions",
    arguments: [
      Case(value: .number(0), phase: .successful),
      Case(value: .list([1]), phase: .successful),
      Case(value: .text(""), phase: .successful),
      Case(value: .json(["ok": false]), phase: .successful),
      Case(success: "result > 1", value: .number(2), phase: .successful),
      Case(success: "result > 1", value: .number(1), phase: .failed),
      Case(failure: "result > 1", value: .number(2), phase: .failed),
      Case(failure: "result > 1", value: .number(1), phase: .successful),
      Case(success: "result > 1", failure: "result > 3", value: .number(2), phase: .successful),
      Case(success: "result > 1", failure: "result > 3", value: .number(4), phase: .failed),
      Case(success: "result > 3", failure: "result < 1", value: .number(2), phase: .inconclusive),
      Case(success: "result.ok", value: .json(["ok": true]), phase: .successful),
      Case(success: "result == 'up'", value: .text("up"), phase: .successful),
      Case(success: "isInf(result)", value: .number(-.infinity), phase: .successful),
    ]
  )
  func table(_ example: AssessmentCase) {
    let assessment = example.metric.assess(example.value)
    #expect(assessment.phase == example.phase && assessment.gap == nil)
  }

  @Test(
    "is never a success when there is no answer, unless a condition says that it is",
    arguments: [
      Case(value: .missing, phase: .error, message: "nil or empty"),
      Case(value: .json(.null), phase: .error, message: "nil or empty"),
      Case(value: .list([]), phase: .error, message: "nil or empty"),
      Case(success: "result > 1", value: .missing, phase: .error, message: "nil or empty"),
      Case(success: "result[0] > 1", value: .list([]), phase: .error, message: "nil or empty"),
      Case(
        failure: "result[0] > 1",
        value: .list([]),
        phase: .error,
        message: "could not evaluate failureCondition"
      ),
      Case(success: "all(result, # < 1)", value: .list([]), phase: .error, message: "nil or empty"),
      Case(failure: "any(result, # > 1)", value: .list([]), phase: .error, message: "nil or empty"),
      Case(success: "sum(result) < 1", value: .list([]), phase: .error, message: "nil or empty"),
      Case(success: "true", value: .missing, phase: .error, message: "nil or empty"),
      Case(success: "len(result) == 0 || result[0] > 1", value: .list([]), phase: .successful),
      Case(success: "default(result, 0) < 1", value: .missing, phase: .successful),
      Case(success: "any(result, # > 1)", value: .list([]), phase: .error, message: "nil or empty"),
      Case(success: "len(result) > 0 && result[0] > 1", value: .list([]), phase: .failed),
      Case(failure: "len(result) == 0", value: .list([]), phase: .failed),
      Case(success: "isNil(result)", value: .missing, phase: .successful),
      Case(success: "(result ?? 0) < 1", value: .missing, phase: .successful),
      Case(success: "result == nil", value: .missing, phase: .successful),
    ]
  )
  func absence(_ example: AssessmentCase) {
    let assessment = example.metric.assess(example.value)
    #expect(assessment.phase == example.phase)
    #expect(assessment.gap == (example.phase == .error ? .empty : nil))
    #expect(assessment.message.contains(example.message), "\(assessment.message)")
  }

  @Test(
    "is never a success because a comparison with NaN is false",
    arguments: [
      Case(value: .number(.nan), phase: .error), Case(value: .list([.nan, .nan]), phase: .error),
      Case(success: "result > 0.9", value: .number(.nan), phase: .error),
      Case(success: "result[0] > 0.9", value: .list([.nan]), phase: .error),
      Case(failure: "not (result < 0.9)", value: .number(.nan), phase: .error),
      Case(failure: "result > 0.9", value: .number(.nan), phase: .error),
      Case(failure: "result[0] > 0.9", value: .list([.nan]), phase: .error),
      Case(success: "!(result > 0.9)", value: .number(.nan), phase: .error),
      Case(success: "result != 0", value: .number(.nan), phase: .error),
      Case(success: "not any(result, # > 1)", value: .list([.nan]), phase: .error),
      Case(success: "!(max(result) > 1)", value: .list([0, .nan]), phase: .error),
      Case(success: "result < 0.1 || !(result >= 0.1)", value: .number(.nan), phase: .error),
      Case(success: "result > 1", failure: "result < 0", value: .number(.nan), phase: .error),
      Case(success: "result[1] > 0", failure: "result[0] > 1", value: .list([.nan, 1]), phase: .error),
      Case(failure: "isNaN(result) || result > 0.1", value: .number(.nan), phase: .failed),
      Case(
        success: "isNaN(result) || result > 0.9",
        failure: "result < 0.5",
        value: .number(.nan),
        phase: .successful
      ),
      Case(success: "isNaN(result) || result > 0.9", value: .number(.nan), phase: .successful),
      Case(success: "result[1] > 0", value: .list([.nan, 1]), phase: .successful),
      Case(success: "result[0] > 5 || result[1] > 0", value: .list([.nan, 1]), phase: .successful),
    ]
  )
  func notANumber(_ example: AssessmentCase) {
    let assessment = example.metric.assess(example.value)
    #expect(assessment.phase == example.phase)
    #expect(assessment.gap == (example.phase == .error ? .notANumber : nil))
  }

  @Test(
    "is an error when a condition cannot be evaluated",
    arguments: [
      Case(success: "result", value: .number(1), phase: .error, message: "expected bool, but got float64"),
      Case(
        success: "result >",
        value: .number(1),
        phase: .error,
        message: "could not evaluate successCondition \"result >\""
      ),
      Case(success: "isNaN(result)", value: .list([1]), phase: .error, message: "invalid argument for isNaN"),
      Case(
        success: "result > 1",
        value: .text("<html>"),
        phase: .error,
        message: "mismatched types string and int"
      ),
      Case(
        success: "true",
        failure: "result[3] > 1",
        value: .list([1]),
        phase: .error,
        message: "failureCondition"
      ),
    ]
  )
  func errors(_ example: AssessmentCase) {
    let assessment = example.metric.assess(example.value)
    #expect(assessment.phase == .error)
    #expect(assessment.message.contains(example.message), "\(assessment.message)")
  }

  @Test("hides secrets in its message, value and metadata")
  func redaction() {
    let metric = Case(success: "result == 'x'", value: .missing, phase: .error).metric
    let now = Instant(secondsSinceEpoch: 0)
    let failed = metric.measurement(
      failing: "401 for token s3cret",
      metadata: ["url": "http://x?t=s3cret"],
      startedAt: now,
      finishedAt: now,
      redacting: ["s3cret", ""]
    )
    #expect(failed.message == "401 for token *****")
    #expect(failed.metadata["url"] == "http://x?t=*****")
    let shown = metric.measurement(
      of: .text("s3cret"),
      startedAt: now,
      finishedAt: now,
      redacting: ["s3cret"]
    )
    #expect(shown.value == "*****")
  }

  @Test("writes numbers as Prometheus clients do")
  func valueText() {
    #expect(MetricValue.number(0.95).valueText == "0.95")
    #expect(MetricValue.number(1e21).valueText == "1000000000000000000000")
    #expect(MetricValue.number(1.5e-7).valueText == "0.00000015")
    #expect(MetricValue.list([0.9, 1, .nan, .infinity]).valueText == "[0.9,1,NaN,+Inf]")
    #expect(MetricValue.json(["a": 1]).valueText == #"{"a":1}"#)
    #expect(GoFormat.general(1e21) == "1e+21")
    #expect(GoFormat.general(0.00001) == "1e-05")
    #expect(GoFormat.general(-123.25) == "-123.25")
  }
}
