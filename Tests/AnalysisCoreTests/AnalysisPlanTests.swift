import AnalysisCore
import Primitives
import Testing

/// Phases fed to one metric, and where that leaves metric and run.
struct LimitCase: CustomTestStringConvertible, Sendable {
  let fields: JSONFields
  let phases: [AnalysisPhase]
  let run: String
  var message = ""

  init(_ fields: JSONFields, _ phases: String, _ run: String, _ message: String = "") {
    self.fields = fields
    // One letter for each measurement.
    self.phases = phases.map {
      ["S": .successful, "F": .failed, "I": .inconclusive, "E": .error][$0] ?? .running
    }
    self.run = run
    self.message = message
  }

  var testDescription: String { "\(fields) \(phases.map(\.rawValue)) -> \(run)" }
}

@Suite("An analysis run")
struct AnalysisPlanTests {
  @Test(
    "ends by the limits of its metric, with the reason",
    arguments: [
      LimitCase([:], "S", "Successful"),
      LimitCase([:], "F", "Failed", #"Metric "m" assessed Failed due to failed (1) > failureLimit (0)"#),
      LimitCase(
        [:],
        "I",
        "Inconclusive",
        #"Metric "m" assessed Inconclusive due to inconclusive (1) > inconclusiveLimit (0)"#
      ),
      LimitCase([:], "E", "Running"), LimitCase([:], "EEEE", "Running"),
      LimitCase(
        [:],
        "EEEEE",
        "Inconclusive",
        #"Metric "m" assessed Inconclusive due to consecutiveErrors (5) > consecutiveErrorLimit (4)"#
      ),
      LimitCase(
        ["consecutiveErrorLimit": 4],
        "EEEEE",
        "Error",
        #"Metric "m" assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4)"#
      ),
      LimitCase(["onError": "error"], "EEEEE", "Error"),
      LimitCase(["onError": "fail"], "E", "Failed"),
      LimitCase(["onError": "inconclusive", "consecutiveErrorLimit": 0], "E", "Inconclusive"),
      LimitCase([:], "EEEES", "Successful"),
      LimitCase(["count": 3, "interval": "1m"], "SS", "Running"),
      LimitCase(["count": 3, "interval": "1m"], "SSS", "Successful"),
      LimitCase(["count": 3, "interval": "1m"], "SEES", "Running"),
      LimitCase(["count": "2", "interval": "1m"], "SS", "Successful"),
      LimitCase(["count": 3, "interval": "1m", "failureLimit": 1], "FSS", "Successful"),
      LimitCase(
        ["count": 3, "interval": "1m", "failureLimit": 1],
        "FSF",
        "Failed",
        #"Metric "m" assessed Failed due to failed (2) > failureLimit (1)"#
      ),
      LimitCase(["interval": "1m", "failureLimit": 2], "FSFSSSSSSSSSSS", "Running"),
      LimitCase(["interval": "1m", "failureLimit": 2], "FFF", "Failed"),
      LimitCase(["count": 3, "interval": "1m", "inconclusiveLimit": 1], "ISS", "Successful"),
      LimitCase(["count": 3, "interval": "1m", "inconclusiveLimit": 1], "II", "Inconclusive"),
      LimitCase(["consecutiveErrorLimit": 0], "E", "Error"),
      LimitCase(["consecutiveErrorLimit": "1"], "EE", "Error"),
      LimitCase(["interval": "1m", "consecutiveErrorLimit": 1], "ESESES", "Running"),
      LimitCase(["interval": "1m", "consecutiveSuccessLimit": 2, "failureLimit": 5], "SFSS", "Successful"),
      LimitCase(["interval": "1m", "consecutiveSuccessLimit": 2, "failureLimit": 5], "SESESF", "Running"),
      LimitCase(
        ["count": 4, "interval": "1m", "consecutiveSuccessLimit": 2, "failureLimit": 2],
        "SFSF",
        "Inconclusive",
        #"Metric "m" assessed Inconclusive due to count (4) reached with consecutiveSuccess (0) < consecutiveSuccessLimit (2)"#
      ),
      LimitCase(
        ["count": 3, "interval": "1m", "consecutiveSuccessLimit": 2, "failureLimit": -1],
        "FFF",
        "Failed",
        #"Metric "m" assessed Failed due to count (3) reached with consecutiveSuccess (0) < consecutiveSuccessLimit (2)"#
      ),
      LimitCase(
        ["interval": "1m", "consecutiveSuccessLimit": 1, "failureLimit": -1],
        "FFFFFFS",
        "Successful"
      ),
    ]
  )
  func limits(_ example: LimitCase) {
    var driver = Driver(analysisRun([metric("m", example.fields)]))
    #expect(driver.plan().measure == ["m"])
    for phase in example.phases { driver.feed("m", phase) }
    #expect(driver.phase == example.run)
    // The message of a limit that another case spells out is not repeated.
    let mustBeEmpty = example.run == "Running" || example.run == "Successful"
    #expect(driver.message == example.message || (example.message.isEmpty && !mustBeEmpty))
    let isDone = example.run != "Running"
    #expect((driver.run.at("status", "completedAt") != nil) == isDone)
  }

  @Test("starts its clock, says what it will measure, and asks for nothing twice")
  func start() {
    var driver = Driver(
      analysisRun([metric("m", ["interval": "30s"]), metric("late", ["initialDelay": "2m"])])
    )
    let plan = driver.plan()
    #expect(plan.measure == ["m"])
    #expect(plan.wake == driver.now + .seconds(120))
    #expect(driver.phase == "Running")
    #expect(driver.run.at("status", "startedAt")?.string == driver.now.rfc3339)
    #expect(driver.run.at("status", "runSummary")?.text() == #"{"count":2}"#)
    #expect(driver.plan().nextStatus == nil)
    #expect(driver.plan(inFlight: ["m"]).measure.isEmpty)
  }

  @Test("waits an interval after a success and ten seconds after an error")
  func pace() {
    for (interval, wait) in [("1m", 10), ("5s", 10)] {
      var driver = Driver(analysisRun([metric("m", ["interval": .string(interval)])]))
      driver.plan()
      #expect(driver.feed("m", .error).wake == driver.now + .seconds(wait))
      driver.now = driver.now + .seconds(wait)
      #expect(driver.plan().measure == ["m"])
      let plan = driver.feed("m", .successful)
      #expect(plan.wake == driver.now + (interval == "1m" ? .seconds(60) : .seconds(5)))
    }
    var once = Driver(analysisRun([metric("m")]))
    once.plan()
    #expect(once.feed("m", .error).wake == once.now + .seconds(10))
  }

  @Test("counts an interval from the end of a measurement, and the initial delay from the run's start, once")
  func clock() {
    var driver = Driver(analysisRun([metric("m", ["interval": "30s", "initialDelay": "2m"])]))
    let start = driver.now
    driver.plan()
    for (startedAfter, finishedAfter, next) in [(120, 150, 180), (180, 185, 215)] {
      driver.now = start + .seconds(startedAfter)
      #expect(driver.plan().measure == ["m"])
      driver.now = start + .seconds(finishedAfter)
      let measurement = Measurement(
        phase: .successful,
        startedAt: start + .seconds(startedAfter),
        finishedAt: driver.now
      )
      #expect(driver.take("m", measurement).wake == start + .seconds(next))
    }
  }

  @Test("goes on until every metric has ended, though one has already succeeded")
  func everyMetric() {
    var driver = Driver(
      analysisRun([metric("a"), metric("b", ["interval": "1m", "count": 2]), metric("c")])
    )
    driver.plan()
    driver.feed("a", .successful)
    driver.feed("c", .successful)
    driver.feed("b", .successful)
    #expect(driver.phase == "Running" && driver.result("a")?["phase"] == "Successful")
    driver.feed("b", .successful)
    #expect(driver.phase == "Successful" && driver.message.isEmpty)
  }

  @Test("keeps a fraction of a second, so that short intervals are no burst")
  func shortIntervals() {
    var driver = Driver(analysisRun([metric("m", ["interval": "500ms"])]))
    driver.now = Instant(nanosecondsSinceEpoch: driver.now.nanosecondsSinceEpoch + 900_000_000)
    driver.plan()
    #expect(driver.feed("m", .successful).wake == driver.now + .milliseconds(500))
    #expect(driver.plan().measure.isEmpty)
  }

  @Test("stops all other metrics as soon as one has failed")
  func failFast() {
    var driver = Driver(
      analysisRun([metric("a", ["interval": "1m"]), metric("b"), metric("never", ["initialDelay": "1h"])])
    )
    driver.plan()
    driver.feed("a", .successful)
    let plan = driver.feed("b", .failed, message: "no good")
    #expect(plan.measure.isEmpty && plan.wake == nil)
    #expect(driver.phase == "Failed")
    #expect(
      driver.message
        == #"Metric "b" assessed Failed due to failed (1) > failureLimit (0): "Error Message: no good""#
    )
    #expect(driver.result("a")?["phase"] == "Successful")
    #expect(driver.result("never") == nil)
    #expect(driver.run.at("status", "runSummary")?.text() == #"{"count":3,"failed":1,"successful":1}"#)
  }

