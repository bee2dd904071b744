import AnalysisCore
import Primitives
import Testing

/// Runs random specifications through random histories in virtual time.
private struct Simulation {
  var random: SeededRandom
  var run: JSONValue
  var now = Instant(secondsSinceEpoch: 1_800_000_000)
  /// Metrics being measured, and when their measurement ends.
  var inFlight: [String: Instant] = [:]
  /// Measurements that the planner took while the metric was open.
  var fed: [String: [AnalysisPhase: Int]] = [:]

  init(seed: UInt64) {
    random = SeededRandom(seed: seed)
    run = .null
    let metrics = (0..<Int.random(in: 1...3, using: &random)).map { randomMetric($0) }
    var fields: JSONFields = [:]
    if chance(20) { fields["dryRun"] = [["metricName": "m0"]] }
    if chance(20) { fields["measurementRetention"] = [["metricName": "m", "limit": 3]] }
    run = analysisRun(metrics, fields)
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

  private mutating func randomMetric(_ index: Int) -> JSONValue {
    // No condition is asked here, and reading one costs more than all the rest.
    var fields: JSONFields = ["successCondition": ""]
    let limit = Int64.random(in: 0...2, using: &random)
    if chance(80) { fields["interval"] = ["1s", "500ms", "30s", "5m"].randomElement(using: &random) }
    if chance(60) {
      let least = Int64(fields["interval"] == nil ? 1 : 3)
      fields["count"] = .int(fields["interval"] == nil ? 1 : .random(in: least...8, using: &random))
    }
    if chance(30) { fields["initialDelay"] = ["10s", "2m"].randomElement(using: &random) }
    if chance(40), fields["interval"] != nil { fields["failureLimit"] = .int(limit) }
    if chance(30), fields["interval"] != nil { fields["inconclusiveLimit"] = .int(limit) }
    if chance(30) { fields["consecutiveErrorLimit"] = .int(limit) }
    if chance(20), fields["interval"] != nil { fields["consecutiveSuccessLimit"] = 1 }
    if chance(15) { fields["provider"] = ["job": ["spec": [:]]] }
    if chance(2) { fields["count"] = -1 }
    if chance(2) { fields["failureLimit"] = -5 }
    return metric("m\(index)", fields)
  }

  mutating func randomPhase() -> AnalysisPhase {
    let roll = Int.random(in: 0..<100, using: &random)
    return roll < 70
      ? .successful : roll < 82 ? .failed : roll < 88 ? .inconclusive : roll < 96 ? .error : .running
  }

  var phase: AnalysisPhase? { run.at("status", "phase")?.string.flatMap(AnalysisPhase.init) }

  mutating func apply(_ plan: AnalysisPlan) {
    if let status = plan.nextStatus { run["status"] = status }
    for name in plan.measure + plan.resume {
      inFlight[name] = now + .milliseconds(Int.random(in: 0...4000, using: &random))
    }
  }

  /// The measurements that have ended, taken in; some runs lose them, as a killed controller does.
  mutating func finish() -> AnalysisPlan {
    var taken: [TakenMeasurement] = []
    for (name, end) in inFlight.sorted(by: { $0.key < $1.key }) where end <= now {
      inFlight[name] = nil
      if chance(3) { continue }
      let phase = randomPhase()
      let isOpen = phase != .running
      let resumeAt = isOpen ? nil : now + .seconds(5)
      let measurement = Measurement(
        phase: phase,
        startedAt: now,
        finishedAt: isOpen ? now : nil,
        resumeAt: resumeAt
      )
      taken.append(TakenMeasurement(metric: name, measurement: measurement))
    }
    let before = completed
    let wasCompleted = self.phase?.isCompleted == true
    let plan = foldMeasurements(taken, into: run, now: now, inFlight: Set(inFlight.keys))
    for entry in taken where !wasCompleted && !before.contains(entry.metric) {
      guard case .measured(let measurement) = entry.outcome else { continue }
      fed[entry.metric, default: [:]][measurement.phase, default: 0] += 1
    }
    return plan
  }

  private var completed: Set<String> {
    let results = run.at("status", "metricResults")?.array ?? []
    return Set(
      results.filter { $0["phase"]?.string.flatMap(AnalysisPhase.init)?.isCompleted == true }
        .compactMap { $0["name"]?.string }
    )
  }
}

@Suite("Random analysis runs")
struct AnalysisSimulationTests {
  @Test(
    "always have an end, a wake or a measurement, and count what they are fed: 5,000 of them",
    arguments: [0..<2500, 2500..<5000]
  )
  func simulate(_ seeds: Range<Int>) {
    var ended = 0
    var problems: [String] = []
    for seed in seeds {
      var simulation = Simulation(seed: UInt64(seed))
      if let problem = Self.play(&simulation) { problems.append("seed \(seed): \(problem)") }
      if simulation.phase?.isCompleted == true { ended += 1 }
    }
    #expect(problems.isEmpty, "\(problems.prefix(5))")
    #expect(ended > seeds.count / 2, "ended \(ended)")
  }

  /// Plays one history; the first rule that is broken, or nil.
  private static func play(_ simulation: inout Simulation) -> String? {
    for step in 0..<24 {
      let plan = simulation.finish()
      simulation.apply(plan)
      if let problem = unrestProblem(simulation) { return "step \(step): \(problem)" }
      if let problem = counterProblem(simulation) { return "step \(step): \(problem)" }
      if simulation.phase?.isCompleted == true { return afterEnd(simulation) }
      guard let next = ([plan.wake] + simulation.inFlight.values.map { $0 }).compactMap({ $0 }).min() else {
        return "step \(step): nothing will ever happen"
      }
      if next < simulation.now { return "step \(step): a wake in the past" }
      simulation.now = max(next, simulation.now)
      if simulation.chance(2) { simulation.run.set(true, at: "spec", "terminate") }
    }
    return nil
  }

  /// A second plan for the same moment has nothing new; asked at a quarter of the steps, since it costs as much as one.
  private static func unrestProblem(_ simulation: Simulation) -> String? {
    guard simulation.now.secondsSinceEpoch % 4 == 0 else { return nil }
    let inFlight = Set(simulation.inFlight.keys)
    let again = planAnalysisRun(run: simulation.run, now: simulation.now, inFlight: inFlight)
    if again.nextStatus != nil { return "the second plan has a status" }
    return again.measure + again.resume == [] ? nil : "the second plan measures again"
  }

  private static func counterProblem(_ simulation: Simulation) -> String? {
    for result in simulation.run.at("status", "metricResults")?.array ?? [] {
      let fed = simulation.fed[result["name"]?.string ?? ""] ?? [:]
      let counters: [(String, AnalysisPhase)] = [
        ("successful", .successful), ("failed", .failed), ("inconclusive", .inconclusive), ("error", .error),
      ]
      for (key, phase) in counters where (result[key]?.int ?? 0) != (fed[phase] ?? 0) {
        return "\(key) is \(result[key]?.int ?? 0) after \(fed[phase] ?? 0) measurements"
      }
      if (result["measurements"]?.array?.count ?? 0) > 10 { return "too many measurements are kept" }
    }
    return nil
  }

  /// A run that has ended takes nothing in and asks for nothing.
  private static func afterEnd(_ simulation: Simulation) -> String? {
    if simulation.run.at("status", "completedAt") == nil { return "ended without a time" }
    let late = TakenMeasurement(metric: "m0", measurement: Measurement(phase: .failed))
    let later = simulation.now + .seconds(1000)
    return foldMeasurements([late], into: simulation.run, now: later) == AnalysisPlan()
      ? nil : "an ended run changes"
  }
}
