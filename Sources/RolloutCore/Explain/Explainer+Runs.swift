import AnalysisCore
import KubeModel
import Primitives

/// Analysis runs and experiments in words and numbers.
extension Explainer {
  /// The runs of the release that are not over, and those that could not tell.
  var openRuns: [RolloutStatus.RunStatus] {
    [
      status.stepAnalysis, status.prePromotionAnalysis, status.postPromotionAnalysis,
      status.backgroundAnalysis,
    ]
    .compactMap { $0 }.filter { !$0.isCompleted || $0.phase == "Inconclusive" }
  }

  /// `AnalysisRun x (Running): success-rate 2 of 5 measurements, 1 failed; next at …`; nil without a run.
  var analysisText: String? {
    guard let known = openRuns.first(where: { $0.phase == "Inconclusive" }) ?? openRuns.first else {
      return nil
    }
    guard let run = situation.run(named: known.name) else {
      return "AnalysisRun \(known.name), which is being created"
    }
    var parts = RunTally.all(of: run).map(\.text)
    if let next = nextMeasurement(of: run) {
      parts.append(next <= now ? "being measured now" : "next measurement at \(at(next))")
    }
    let words = words(of: known, run)
    let message = words.isEmpty ? [] : [words]
    let phase = known.phase.isEmpty ? "Pending" : known.phase
    let detail = (parts + message).joined(separator: ", ")
    return "AnalysisRun \(known.name) (\(phase)\(detail.isEmpty ? "" : ": \(detail)"))"
  }

  /// Why a run could not tell, or, while it goes on, what it waits for and when a comparison is foreseen to see harm.
  func words(of known: RolloutStatus.RunStatus, _ run: JSONValue) -> String {
    trimmed(known.phase == "Inconclusive" ? known.message : run.status["message"]?.string ?? "")
  }

  /// When a run measures next; nil when it is over or only waits for a measurement in flight.
  func nextMeasurement(of run: JSONValue) -> Instant? {
    let plan = planAnalysisRun(run: run, now: now)
    return plan.measure.isEmpty && plan.resume.isEmpty ? plan.wake : now
  }

  /// The Experiment of the present step; nil when there is none.
  var experiment: JSONValue? {
    let name = status.currentExperiment
    return snapshot.experiments.first { !name.isEmpty && $0.name == name }
  }

  /// `Experiment x (Running): baseline Running, canary Progressing; ends at …`.
  var experimentText: String? {
    guard !status.currentExperiment.isEmpty else { return nil }
    guard let experiment else { return "Experiment \(status.currentExperiment), which is being created" }
    let templates = (experiment.status["templateStatuses"]?.array ?? []).map { template in
      let available = template["availableReplicas"]?.int ?? 0
      let replicas = template["replicas"]?.int ?? 0
      let state = template["status"]?.string ?? "Pending"
      return
        "\(template["name"]?.string ?? "") \(state) with \(available) of \(count(replicas, "pod")) available"
    }
    let runs = (experiment.status["analysisRuns"]?.array ?? []).map { run in
      "\(run["name"]?.string ?? "") \(run["phase"]?.string ?? "Pending")"
    }
    var parts = templates + runs
    if let end = experimentEnd { parts.append("ends at \(at(end))") }
    let phase = experiment.status["phase"]?.string ?? "Pending"
    return
      "Experiment \(experiment.name) (\(phase)\(parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))"))"
  }

  /// When the experiment's duration is over, counted from the moment at which all its pods were available.
  var experimentEnd: Instant? {
    guard let experiment, let duration = experiment.spec["duration"]?.string.flatMap(Duration.init(go:)),
      let start = experiment.status["availableAt"]?.string.flatMap(Instant.init)
    else { return nil }
    return start + duration
  }
}

/// How far one metric of a run is.
struct RunTally: Equatable {
  let metric: String
  let taken: Int
  /// Nil when it is measured for as long as the run lasts.
  let wanted: Int?
  let successful: Int
  let failed: Int
  let inconclusive: Int
  let errors: Int

  /// The tallies of a run's metrics, in the order of its spec.
  static func all(of run: JSONValue) -> [RunTally] {
    let results = run.status["metricResults"]?.array ?? []
    return (run.spec["metrics"]?.array ?? []).map { metric in
      let spec = MetricSpec(metric)
      let result = results.first { $0["name"]?.string == spec.name } ?? .object([:])
      let number = { (field: String) in result[field]?.int ?? 0 }
      return RunTally(
        metric: spec.name,
        taken: number("count") + number("error"),
        wanted: spec.effectiveCount,
        successful: number("successful"),
        failed: number("failed"),
        inconclusive: number("inconclusive"),
        errors: number("error")
      )
    }
  }

  var text: String {
    let counted = [
      (successful, "successful"), (failed, "failed"), (inconclusive, "inconclusive"), (errors, "in error"),
    ]
    .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    let of = wanted.map { " of \($0)" } ?? ""
    let noun = (wanted ?? taken) == 1 ? "measurement" : "measurements"
    let detail = counted.isEmpty ? "" : " (\(counted.joined(separator: ", ")))"
    return "\(metric) \(taken)\(of) \(noun)\(detail)"
  }

  var json: JSONValue {
    [
      "metric": .string(metric), "taken": JSONValue(taken), "wanted": wanted.map { JSONValue($0) } ?? .null,
      "successful": JSONValue(successful), "failed": JSONValue(failed),
      "inconclusive": JSONValue(inconclusive), "error": JSONValue(errors),
    ]
  }
}
