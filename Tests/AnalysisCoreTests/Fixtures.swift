import AnalysisCore
import Primitives

/// A metric with a Prometheus query, and the given fields.
func metric(_ name: String, _ fields: JSONFields = [:]) -> JSONValue {
  let base: JSONFields = [
    "name": .string(name), "successCondition": "result[0] >= 0.95",
    "provider": ["prometheus": ["address": "http://prometheus", "query": "up"]],
  ]
  return .object(base.merging(fields) { $1 })
}

func analysisRun(_ metrics: [JSONValue], _ fields: JSONFields = [:]) -> JSONValue {
  let spec = fields.merging(["metrics": .array(metrics)]) { old, _ in old }
  return [
    "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisRun",
    "metadata": ["name": "run", "namespace": "shop"],
    "spec": .object(spec),
  ]
}

/// A run that is driven by hand: time passes, measurements come in.
struct Driver {
  var run: JSONValue
  var now = Instant(secondsSinceEpoch: 1_800_000_000)

  init(_ run: JSONValue) { self.run = run }

  @discardableResult
  mutating func plan(inFlight: Set<String> = []) -> AnalysisPlan {
    let plan = planAnalysisRun(run: run, now: now, inFlight: inFlight)
    if let status = plan.nextStatus { run["status"] = status }
    return plan
  }

  /// Takes in a measurement of each phase, each a minute after the last.
  @discardableResult
  mutating func feed(_ metric: String, _ phases: AnalysisPhase..., message: String = "") -> AnalysisPlan {
    var plan = AnalysisPlan()
    for phase in phases {
      now = now + .seconds(60)
      let measurement = Measurement(
        phase: phase,
        value: "[1]",
        message: message,
        startedAt: now,
        finishedAt: now
      )
      let taken = [TakenMeasurement(metric: metric, measurement: measurement)]
      plan = foldMeasurements(taken, into: run, now: now)
      if let status = plan.nextStatus { run["status"] = status }
    }
    return plan
  }

  /// Takes in one measurement at the present time.
  @discardableResult
  mutating func take(_ metric: String, _ measurement: Measurement) -> AnalysisPlan {
    fold(TakenMeasurement(metric: metric, measurement: measurement))
  }

  /// Takes in that the provider is away.
  @discardableResult
  mutating func take(_ metric: String, postponed: Postponement) -> AnalysisPlan {
    fold(TakenMeasurement(metric: metric, postponed: postponed))
  }

  private mutating func fold(_ entry: TakenMeasurement) -> AnalysisPlan {
    let plan = foldMeasurements([entry], into: run, now: now)
    if let status = plan.nextStatus { run["status"] = status }
    return plan
  }

  var phase: String { run.at("status", "phase")?.string ?? "" }
  var message: String { run.at("status", "message")?.string ?? "" }

  func result(_ name: String) -> JSONValue? {
    run.at("status", "metricResults")?.array?.first { $0["name"]?.string == name }
  }
}
