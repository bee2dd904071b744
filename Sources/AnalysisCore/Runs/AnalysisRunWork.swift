import KubeModel
package import Primitives

/// An AnalysisRun while it is worked on: its specification and status read once, so that a measurement costs little.
///
/// ``advance(with:now:inFlight:)`` is the whole of what happens to a run; ``foldMeasurements(_:into:now:inFlight:)`` is
/// the same from one JSON to the next.
package struct AnalysisRunWork: Sendable {
  private enum Specification: Sendable {
    case sound(ResolvedRun)
    /// It can never be measured; with the reason.
    case broken(String)
  }

  private var spec: JSONValue
  private var specification: Specification
  private var secrets: [SecretKeyReference]
  private var current: RunStatus

  package init(_ run: JSONValue) {
    spec = run.spec
    specification = Self.read(run)
    secrets = secretsNeeded(by: run.spec)
    current = RunStatus(run.status)
  }

  /// Takes the specification from a newer version of the run; the status here stays.
  package mutating func adopt(specificationOf run: JSONValue) {
    guard run.spec != spec else { return }
    spec = run.spec
    specification = Self.read(run)
    secrets = secretsNeeded(by: run.spec)
  }

  /// The whole status as it should be written.
  package var status: JSONValue { current.json }

  /// The phase of the run; nil before its first look.
  package var phase: AnalysisPhase? { current.phase }

  private static func read(_ run: JSONValue) -> Specification {
    do throws(ResolvedRun.Failure) {
      return .sound(try ResolvedRun(run))
    } catch {
      return .broken(error.message)
    }
  }

  /// Takes in what was measured and plans what is next; the status is in ``status``, not in the plan.
  ///
  /// A measurement of a run or a metric that is over, or of a metric that the run does not have, is dropped.
  package mutating func advance(
    with taken: [TakenMeasurement],
    now: Instant,
    inFlight: Set<String> = []
  ) -> AnalysisPlan {
    if current.phase?.isCompleted == true { return AnalysisPlan() }
    current.start(now: now)
    guard case .sound(let run) = specification else {
      if case .broken(let reason) = specification { current.complete(.error, message: reason, now: now) }
      return AnalysisPlan()
    }
    for entry in taken { current.take(entry, run, now: now) }
    var plan = current.conclude(run, now: now)
    if current.phase?.isCompleted != true {
      current.schedule(run, now: now, inFlight: inFlight, in: &plan)
      if !plan.measure.isEmpty || !plan.resume.isEmpty { plan.secrets = secrets }
    }
    plan.forget = current.trim(run)
    current.summarize(run)
    return plan
  }

  /// How many measurements of the metric have ended: what the next one's Job is numbered after.
  package func endedMeasurements(of metric: String) -> Int {
    current.result(of: metric).map { $0.count + $0.error } ?? 0
  }

  /// The metric with its arguments put in, ready to be asked; nil when the run has none of that name, cannot be measured,
  /// or takes arguments from Secrets, which are read at each measurement anew.
  package func metricToMeasure(_ name: String) -> MetricSpec? {
    guard secrets.isEmpty, case .sound(let run) = specification else { return nil }
    return run.metric(named: name)
  }

  /// The measurement of the metric that is in flight, if there is one.
  package func measurementInFlight(of metric: String) -> Measurement? {
    guard let result = current.result(of: metric), result.isInFlight else { return nil }
    return result.last
  }

  /// The keys of Secrets from which the run takes arguments.
  package var neededSecrets: [SecretKeyReference] { secrets }

  /// The last measurement of the metric.
  package func lastMeasurement(of metric: String) -> Measurement? { current.result(of: metric)?.last }

  /// Whether a plugin measures the metric, which is told when the run ends before it.
  package func isMeasuredByPlugin(_ metric: String) -> Bool {
    guard case .sound(let run) = specification, case .plugin = run.metric(named: metric)?.provider else {
      return false
    }
    return true
  }

  /// Whether a Job measures the metric.
  package func isMeasuredByJob(_ metric: String) -> Bool {
    guard case .sound(let run) = specification, case .job = run.metric(named: metric)?.provider else {
      return false
    }
    return true
  }
}
