import Primitives

/// Where a metric stands after its measurements, and why.
struct MetricVerdict: Sendable {
  let phase: AnalysisPhase
  /// Which limit decided; empty when none did.
  let reason: String

  /// Assesses a metric; a phase that is final stays.
  ///
  /// When several limits are exceeded at once, Error outweighs Inconclusive, which outweighs Failed, as in Argo
  /// Rollouts; a phase, once reached, ends the metric, so that this is rare.
  init(of metric: MetricSpec, result: MetricResult, now: Instant, isTerminating: Bool) {
    let (exceeded, exceededReason) = Self.exceededLimit(of: metric, result)
    if result.phase.isCompleted {
      let isJudged = metric.compares && result.last?.phase != .error
      let end = isJudged ? result.last?.message ?? "" : Self.shortfall(of: metric, result)
      let other = result.waiting.map { Self.overdue($0, metric) } ?? end
      self.init(result.phase, exceeded == result.phase && !isJudged ? exceededReason : other)
    } else if let waiting = result.waiting, !isTerminating, !result.isInFlight || metric.compares,
      exceeded == nil,
      now - waiting.since >= metric.evidenceDeadline
    {
      self.init(.inconclusive, Self.overdue(waiting, metric))
    } else if result.last == nil {
      self.init(isTerminating ? .successful : .pending)
    } else if result.isInFlight {
      self.init(.running)
    } else if metric.compares, let last = result.last, last.phase != .error {
      // The judge's word is final: no limit makes a success of it.
      self.init(last.phase, last.message)
    } else if let exceeded {
      self.init(exceeded, exceededReason)
    } else if metric.hasConsecutiveSuccessLimit, result.consecutiveSuccess >= metric.consecutiveSuccessLimit {
      self.init(.successful)
    } else if let count = metric.effectiveCount, result.count >= count {
      let isEnough = !metric.hasConsecutiveSuccessLimit
      self.init(
        isEnough ? .successful : metric.hasFailureLimit ? .inconclusive : .failed,
        Self.shortfall(of: metric, result)
      )
    } else {
      self.init(isTerminating ? .successful : .running)
    }
  }

  private init(_ phase: AnalysisPhase, _ reason: String = "") {
    self.phase = phase
    self.reason = phase == .successful ? "" : reason
  }

  private static func exceededLimit(
    of metric: MetricSpec,
    _ result: MetricResult
  ) -> (AnalysisPhase?, String) {
    if result.consecutiveError > metric.consecutiveErrorLimit {
      let limit = "consecutiveErrorLimit (\(metric.consecutiveErrorLimit))"
      let phase: AnalysisPhase =
        metric.policy(for: result.last?.gap ?? .error) == .error ? .error : .inconclusive
      return (phase, "consecutiveErrors (\(result.consecutiveError)) > \(limit)")
    }
    if result.inconclusive > metric.inconclusiveLimit {
      let limit = "inconclusiveLimit (\(metric.inconclusiveLimit))"
      return (.inconclusive, "inconclusive (\(result.inconclusive)) > \(limit)")
    }
    if metric.hasFailureLimit, result.failed > metric.failureLimit {
      return (.failed, "failed (\(result.failed)) > failureLimit (\(metric.failureLimit))")
    }
    return (nil, "")
  }

  private static func overdue(_ waiting: (since: Instant, reason: String), _ metric: MetricSpec) -> String {
    let limit = "evidenceDeadline (\(metric.evidenceDeadline.goText))"
    return "no evidence since \(waiting.since.rfc3339) > \(limit): \(waiting.reason)"
  }

  /// What was missing when the count was reached without enough successes in a row.
  private static func shortfall(of metric: MetricSpec, _ result: MetricResult) -> String {
    guard metric.hasConsecutiveSuccessLimit else { return "" }
    let limit = "consecutiveSuccessLimit (\(metric.consecutiveSuccessLimit))"
    return "count (\(result.count)) reached with consecutiveSuccess (\(result.consecutiveSuccess)) < \(limit)"
  }
}

extension MetricSpec {
  /// When the next measurement is due after the last one: an interval later, 10 s later after an error as in Argo
  /// Rollouts. A metric without an interval is measured again only after an error or without enough evidence.
  func nextMeasurement(after last: Measurement, now: Instant) -> Instant {
    let retry = Duration.seconds(10)
    let gap = last.phase == .error ? retry : interval ?? (last.isInsufficient ? retry : .zero)
    return (last.finishedAt ?? last.startedAt ?? now) + max(gap, .zero)
  }
}
