import AnalysisCore
import Primitives
import Testing

@Suite("A metric without enough evidence")
struct EvidenceTests {
  private static let minSamples: JSONValue = ["count": 100, "query": "sum(increase(requests[1m]))"]

  private static func insufficient(_ driver: Driver, _ samples: Double) throws -> Measurement? {
    let spec = try #require(try metricToMeasure("m", of: driver.run))
    return spec.insufficientMeasurement(
      of: .list([0.2]),
      samples: samples,
      startedAt: driver.now,
      finishedAt: driver.now
    )
  }

  @Test("asks its own provider for the number of requests, or another one")
  func minimum() throws {
    let own = try #require(MetricSpec(metric("m", ["minSamples": Self.minSamples])).minSamples)
    #expect(own.count == 100)
    guard case .prometheus(let query) = own.provider else {
      Issue.record("not a Prometheus query")
      return
    }
    #expect(query.query == "sum(increase(requests[1m]))" && query.address == "http://prometheus")
    let other = metric("m", ["minSamples": ["count": "7", "provider": ["web": ["url": "http://x"]]]])
    #expect(MetricSpec(other).minSamples?.provider.name == "web")
    #expect(MetricSpec(metric("m")).minSamples == nil)
  }

  @Test(
    "counts what the answer holds",
    arguments: [
      (.missing, 0), (.number(5), 5), (.number(.nan), 0), (.list([1, 2, .nan]), 3), (.list([]), 0),
      (.json([1, 2]), 3), (.json(4), 4), (.text("9"), 9), (.text("many"), nil), (.json(["a": 1]), nil),
    ] as [(MetricValue, Double?)]
  )
  func samples(_ value: MetricValue, _ samples: Double?) {
    #expect(MinimumSamples.samples(in: value) == samples)
  }

  @Test("waits, says so, and counts neither for nor against the canary")
  func waits() throws {
    var driver = Driver(
      analysisRun([metric("m", ["minSamples": Self.minSamples, "interval": "1m", "count": 1])])
    )
    driver.plan()
    let measurement = try #require(try Self.insufficient(driver, 12))
    let plan = driver.take("m", measurement)
    #expect(plan.wake == driver.now + .seconds(60))
    #expect(driver.phase == "Running")
    #expect(driver.message == #"Metric "m" is waiting: insufficient evidence: 12 of at least 100 requests"#)
    for counter in ["count", "failed", "inconclusive", "error"] {
      #expect(driver.result("m")?[counter] == nil)
    }
    #expect(try Self.insufficient(driver, 100) == nil)
    driver.feed("m", .successful)
    #expect(driver.phase == "Successful")
    #expect(driver.message.isEmpty)
    #expect(driver.result("m")?["metadata"]?["waitingSince"] == nil)
  }

  @Test("is inconclusive when its deadline has passed, and not before")
  func deadline() throws {
    var driver = Driver(
      analysisRun([metric("m", ["minSamples": Self.minSamples, "evidenceDeadline": "90s"])])
    )
    driver.plan()
    let start = driver.now
    var last = start
    while driver.phase == "Running" {
      let measurement = try #require(try Self.insufficient(driver, 1))
      guard let plan = driver.take("m", measurement).wake else { break }
      #expect(plan <= start + .seconds(90))
      last = plan
      driver.now = plan
    }
    #expect(last == start + .seconds(90))
    #expect(driver.phase == "Inconclusive")
    #expect(driver.message.contains("insufficient evidence: 1 of at least 100 requests"), "\(driver.message)")
  }

  @Test("does not blame the canary for a provider that is away, and asks it again when it may")
  func outage() {
    var driver = Driver(analysisRun([metric("m", ["consecutiveErrorLimit": 0]), metric("other")]))
    driver.plan()
    let away = Postponement(
      reason: "prometheus at http://prometheus does not answer",
      since: driver.now,
      retryAt: driver.now + .seconds(20)
    )
    let plan = driver.take("m", postponed: away)
    #expect(plan.measure == ["other"])
    #expect(plan.wake == driver.now + .seconds(20))
    #expect(driver.message == #"Metric "m" is waiting: prometheus at http://prometheus does not answer"#)
    driver.feed("other", .successful)
    #expect(driver.phase == "Running")
    driver.now = away.since + .seconds(599)
    driver.take("m", postponed: away)
    #expect(driver.phase == "Running")
    driver.now = away.since + .seconds(600)
    driver.plan()
    #expect(driver.phase == "Inconclusive")
    #expect(driver.result("m")?["error"] == nil)
  }

  @Test("starts to wait anew after an answer")
  func recovery() {
    var driver = Driver(analysisRun([metric("m", ["interval": "1m"])]))
    driver.plan()
    for _ in 0..<5 {
      let away = Postponement(reason: "away", since: driver.now, retryAt: driver.now + .seconds(20))
      driver.take("m", postponed: away)
      driver.now = driver.now + .seconds(400)
      driver.feed("m", .successful)
    }
    #expect(driver.phase == "Running")
    #expect(driver.message.isEmpty)
  }

  @Test(
    "must be told a number and a query",
    arguments: [
      (["count": 0, "query": "q"], "m.minSamples.count: a number of requests above 0 is needed"),
      (["count": "x", "query": "q"], "m.minSamples.count: a number of requests above 0 is needed"),
      (["count": 5], "m.minSamples.query: a query for the number of requests is needed"),
    ] as [(JSONValue, String)]
  )
  func invalid(_ field: JSONValue, _ message: String) {
    let spec = MetricSpec(metric("m", ["minSamples": field, "evidenceDeadline": "soon"]))
    #expect(
      spec.issues(at: "m").map(\.description) == [
        message, "m.evidenceDeadline: invalid evidenceDeadline string: soon",
      ]
    )
  }
}
