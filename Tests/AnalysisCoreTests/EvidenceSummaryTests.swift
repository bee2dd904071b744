import AnalysisCore
import Primitives
import Testing

@Suite("The evidence of a run")
struct EvidenceSummaryTests {
  private func run(_ metrics: [JSONValue], _ feeds: [(String, AnalysisPhase, String, String)]) -> JSONValue {
    var driver = Driver(analysisRun(metrics, ["args": [["name": "least", "value": "0.95"]]]))
    driver.plan()
    for (name, phase, value, message) in feeds {
      driver.now = driver.now + .seconds(60)
      let measurement = Measurement(phase: phase, value: value, message: message, finishedAt: driver.now)
      let taken = [TakenMeasurement(metric: name, measurement: measurement)]
      driver.run["status"] = foldMeasurements(taken, into: driver.run, now: driver.now).nextStatus
    }
    return driver.run
  }

  @Test("says phase, values, condition and limit in one short line for each metric")
  func lines() {
    let rate = metric(
      "success-rate",
      ["interval": "1m", "failureLimit": 1, "successCondition": "result[0] >= {{args.least}}"]
    )
    let failed = run(
      [rate, metric("other", ["initialDelay": "1h"])],
      [
        ("success-rate", .failed, "[0.7931034482758621]", ""), ("success-rate", .failed, "[0.81]", ""),
      ]
    )
    #expect(
      summaryLines(of: failed) == [
        "success-rate: Failed, 0.7931, 0.81 (condition result[0] >= 0.95; failed 2 > failureLimit 1)"
      ]
    )
    let passed = run([metric("m")], [("m", .successful, "[1]", "")])
    #expect(summaryLines(of: passed) == ["m: Successful, 1 (condition result[0] >= 0.95)"])
  }

  @Test("says why a metric could not be measured")
  func errors() {
    let broken = run([metric("m", ["consecutiveErrorLimit": 0])], [("m", .error, "", "connection\nrefused")])
    let reason = "consecutiveErrors 1 > consecutiveErrorLimit 0; connection refused"
    #expect(summaryLines(of: broken) == ["m: Error, error (condition result[0] >= 0.95; \(reason))"])
  }

  @Test("is short whatever the provider says")
  func bounded() {
    let long = String(repeating: "x y\n", count: 5000)
    let lines = summaryLines(
      of: run([metric("m", ["successCondition": "result == 'a'"])], [("m", .failed, long, long)])
    )
    #expect(lines.count == 1 && (lines.first?.count ?? 999) < 300)
    #expect(lines.first?.contains("\n") == false)
    #expect(summaryLines(of: analysisRun([metric("m")])) == [])
  }
}
