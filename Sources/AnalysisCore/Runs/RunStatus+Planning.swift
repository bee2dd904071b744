import Primitives

extension RunStatus {
  mutating func take(_ entry: TakenMeasurement, _ run: ResolvedRun, now: Instant) {
    guard let metric = run.metric(named: entry.metric) else { return }
    var result = result(of: metric.name) ?? MetricResult(["name": .string(metric.name), "phase": "Running"])
    guard !result.phase.isCompleted else { return }
    result.isDryRun = run.dryRun.contains(metric.name)
    switch metric.provider {
    case .prometheus(let query): result.metadata["ResolvedPrometheusQuery"] = query.query
    case .newRelic(let query): result.metadata["ResolvedNewRelicQuery"] = query.query
    default: break
    }
    switch entry.outcome {
    case .measured(var measurement):
      // An error of a Job, or of an argument's Secret, was held against no policy yet.
      if let gap = measurement.gap, metric.policy(for: gap) == .fail { measurement.phase = .failed }
      result.take(measurement)
    case .postponed(let postponement): result.postpone(postponement)
    }
    set(result, in: run)
    // Limits hold after every measurement, so that several at once end a metric no later than one by one.
    assess(run, now: now, isTerminating: false)
  }

  /// Decides about every metric, and about the run when all are decided or one ends it.
  mutating func conclude(_ run: ResolvedRun, now: Instant) -> AnalysisPlan {
    var plan = AnalysisPlan()
    assess(run, now: now, isTerminating: false)
    let isTerminating = run.isTerminated || results.contains { $0.endsRun(run) }
    if isTerminating {
      for var result in results where result.isInFlight && run.metric(named: result.name) != nil {
        plan.terminate.append(result.name)
        result.endInFlight(now: now)
        set(result, in: run)
      }
      assess(run, now: now, isTerminating: true)
    }
    let open = run.metrics.contains { result(of: $0.name)?.phase.isCompleted != true }
    guard isTerminating || !open else {
      tellWhatIsWaitedFor(run)
      return plan
    }
    let (phase, message) = worst(run, now: now)
    let fallback = run.isTerminated ? "Run Terminated" : ""
    complete(phase, message: message.isEmpty ? fallback : message, now: now)
    return plan
  }

  /// A run that is not over has a message exactly while a metric waits for evidence or compares.
  private mutating func tellWhatIsWaitedFor(_ run: ResolvedRun) {
    for metric in run.metrics {
      guard let waiting = result(of: metric.name)?.waiting else { continue }
      return note("Metric \"\(metric.name)\" is waiting: \(waiting.reason)")
    }
    for metric in run.metrics where metric.compares {
      guard let last = result(of: metric.name)?.last, !last.phase.isCompleted, !last.message.isEmpty else {
        continue
      }
      return note("Metric \"\(metric.name)\" is being compared: \(last.message)")
    }
    note("")
  }

  private mutating func assess(_ run: ResolvedRun, now: Instant, isTerminating: Bool) {
    for metric in run.metrics {
      guard var result = result(of: metric.name) else { continue }
      let verdict = MetricVerdict(of: metric, result: result, now: now, isTerminating: isTerminating)
      guard result.phase != verdict.phase else { continue }
      result.phase = verdict.phase
      result.message = result.last?.message ?? ""
      if run.dryRun.contains(metric.name), verdict.phase.isCompleted, !verdict.reason.isEmpty {
        result.message = "Metric assessed \(verdict.phase.rawValue) due to \(verdict.reason)"
      }
      set(result, in: run)
    }
  }

  /// The worst phase of the metrics that count, and its reason; Successful when none has a phase.
  private func worst(_ run: ResolvedRun, now: Instant) -> (AnalysisPhase, String) {
    var worst = AnalysisPhase.successful
    var message = ""
    for metric in run.metrics where !run.dryRun.contains(metric.name) {
      guard let result = result(of: metric.name), result.phase.isWorse(than: worst) else { continue }
      worst = result.phase
      let verdict = MetricVerdict(of: metric, result: result, now: now, isTerminating: true)
      message = "Metric \"\(metric.name)\" assessed \(worst.rawValue)"
      if !verdict.reason.isEmpty { message += " due to \(verdict.reason)" }
      if !result.message.isEmpty, !verdict.reason.hasSuffix(result.message) {
        message += ": \"Error Message: \(result.message)\""
      }
    }
    return (worst, message)
  }

  /// Finds what is due now and when something will be.
  func schedule(_ run: ResolvedRun, now: Instant, inFlight: Set<String>, in plan: inout AnalysisPlan) {
    for metric in run.metrics where !inFlight.contains(metric.name) {
      let result = result(of: metric.name)
      if result?.phase.isCompleted == true { continue }
      if let since = result?.waiting?.since {
        let deadline = since + metric.evidenceDeadline
        plan.wake = min(plan.wake ?? deadline, deadline)
      }
      let due: Instant
      if let retryAt = result?.retryAt {
        due = retryAt
      } else if let last = result?.last {
        due =
          result?.isInFlight == true
          ? last.resumeAt ?? now : metric.nextMeasurement(after: last, now: now)
      } else {
        due = (startedAt ?? now) + metric.initialDelay
      }
      if due > now {
        plan.wake = min(plan.wake ?? due, due)
      } else if result?.isInFlight == true {
        plan.resume.append(metric.name)
      } else {
        plan.measure.append(metric.name)
      }
    }
  }

  /// Forgets old measurements: the last 10 are kept, or as many as a retention rule says.
  ///
  /// Returns the Jobs of those that are forgotten.
  mutating func trim(_ run: ResolvedRun) -> [JobReference] {
    var forgotten: [JobReference] = []
    for metric in run.metrics {
      guard var result = result(of: metric.name) else { continue }
      let limit = run.retention[metric.name] ?? 10
      guard result.measurements.count > limit else { continue }
      forgotten += result.keep(last: limit)
      set(result, in: run)
    }
    return forgotten
  }
}

extension MetricResult {
  /// Whether the metric's phase ends the whole run.
  func endsRun(_ run: ResolvedRun) -> Bool {
    guard run.metric(named: name) != nil, !run.dryRun.contains(name) else { return false }
    return phase == .failed || phase == .error || phase == .inconclusive
  }
}