  @Test("takes the worst phase of its metrics: Failed before Error before Inconclusive")
  func worst() {
    let names: [(String, AnalysisPhase)] = [("a", .inconclusive), ("b", .failed), ("c", .error)]
    var driver = Driver(analysisRun(names.map { metric($0.0, ["consecutiveErrorLimit": 0]) }))
    driver.plan()
    let taken = names.map { name, phase in
      TakenMeasurement(metric: name, measurement: Measurement(phase: phase, finishedAt: driver.now))
    }
    let status = foldMeasurements(taken, into: driver.run, now: driver.now).nextStatus
    #expect(status?["phase"] == "Failed")
    #expect(status?["runSummary"]?.text() == #"{"count":3,"error":1,"failed":1,"inconclusive":1}"#)
  }

  @Test("ends at once when it is terminated")
  func terminate() {
    var driver = Driver(analysisRun([metric("m", ["interval": "1m"]), metric("n")], ["terminate": true]))
    #expect(driver.plan().measure.isEmpty)
    #expect(driver.phase == "Successful")
    #expect(driver.message == "Run Terminated")
    #expect(driver.run.at("status", "metricResults") == nil)

    var second = Driver(analysisRun([metric("m", ["interval": "1m"])]))
    second.plan()
    second.feed("m", .successful)
    second.run.set(true, at: "spec", "terminate")
    second.plan()
    #expect(second.phase == "Successful")
    #expect(second.result("m")?["phase"] == "Successful")
  }

