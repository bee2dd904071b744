import AnalysisCore
import KubeModel
import Primitives
import Testing

@Suite("A metric that compares")
struct ComparisonTests {
  private static let counts: JSONValue = [
    "counts": [
      "canary": ["bad": "cb", "total": "ct"], "stable": ["bad": "sb", "total": "st"],
    ]
  ]

  private static func comparison(_ fields: JSONFields) throws -> Comparison {
    let spec = MetricSpec(
      metric("m", fields.merging(["successCondition": "", "interval": "30s"]) { old, _ in old })
    )
    #expect(spec.issues(at: "m").isEmpty)
    return try #require(Comparison(spec, comparing: 1))
  }

  /// Plays looks with the same counts until there is a verdict.
  private static func play(
    _ canary: (Double, Double),
    _ stable: (Double, Double),
    _ fields: JSONFields
  ) throws
    -> (driver: Driver, looks: Int)
  {
    try play(fields: fields) { _ in
      [canary.0, canary.1, stable.0, stable.1].map { .counts(bad: [], total: $0) }
    }
  }

  /// Plays looks, numbered from 0, until there is a verdict.
  private static func play(
    fields: JSONFields,
    readings: (Int) -> [ArmReading]
  ) throws
    -> (driver: Driver, looks: Int)
  {
    let comparison = try comparison(fields)
    var driver = Driver(analysisRun([metric("m", fields.merging(["interval": "30s"]) { old, _ in old })]))
    driver.plan()
    var looks = 0
    var inFlight: Measurement?
    while driver.phase == "Running", looks < 200 {
      let measurement = comparison.measurement(
        readings: readings(looks),
        weight: nil,
        inFlight: inFlight,
        startedAt: driver.now,
        finishedAt: driver.now
      )
      looks += 1
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

  @Test(
    "ends before its deadline whatever it has seen, with a forecast",
    arguments: [
      ([:], 121), (["evidenceDeadline": "5m"], 11), (["evidenceDeadline": "5m", "count": 4], 4),
    ] as [(JSONFields, Int)]
  )
  func deadline(fields: JSONFields, looks: Int) throws {
    // No errors at all: the odds of nothing can neither be shown to be worse nor to be as good.
    let played = try Self.play((0, 300), (0, 2700), fields.merging(["compare": Self.counts]) { $1 })
    #expect(played.looks == looks)
    #expect(played.driver.phase == "Inconclusive")
    let message = played.driver.message
    #expect(message.contains("insufficient evidence so far: 0 of"), "\(message)")
    #expect(!message.contains("inconclusiveLimit"), "\(message)")
    #expect(message.contains("; at 100 requests/s this gate needs about "), "\(message)")
  }

  @Test("ends when its looks have had no answer for long, with the provider's words")
  func unanswered() throws {
    for good in [0, 3] {
      let (driver, looks) = try Self.play(fields: ["compare": Self.counts]) { look in
        look < good
          ? [1, 100, 1, 100].map { .counts(bad: [], total: $0) }
          : Array(repeating: .error("503: overloaded"), count: 4)
      }
      #expect(looks == good + 21)
      #expect(driver.phase == "Inconclusive")
      #expect(driver.message.contains("503: overloaded"), "\(driver.message)")
    }
  }

  @Test("waits for a provider that is away while it compares, and no longer than the deadline")
  func away() throws {
    let comparison = try Self.comparison(["compare": Self.counts])
    var driver = Driver(analysisRun([metric("m", ["interval": "30s", "compare": Self.counts])]))
    driver.plan()
    func look(_ inFlight: Measurement?) -> Measurement {
      comparison.measurement(
        readings: [1, 100, 1, 100].map { .counts(bad: [], total: $0) },
        weight: nil,
        inFlight: inFlight,
        startedAt: driver.now,
        finishedAt: driver.now
      )
    }
    func postponed() -> Postponement {
      Postponement(reason: "prometheus is away", since: driver.now, retryAt: driver.now + .seconds(20))
    }
    let first = look(nil)
    driver.take("m", first)
    driver.now = driver.now + .seconds(30)
    driver.take("m", postponed: postponed())
    #expect(driver.message.contains("prometheus is away"))
    // It is back: nothing is waited for.
    driver.now = driver.now + .seconds(540)
    driver.take("m", look(first))
    #expect(driver.message.contains("is being compared"), "\(driver.message)")
    driver.now = driver.now + .seconds(120)
    driver.take("m", postponed: postponed())
    driver.now = driver.now + .seconds(599)
    driver.plan()
    #expect(driver.phase == "Running")
    driver.now = driver.now + .seconds(1)
    driver.plan()
    #expect(driver.phase == "Inconclusive")
    #expect(driver.message.contains("prometheus is away"), "\(driver.message)")
    #expect(driver.result("m")?["measurements"]?[0]?["phase"] == "Inconclusive")
  }

  @Test("of planned looks ends with the last of them")
  func planned() throws {
    let compare = Self.counts.object?.merging([
      "method": "groupSequential", "groupSequential": ["looks": 5],
    ]) { $1 }
    let played = try Self.play((3, 100), (20, 1000), ["compare": .object(compare ?? [:])])
    #expect(played.looks == 5)
    #expect(played.driver.phase == "Inconclusive")
  }

  @Test(
    "refuses counts over a longer time than lies between two looks",
    arguments: [
      ("increase(e[1m])", "30s", true), ("increase(e[30s])", "30s", false), ("increase(e[1m])", "1m", false),
      ("increase(e[1m])", "", true), ("increase(e[{{args.range}}])", "30s", false),
      ("sum_over_time(increase(e{path=~\"[5m]\"}[30s])[2m:30s])", "30s", true),
      ("increase(e[1m])", "{{args.interval}}", false),
    ]
  )
  func overlap(query: String, interval: String, isRefused: Bool) {
    let side: JSONValue = ["bad": .string(query), "total": "increase(t[30s])"]
    let compare: JSONValue = ["counts": ["canary": side, "stable": ["bad": "b", "total": "t"]]]
    let spec = MetricSpec(metric("m", ["compare": compare, "interval": .string(interval)]))
    let found = spec.issues(at: "m").filter { $0.reason.contains("counted more than once") }
    #expect(found.map(\.path) == (isRefused ? ["m.compare.counts.canary.bad"] : []))
  }

  @Test("whose looks are steps decides when the weight changes, and at its end")
  func steps() throws {
    func looks(_ weights: [Double], canaryBad: Double, count: Int = 0) throws -> [ComparisonRecord] {
      let group: JSONValue = ["looks": 4, "each": "step", "boundary": "lanDeMetsPocock"]
      let compare = MergePatch.apply(
        ["method": "groupSequential", "groupSequential": group],
        to: Self.counts
      )
      let comparison = try Self.comparison(["compare": compare, "count": JSONValue(count)])
      var records: [ComparisonRecord] = []
      var inFlight: Measurement?
      for weight in weights where records.last?.verdict.phase.isCompleted != true {
        let now = Instant(secondsSinceEpoch: Int64(records.count) * 30)
        inFlight = comparison.measurement(
          readings: [canaryBad, 100, 50, 1000].map { .counts(bad: [], total: $0) },
          weight: weight,
          inFlight: inFlight,
          startedAt: now,
          finishedAt: now
        )
        records.append(try #require(try Judge.record(from: inFlight?.metadata ?? [:])))
      }
      return records
    }
    // Bad from the beginning; only the end of the first step may say so.
    let bad = try looks([9, 9, 9, 9, 20, 20], canaryBad: 20)
    #expect(bad.map(\.verdict.phase) == [.running, .running, .running, .running, .failed])
    #expect(bad.last?.steps == 1)
    // Two steps and the end are three of four looks.
    let open = try looks([9, 9, 9, 9.5, 9.5, 10, 10], canaryBad: 8, count: 6)
    #expect(open.last?.steps == 2)
    #expect(open.last?.isConcluded == true)
    let rule = GroupSequentialRule(boundary: .lanDeMetsPocock, fractions: [0.25, 0.5, 0.75, 1])
    let ends = rule.boundaries(risk: 0.05)
    let none = Double.infinity
    #expect(open.map(\.evidence.harmBoundary) == [none, none, none, ends[0], none, ends[1], ends[2]])
    #expect(open.last?.message.contains(" to see a doubling of errors") == true)
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

  @Test("judges nothing before the routing was checked")
  func routingFirst() throws {
    for (weight, phases) in [(20.0, [AnalysisPhase.running, .running]), (nil, [.failed])] {
      let comparison = try Self.comparison(["compare": Self.counts])
      var inFlight: Measurement?
      for phase in phases {
        // The canary has half of the requests, and all that it gets fails.
        inFlight = comparison.measurement(
          readings: [900, 900, 9, 900].map { .counts(bad: [], total: $0) },
          weight: weight,
          inFlight: inFlight,
          startedAt: Instant(secondsSinceEpoch: 0),
          finishedAt: Instant(secondsSinceEpoch: 0)
        )
        #expect(inFlight?.phase == phase)
      }
      #expect(inFlight?.message.hasPrefix("the routing is wrong: ") == (weight != nil))
    }
  }

  @Test("reads answers by what they are for")
  func readings() {
    #expect(Comparison.reading(.list([2, 3]), shortfall: nil, of: .bad) == .counts(bad: [], total: 5))
    #expect(Comparison.reading(.list([]), shortfall: nil, of: .bad) == .empty)
    #expect(Comparison.reading(.list([2, .nan]), shortfall: nil, of: .bad) == .notANumber)
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
