import KubeModel
package import Primitives

/// One line for each metric of a run that was measured: phase, last values, and what they were held against.
///
/// Such as `success-rate: Failed, 0.79, 0.81 (condition result[0] >= 0.95; failed 2 > failureLimit 1)`: the evidence
/// in the message of a commit. Lines are short, whatever the provider said.
package func summaryLines(of run: JSONValue) -> [String] {
  let results = (run.status["metricResults"]?.array ?? []).map(MetricResult.init)
  let metrics = substitutedForDisplay(run)
  return results.map { result in
    line(for: result, metric: metrics.first { $0.name == result.name })
  }
}

private func substitutedForDisplay(_ run: JSONValue) -> [MetricSpec] {
  do throws(ArgumentError) {
    return try resolvedMetrics(of: run.spec, secrets: [:])
  } catch {
    return (run.spec["metrics"]?.array ?? []).map(MetricSpec.init)
  }
}

private func line(for result: MetricResult, metric: MetricSpec?) -> String {
  let shown = result.measurements.suffix(5).map(Measurement.init)
  let values = shown.map(text).filter { !$0.isEmpty }
  var line = "\(result.name): " + ([result.phase.rawValue] + values).joined(separator: ", ")
  var notes: [String] = []
  if let metric { notes += conditions(metric) }
  if let metric, result.phase.isCompleted {
    let verdict = MetricVerdict(
      of: metric,
      result: result,
      now: Instant(secondsSinceEpoch: 0),
      isTerminating: true
    )
    // `failed (2) > failureLimit (1)` reads better without its brackets here.
    if !verdict.reason.isEmpty { notes.append(verdict.reason.filter { $0 != "(" && $0 != ")" }) }
  }
  let isUnanswered = result.phase == .error || result.last?.phase == .error
  if isUnanswered, let message = result.last?.message, !message.isEmpty {
    notes.append(shortened(message, to: 160))
  }
  if result.isDryRun { notes.append("dry run") }
  if !notes.isEmpty { line += " (" + notes.joined(separator: "; ") + ")" }
  return line
}

private func conditions(_ metric: MetricSpec) -> [String] {
  let success = shortened(metric.successCondition, to: 120)
  let failure = shortened(metric.failureCondition, to: 120)
  switch (success.isEmpty, failure.isEmpty) {
  case (true, true): return []
  case (false, true): return ["condition \(success)"]
  case (true, false): return ["fails if \(failure)"]
  case (false, false): return ["condition \(success)", "fails if \(failure)"]
  }
}

/// A measurement in few characters: a number alone, rounded to four digits after the point.
private func text(of measurement: Measurement) -> String {
  if measurement.phase == .error { return "error" }
  var value = measurement.value
  if value.hasPrefix("["), value.hasSuffix("]"), !value.contains(",") {
    value = String(value.dropFirst().dropLast())
  }
  guard let number = Double(value), number.isFinite, number.magnitude < 1e9,
    number == 0 || number.magnitude >= 0.001
  else { return shortened(value, to: 40) }
  return GoFormat.plain((number * 10_000).rounded() / 10_000)
}

private func shortened(_ text: String, to limit: Int) -> String {
  let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  return line.count > limit ? String(line.prefix(limit - 1)) + "…" : line
}