  @Test("ends a measurement in flight when it is over, and lets the caller stop the Job")
  func terminateInFlight() {
    var driver = Driver(analysisRun([metric("job", ["provider": ["job": ["spec": [:]]]]), metric("m")]))
    #expect(driver.plan().measure == ["job", "m"])
    let resumeAt = driver.now + .seconds(90)
    let begun = Measurement(phase: .running, startedAt: driver.now, resumeAt: resumeAt)
    let plan = foldMeasurements(
      [TakenMeasurement(metric: "job", measurement: begun)],
      into: driver.run,
      now: driver.now,
      inFlight: ["m"]
    )
    driver.run["status"] = plan.nextStatus
    #expect(plan.wake == resumeAt)
    #expect(driver.result("job")?["phase"] == "Running")
    driver.now = resumeAt
    #expect(driver.plan().resume == ["job"])
    let end = driver.feed("m", .failed)
    #expect(end.terminate == ["job"])
    #expect(driver.phase == "Failed")
    #expect(driver.result("job")?["measurements"]?[0]?["message"] == "Metric Terminated")
    #expect(driver.result("job")?["inconclusive"] == nil)
  }

  @Test("replaces the measurement in flight by the one that ended it")
  func resume() {
    var driver = Driver(analysisRun([metric("job", ["provider": ["job": ["spec": [:]]]])]))
    driver.plan()
    driver.feed("job", .running)
    driver.feed("job", .running)
    driver.feed("job", .successful)
    #expect(driver.phase == "Successful")
    #expect(driver.result("job")?["measurements"]?.array?.count == 1)
    #expect(driver.result("job")?["count"] == 1)
  }

