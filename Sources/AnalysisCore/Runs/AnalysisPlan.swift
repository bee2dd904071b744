import KubeModel
package import Primitives

/// What is to be done for an AnalysisRun at one moment.
package struct AnalysisPlan: Sendable, Equatable {
  /// Metrics to be measured now, in the order of the specification.
  package var measure: [String]
  /// Metrics whose measurement in flight is to be looked at again now: Jobs, and what Kayenta judges.
  package var resume: [String]
  /// Metrics whose measurement in flight is over because the run is; what runs for it is to be stopped.
  package var terminate: [String]
  /// Jobs of measurements that are no longer kept; to be deleted.
  package var forget: [JobReference]
  /// The keys of Secrets without which nothing can be measured now.
  package var secrets: [SecretKeyReference]
  /// The whole next status; nil when it is as it should be.
  package var nextStatus: JSONValue?
  /// When to plan again though nothing changes; nil when nothing is to come, or when a measurement is.
  package var wake: Instant?

  package init(
    measure: [String] = [],
    resume: [String] = [],
    terminate: [String] = [],
    forget: [JobReference] = [],
    secrets: [SecretKeyReference] = [],
    nextStatus: JSONValue? = nil,
    wake: Instant? = nil
  ) {
    self.measure = measure
    self.resume = resume
    self.terminate = terminate
    self.forget = forget
    self.secrets = secrets
    self.nextStatus = nextStatus
    self.wake = wake
  }
}

/// Plans an AnalysisRun: which metrics are due, what its status is, when to look again.
///
/// Pure and total. A run without a final phase always has something to measure, something in flight, or a wake. A run
/// with a final phase has an empty plan, for ever. The second plan for the same moment has no status. `inFlight` names
/// the metrics that the caller is measuring at this moment, which the status does not show.
package func planAnalysisRun(run: JSONValue, now: Instant, inFlight: Set<String> = []) -> AnalysisPlan {
  foldMeasurements([], into: run, now: now, inFlight: inFlight)
}

/// Takes measurements into the status of a run and plans it.
///
/// A measurement of a run or a metric that is over, or of a metric that the run does not have, is dropped.
package func foldMeasurements(
  _ taken: [TakenMeasurement],
  into run: JSONValue,
  now: Instant,
  inFlight: Set<String> = []
) -> AnalysisPlan {
  var work = AnalysisRunWork(run)
  var plan = work.advance(with: taken, now: now, inFlight: inFlight)
  let next = work.status
  if next != run.status { plan.nextStatus = next }
  return plan
}

/// The status of a run that ends with phase Error for a reason outside its measurements.
package func failedAnalysisRunStatus(of run: JSONValue, message: String, now: Instant) -> JSONValue {
  var status = RunStatus(run.status)
  status.start(now: now)
  status.complete(.error, message: message, now: now)
  return status.json
}

/// When a finished run is to be deleted by its `ttlStrategy`; nil when never.
package func analysisRunExpiry(_ run: JSONValue) -> Instant? {
  guard let phase = run.status["phase"]?.string.flatMap(AnalysisPhase.init), phase.isCompleted,
    let completedAt = run.status["completedAt"]?.string.flatMap(Instant.init),
    let strategy = run.spec["ttlStrategy"]
  else { return nil }
  let specific =
    switch phase {
    case .successful: strategy["secondsAfterSuccess"]?.int
    case .failed: strategy["secondsAfterFailure"]?.int
    default: Int?.none
    }
  guard let seconds = specific ?? strategy["secondsAfterCompletion"]?.int else { return nil }
  return completedAt + .seconds(min(max(0, seconds), 4_000_000_000))
}
