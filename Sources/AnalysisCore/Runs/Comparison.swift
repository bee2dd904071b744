package import Primitives

/// A comparison of canary and stable as the measurement of a metric: which questions a look asks, and what its answers
/// come to. The judging is ``Judge``'s.
package struct Comparison: Sendable {
  /// One question of a look.
  package struct Question: Sendable, Hashable {
    package let isCanary: Bool
    package let part: Part
    package let provider: ProviderSpec
  }

  /// What a question's answer is for.
  package enum Part: Sendable, Hashable {
    case bad
    case total
    case values
    /// The cumulative count of a bucket.
    case bucket(Double)
  }

  private static let weightKey = "serin.dev/weight"
  /// Since when no look has had an answer; not there while looks have.
  private static let unansweredKey = "serin.dev/unanswered-since"

  private let metric: MetricSpec
  private let judge: Judge
  /// The questions of every look.
  package let questions: [Question]

  /// The comparison of a metric in a run in which so many metrics compare; nil when the metric compares nothing.
  package init?(_ metric: MetricSpec, comparing metrics: Int) {
    guard case .success(let spec) = metric.comparison else { return nil }
    self.metric = metric
    judge = Judge(spec.rule(metrics: metrics))
    questions = Self.questions(spec, bounds: judge.rule.bounds, metric)
  }

  /// The measurement after a look: in flight until there is a verdict, with the record in its metadata.
  ///
  /// `weight` is the canary's weight now, in percent; nil when it is not known. `inFlight` is the measurement of the
  /// looks before, `readings` the answers in the order of the questions. It ends, whatever the evidence, with the last
  /// look that `count` allows, before the metric's ``MetricSpec/comparisonDeadline``, and when no look has had an answer
  /// for the ``MetricSpec/evidenceDeadline``.
  package func measurement(
    readings: [ArmReading],
    weight: Double?,
    inFlight: Measurement?,
    startedAt: Instant,
    finishedAt: Instant
  ) -> Measurement {
    var metadata = inFlight?.metadata ?? [:]
    let before: ComparisonRecord?
    do throws(AnalysisIssue) {
      before = try Judge.record(from: metadata)
    } catch {
      return metric.measurement(failing: "\(error)", startedAt: startedAt, finishedAt: finishedAt)
    }
    let pace = metric.comparisonPace
    let known = metadata[Self.weightKey].flatMap(Double.init)
    let look = ComparisonLook(
      canary: reading(readings, isCanary: true),
      stable: reading(readings, isCanary: false),
      // A weight that changed since the last look says nothing about the requests in between.
      weight: known == weight ? weight : nil,
      seconds: Double(pace.wholeNanoseconds) / 1e9,
      endsStep: weight != nil && known != nil && known != weight
    )
    // The seconds of the first look began under a weight that nobody knows: the routing comes first, and only then
    // what the canary made of its requests.
    let isUnchecked = inFlight == nil && weight != nil && judge.rule.sampleRatio != nil
    var record = isUnchecked ? ComparisonRecord(rule: judge.rule) : judge.look(look, after: before)
    metadata[Self.unansweredKey] =
      record.problem.isEmpty ? nil : metadata[Self.unansweredKey] ?? finishedAt.exactText
    let unansweredSince = metadata[Self.unansweredKey].flatMap(Instant.init)
    let next = finishedAt + pace
    if isOver(record, startedAt: inFlight?.startedAt ?? startedAt, unansweredSince, next: next) {
      record = judge.conclude(record)
    }
    metadata[ComparisonRecord.metadataKey] = record.text
    metadata[Self.weightKey] = weight.map(GoFormat.plain)
    let phase = record.verdict.phase
    return Measurement(
      phase: phase,
      value: Self.valueText(record),
      message: record.message,
      startedAt: inFlight?.startedAt ?? startedAt,
      finishedAt: phase.isCompleted ? finishedAt : nil,
      resumeAt: phase.isCompleted ? nil : next,
      metadata: metadata
    )
  }

  /// Whether the last look was taken: the next one would be beyond a limit.
  private func isOver(
    _ record: ComparisonRecord,
    startedAt: Instant,
    _ unansweredSince: Instant?,
    next: Instant
  ) -> Bool {
    if let count = metric.count, count > 0, record.looks + record.skipped >= count { return true }
    if let deadline = metric.comparisonDeadline, next - startedAt > deadline { return true }
    return unansweredSince.map { next - $0 > metric.evidenceDeadline } ?? false
  }

  /// One reading of what one question was answered; an error's words are kept.
  package static func reading(_ value: MetricValue, shortfall: String?, of part: Part) -> ArmReading {
    if let shortfall { return .partial(shortfall) }
    if case .values = part {
      switch value {
      case .number(let number): return number.isNaN ? .notANumber : .samples([number])
      case .list(let numbers): return numbers.isEmpty ? .empty : .samples(numbers)
      case .json, .text, .missing: return value.isEmpty ? .empty : .error("no numbers: \(value.valueText)")
      }
    }
    if case .list(let numbers) = value, numbers.contains(where: \.isNaN) { return .notANumber }
    if value.isNotANumber { return .notANumber }
    guard let sum = MinimumSamples.samples(in: value) else { return .error("no number: \(value.valueText)") }
    return value.isEmpty ? .empty : .counts(bad: [], total: sum)
  }

  private func reading(_ readings: [ArmReading], isCanary: Bool) -> ArmReading {
    let own = zip(questions, readings).filter { $0.0.isCanary == isCanary }
    for case (_, let reading) in own {
      switch reading {
      case .error, .partial, .notANumber: return reading
      case .counts, .samples, .empty: continue
      }
    }
    func total(_ part: Part) -> Double? {
      for case (let question, .counts(_, let total)) in own where question.part == part { return total }
      return nil
    }
    guard let first = own.first else { return .empty }
    switch first.0.part {
    case .values: return first.1
    case .bad, .total: return .counts(bad: total(.bad), total: total(.total))
    case .bucket:
      var buckets: [Double: Double] = [:]
      for case (let question, .counts(_, let count)) in own {
        if case .bucket(let bound) = question.part { buckets[bound] = count }
      }
      return .histogram(buckets, bounds: judge.rule.bounds)
    }
  }

  private static func valueText(_ record: ComparisonRecord) -> String {
    guard !record.blocks.isEmpty else { return "" }
    let (requests, bad) = (record.requests, record.bad())
    return "canary \(bad.canary)/\(requests.canary), stable \(bad.stable)/\(requests.stable)"
  }

  private static func questions(_ spec: CompareSpec, bounds: [Double], _ metric: MetricSpec) -> [Question] {
    func question(_ isCanary: Bool, _ part: Part, _ query: String) -> Question {
      Question(isCanary: isCanary, part: part, provider: metric.provider(asking: query))
    }
    switch spec.queries {
    case .counts(let canary, let stable):
      return [
        question(true, .bad, canary.bad), question(true, .total, canary.total),
        question(false, .bad, stable.bad), question(false, .total, stable.total),
      ]
    case .samples(let canary, let stable):
      return [question(true, .values, canary), question(false, .values, stable)]
    case .histogram(let canary, let stable):
      return (bounds + [.infinity]).flatMap { bound in
        [(true, canary), (false, stable)].map { isCanary, query in
          question(isCanary, .bucket(bound), bucketQuery(query, bound))
        }
      }
    }
  }

  /// The bucket of a bound in a PromQL query whose series have the label `le`, in either spelling of the bound.
  private static func bucketQuery(_ query: String, _ bound: Double) -> String {
    let plain = GoFormat.plain(bound)
    let spellings = bound.isFinite && bound == bound.rounded() ? [plain, "\(plain).0"] : [plain]
    let marks = spellings.map { "label_replace(vector(1), \"le\", \"\($0)\", \"\", \"\")" }
    return "sum((\(query)) * on (le) group_left () (\(marks.joined(separator: " or "))))"
  }
}

extension MetricSpec {
  /// The metric's own provider with another query.
  func provider(asking query: String) -> ProviderSpec {
    ProviderSpec(Self.provider(providerJSON, asking: .string(query)))
  }

  static func provider(_ provider: JSONValue, asking query: JSONValue?) -> JSONValue {
    var other = provider
    for name in (provider.object ?? [:]).keys {
      other.set(query, at: name, "query")
      other.set(nil, at: name, "rangeQuery")
    }
    return other
  }

  /// Whether the metric compares canary and stable.
  package var compares: Bool { comparison != nil }

  func comparisonIssues(_ path: String) -> [AnalysisIssue] {
    switch comparison {
    case nil: []
    case .failure(let found):
      found.issues.map { AnalysisIssue(path: "\(path).\($0.path)", reason: $0.reason) }
    case .success(let spec): overlapIssues(spec, path)
    }
  }
}