  @Test("is not moved by dry-run metrics, and shows what they would have done")
  func dryRun() {
    for pattern in ["^tri", "trial", "rial$"] {
      let rule: JSONValue = [["metricName": .string(pattern)]]
      var driver = Driver(analysisRun([metric("trial"), metric("real")], ["dryRun": rule]))
      driver.plan()
      driver.feed("trial", .failed)
      #expect(driver.phase == "Running")
      driver.feed("real", .successful)
      #expect(driver.phase == "Successful")
      #expect(driver.result("trial")?["dryRun"] == true)
      #expect(
        driver.result("trial")?["message"] == "Metric assessed Failed due to failed (1) > failureLimit (0)"
      )
      #expect(driver.run.at("status", "dryRunSummary")?.text() == #"{"count":1,"failed":1}"#)
      #expect(driver.run.at("status", "runSummary")?.text() == #"{"count":1,"successful":1}"#)
    }
    var only = Driver(analysisRun([metric("m")], ["dryRun": [["metricName": "*"]]]))
    only.plan()
    only.feed("m", .failed)
    #expect(only.phase == "Successful")
  }

  @Test("keeps the last ten measurements, or as many as its rule says")
  func retention() {
    for (rule, kept) in [
      (JSONValue.array([]), 10), ([["metricName": "m", "limit": 20]], 20),
      ([["metricName": "m", "limit": 2]], 2), ([["metricName": "m", "limit": 0]], 10),
    ] {
      var driver = Driver(analysisRun([metric("m", ["interval": "1m"])], ["measurementRetention": rule]))
      driver.plan()
      for _ in 0..<25 { driver.feed("m", .successful) }
      #expect(driver.result("m")?["measurements"]?.array?.count == kept)
      #expect(driver.result("m")?["count"] == 25)
    }
  }

  @Test("keeps fields of the status that it does not know")
  func unknownFields() {
    var driver = Driver(analysisRun([metric("m", ["interval": "1m"])]))
    driver.run.set("kept", at: "status", "future")
    driver.plan()
    driver.feed("m", .successful)
    var noted = driver.result("m")
    noted?["note"] = 1
    driver.run.set(.array([noted ?? .null]), at: "status", "metricResults")
    driver.feed("m", .successful)
    #expect(driver.run.at("status", "future") == "kept")
    #expect(driver.result("m")?["note"] == 1)
  }

  @Test(
    "tells when it is to be deleted",
    arguments: [
      ("Successful", ["secondsAfterSuccess": 10, "secondsAfterCompletion": 99], 10),
      ("Failed", ["secondsAfterFailure": 20], 20), ("Error", ["secondsAfterFailure": 20], nil),
      ("Error", ["secondsAfterCompletion": 30], 30), ("Running", ["secondsAfterCompletion": 30], nil),
      ("Successful", ["secondsAfterFailure": 20, "secondsAfterCompletion": 30], 30),
      ("Failed", ["secondsAfterSuccess": 10, "secondsAfterCompletion": 30], 30),
      ("Inconclusive", ["secondsAfterSuccess": 10, "secondsAfterFailure": 20], nil),
      ("Inconclusive", ["secondsAfterFailure": 20, "secondsAfterCompletion": 30], 30),
      ("Successful", ["secondsAfterSuccess": 0], 0),
    ] as [(String, JSONValue, Int?)]
  )
  func expiry(_ phase: String, _ strategy: JSONValue, _ seconds: Int?) {
    var run = analysisRun([metric("m")], ["ttlStrategy": strategy])
    run["status"] = ["phase": .string(phase), "completedAt": "2026-01-01T00:00:00Z"]
    let start = Instant("2026-01-01T00:00:00Z")
    #expect(analysisRunExpiry(run) == seconds.flatMap { wait in start.map { $0 + .seconds(wait) } })
  }
}
