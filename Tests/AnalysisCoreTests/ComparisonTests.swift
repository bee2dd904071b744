import AnalysisCore
import Primitives
import Testing

@Suite("A metric that compares")
struct ComparisonTests {
  private static let counts: JSONValue = [
    "counts": [
      "canary": ["bad": "cb", "total": "ct"], "stable": ["bad": "sb", "total": "st"],
    ]
  ]

  private static func comparison(_ fields: [String: JSONValue]) throws -> Comparison {
    let spec = MetricSpec(metric("m", ["successCondition": "", "interval": "30s"].merging(fields) { $1 }))
    #expect(spec.issues(at: "m").isEmpty)
    return try #require(Comparison(spec, comparing: 1))
  }

  /// Plays looks with the same counts until there is a verdict.
  private static func play(
    _ canary: (Double, Double),
    _ stable: (Double, Double),
    _ fields: [String: JSONValue]
  ) throws
    -> (driver: Driver, looks: Int)
  {
    let comparison = try comparison(fields)
    var driver = Driver(analysisRun([metric("m", ["interval": "30s"].merging(fields) { $1 })]))
    driver.plan()
    var looks = 0
    var inFlight: Measurement?
    while driver.phase == "Running", looks < 200 {
      looks += 1
      let measurement = comparison.measurement(
        readings: [canary.0, canary.1, stable.0, stable.1].map { .counts(bad: [], total: $0) },
        weight: nil,
        inFlight: inFlight,
        startedAt: driver.now,
        finishedAt: driver.now
      )
      let plan = driver.take("m", measurement)
      inFlight = measurement
      guard let wake = plan.wake else { break }
      #expect(wake == driver.now + .seconds(30))
      driver.now = wake
      #expect(driver.plan().resume == ["m"])
    }
    return (driver, looks)
  }

  @Test("asks the same provider for the counts of both")
  func questions() throws {
    let questions = try Self.comparison(["compare": Self.counts]).questions
    let queries = questions.map { question in
      guard case .prometheus(let query) = question.provider else { return "" }
      return "\(question.isCanary) \(query.query) \(query.address)"
    }
    #expect(
      queries == [
        "true cb http://prometheus", "true ct http://prometheus", "false sb http://prometheus",
        "false st http://prometheus",
      ]
    )
  }

  @Test("asks for the buckets of a histogram in either spelling")
  func buckets() throws {
    let compare: JSONValue = ["histogram": ["canary": "c", "stable": "s", "bounds": [0.25, 1]]]
    let questions = try Self.comparison(["compare": compare]).questions
    #expect(questions.count == 6)
    guard case .prometheus(let query) = questions[2].provider else {
      Issue.record("not a Prometheus query")
      return
    }
    #expect(
      query.query
        == #"sum((c) * on (le) group_left () (label_replace(vector(1), "le", "1", "", "") or label_replace(vector(1), "le", "1.0", "", "")))"#
    )
  }

  @Test("fails when the canary is worse, passes when it is as good, by looks of one measurement")
  func verdicts() throws {
    let bad = try Self.play((6, 300), (30, 3000), ["compare": Self.counts])
    #expect(bad.driver.phase == "Failed" && bad.looks > 1)
    #expect(bad.driver.result("m")?["measurements"]?.array?.count == 1)
    #expect(bad.driver.result("m")?["failed"] == 1)
    let good = try Self.play((3, 300), (30, 3000), ["compare": Self.counts])
    #expect(good.driver.phase == "Successful" && good.looks > 1)
  }

  @Test(
    "is inconclusive when its looks are over and the evidence is not enough, and says what it waits for before"
  )
  func insufficient() throws {
    let few = try Self.play((0, 2), (0, 20), ["compare": Self.counts, "count": 3])
    #expect(few.looks == 3)
    #expect(few.driver.phase == "Inconclusive")
    let comparison = try Self.comparison(["compare": Self.counts])
    var driver = Driver(analysisRun([metric("m", ["compare": Self.counts])]))
    driver.plan()
    let measurement = comparison.measurement(
      readings: Array(repeating: .empty, count: 4),
      weight: nil,
      inFlight: nil,
      startedAt: driver.now,
      finishedAt: driver.now
    )
    driver.take("m", measurement)
    #expect(driver.phase == "Running")
    #expect(driver.message.hasPrefix(#"Metric "m" is being compared: "#), "\(driver.message)")
  }

  @Test("checks the routing only where the weight did not change during a look")
  func weights() throws {
    let comparison = try Self.comparison(["compare": Self.counts])
    let now = Instant(secondsSinceEpoch: 0)
    var inFlight: Measurement?
    for (weight, known) in [(20.0, false), (20, true), (40, false), (40, true)] {
      let measurement = comparison.measurement(
        readings: [1, 100, 1, 100].map { .counts(bad: [], total: $0) },
        weight: weight,
        inFlight: inFlight,
        startedAt: now,
        finishedAt: now
      )
      inFlight = measurement
      let record = try #require(try Judge.record(from: measurement.metadata))
      #expect((record.blocks.last?.weight == weight) == known)
    }
  }

  @Test("reads answers by what they are for")
  func readings() {
    #expect(Comparison.reading(.list([2, 3]), shortfall: nil, of: .bad) == .counts(bad: [], total: 5))
    #expect(Comparison.reading(.list([]), shortfall: nil, of: .bad) == .empty)
    #expect(Comparison.reading(.text("x"), shortfall: nil, of: .total) == .error("no number: x"))
    #expect(Comparison.reading(.list([2, 3]), shortfall: nil, of: .values) == .samples([2, 3]))
    #expect(Comparison.reading(.list([2]), shortfall: "half", of: .values) == .partial("half"))
  }

  @Test("needs no query of its own")
  func ownQuery() throws {
    let provider: JSONValue = ["prometheus": ["address": "http://prometheus"]]
    _ = try Self.comparison(["compare": Self.counts, "provider": provider])
  }

  @Test("says where its field is wrong")
  func issues() {
    let spec = MetricSpec(metric("m", ["compare": ["methud": "x"]]))
    #expect(spec.issues(at: "spec.metrics[0]").contains { $0.path.hasPrefix("spec.metrics[0].compare") })
  }
}
