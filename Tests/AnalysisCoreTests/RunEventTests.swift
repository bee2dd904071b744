import AnalysisCore
import Primitives
import Testing

/// What is told of an AnalysisRun (reference, section 7.4).
@Suite struct RunEventTests {
  private static func status(_ phase: String, _ metrics: [(String, String)]) -> JSONValue {
    let results = metrics.map { name, phase -> JSONValue in ["name": .string(name), "phase": .string(phase)] }
    return ["phase": .string(phase), "metricResults": .array(results)]
  }

  @Test func whatEndsIsToldOnceMetricsFirst() {
    let running = Self.status("Running", [("a", "Running"), ("b", "Running")])
    let half = Self.status("Running", [("a", "Successful"), ("b", "Running")])
    let failed = Self.status("Failed", [("a", "Successful"), ("b", "Failed")])
    #expect(RunEvent.between([:], running).isEmpty)
    #expect(RunEvent.between(running, half).map(\.reason) == ["MetricSuccessful"])
    let last = RunEvent.between(half, failed)
    #expect(last.map(\.reason) == ["MetricFailed", "AnalysisRunFailed"])
    #expect(
      last.map(\.message) == ["Metric 'b' Completed. Result: Failed", "Analysis Completed. Result: Failed"]
    )
    #expect(last.map(\.isWarning) == [true, true])
    #expect(RunEvent.between(failed, failed).isEmpty)
  }

  @Test(arguments: [("Successful", false), ("Inconclusive", false), ("Failed", true), ("Error", true)])
  func failuresAndErrorsAreWarnings(_ phase: String, _ isWarning: Bool) {
    let events = RunEvent.between([:], Self.status(phase, []))
    #expect(events.map(\.reason) == ["AnalysisRun\(phase)"] && events.map(\.isWarning) == [isWarning])
  }
}
