/// How long a comparison of counts needs, at a given traffic, to see harm and to rule it out.
///
/// The evidence is followed along what is expected: its growth is the mean one, so that about half of all runs are
/// faster.
package struct EvidenceForecast: Sendable, Hashable {
  /// Traffic from now on.
  package struct Traffic: Sendable, Hashable {
    package var requestsPerSecond: Double
    /// Bad requests of stable, as a share of its requests.
    package var errorRate: Double
    /// Canary weights in percent and how long each stays; the last one stays for ever.
    package var steps: [(weight: Double, seconds: Double)]

    package init(requestsPerSecond: Double, errorRate: Double, steps: [(weight: Double, seconds: Double)]) {
      self.requestsPerSecond = requestsPerSecond
      self.errorRate = errorRate
      self.steps = steps
    }

    package static func == (first: Traffic, second: Traffic) -> Bool {
      first.requestsPerSecond == second.requestsPerSecond && first.errorRate == second.errorRate
        && first.steps.elementsEqual(second.steps, by: ==)
    }

    package func hash(into hasher: inout Hasher) {
      hasher.combine(requestsPerSecond)
      hasher.combine(errorRate)
      for step in steps {
        hasher.combine(step.weight)
        hasher.combine(step.seconds)
      }
    }
  }

  /// Nothing beyond a month is foreseen.
  private static let horizon = 30 * 86_400.0

  package let traffic: Traffic
  /// The odds ratio of harm: the rule's own.
  package let harm: Double
  /// Seconds until harm is seen; nil for more than a month. It may be more than ``plannedSeconds``.
  package let secondsToSeeHarm: Double?
  /// Seconds until harm is ruled out, when the canary is as good as stable; nil for more than a month.
  package let secondsToRuleOutHarm: Double?
  /// The time that all planned looks take; nil when the number of looks is open.
  package let plannedSeconds: Double?

  /// Nil for a rule that compares no counts. A look of a test with planned looks takes `secondsPerLook`.
  package init?(_ rule: JudgeRule, _ traffic: Traffic, secondsPerLook: Double) {
    self.traffic = traffic
    harm = rule.harm
    switch rule.method {
    case .mannWhitney: return nil
    case .sequential:
      plannedSeconds = nil
      secondsToSeeHarm = Self.sequential(rule, traffic, odds: rule.harm) { fold in
        // The e-value of a metric is the mean of those of its categories, of which one is expected to grow.
        fold.harm[0].logEvidence >= ExactMath.log(Double(rule.categories) / rule.metricAlpha)
      }
      secondsToRuleOutHarm = Self.sequential(rule, traffic, odds: 1) { fold in
        fold.safety[0].logEvidence >= -ExactMath.log(rule.beta)
      }
    case .groupSequential(let group):
      // Nobody knows when steps end: the last one is as late as it has to be.
      let pace = group.each == .step ? nil : secondsPerLook
      plannedSeconds = pace.map { Double(group.fractions.count) * $0 }
      let harmful = group.boundaries(risk: rule.metricAlpha / Double(rule.categories))
      secondsToSeeHarm = Self.planned(harmful, pace, traffic, odds: rule.harm) {
        ExpectedCounts.score($0, rule.tolerance)
      }
      secondsToRuleOutHarm = Self.planned(group.boundaries(risk: rule.beta), pace, traffic, odds: 1) {
        -ExpectedCounts.score($0, rule.harm)
      }
    }
  }

  /// The forecast at the traffic that a comparison has seen, at the share that the canary had; nil without traffic.
  init?(_ record: ComparisonRecord) {
    let requests = record.requests
    guard record.seconds > 0, requests.canary > 0, requests.stable > 0 else { return nil }
    let last = record.blocks.last?.requests ?? requests
    let bad = (0..<record.rule.categories).map { record.bad($0).stable }.max() ?? 0
    self.init(
      record.rule,
      Traffic(
        requestsPerSecond: Double(requests.total) / record.seconds,
        errorRate: (Double(bad) + 0.5) / Double(requests.stable + 1),
        steps: [((last.total > 0 ? last : requests).share * 100, 0)]
      ),
      secondsPerLook: record.seconds / Double(max(1, record.looks))
    )
  }

  /// Such as `at 3 requests/s this gate needs about 41 min to see a doubling of errors`.
  package var sentence: String {
    let what = harm == 2 ? "a doubling of errors" : "\(ComparisonRecord.short(harm)) times the errors"
    let time = secondsToSeeHarm.map { "about \(Self.text($0))" } ?? "more than a month"
    let rate = ComparisonRecord.short(traffic.requestsPerSecond)
    let sentence = "at \(rate) requests/s this gate needs \(time) to see \(what)"
    guard let plannedSeconds, secondsToSeeHarm ?? .infinity > plannedSeconds else { return sentence }
    return "\(sentence), and its looks take only \(Self.text(plannedSeconds))"
  }

  /// Seconds in the unit that people think in: `40 s`, `41 min`, `2.5 h`, `3 days`.
  package static func text(_ seconds: Double) -> String {
    switch seconds {
    case ..<90: "\(Int(seconds.rounded(.up))) s"
    case ..<5400: "\(Int((seconds / 60).rounded(.up))) min"
    case ..<172_800: "\(GoFormat.plain((seconds / 360).rounded(.up) / 10)) h"
    default: "\(Int((seconds / 86_400).rounded(.up))) days"
    }
  }

  private static func sequential(
    _ rule: JudgeRule,
    _ traffic: Traffic,
    odds: Double,
    _ suffices: (OddsFold) -> Bool
  ) -> Double? {
    var single = rule
    single.bounds = []
    return first(traffic, odds: odds) { counts in
      var fold = OddsFold(single, [])
      for count in counts { fold.add(canary: count.canary, errors: count.errors, share: count.share) }
      return suffices(fold)
    }
  }

  /// The first planned look at which the expected z is at its boundary; when there is none, the time that the plan
  /// would have to take for its last look to be.
  private static func planned(
    _ boundaries: [Double],
    _ secondsPerLook: Double?,
    _ traffic: Traffic,
    odds: Double,
    _ score: ([ExpectedCounts]) -> Double
  ) -> Double? {
    for (index, boundary) in boundaries.enumerated() {
      guard let secondsPerLook else { break }
      let time = Double(index + 1) * secondsPerLook
      if score(ExpectedCounts.all(of: traffic, odds: odds, until: time)) >= boundary { return time }
    }
    return first(traffic, odds: odds) { score($0) >= boundaries.last ?? .infinity }
  }

  /// The first second at which the expected counts suffice; what they come to only grows.
  private static func first(
    _ traffic: Traffic,
    odds: Double,
    _ suffices: ([ExpectedCounts]) -> Bool
  ) -> Double? {
    func isEnough(_ end: Double) -> Bool {
      suffices(ExpectedCounts.all(of: traffic, odds: odds, until: end))
    }
    guard isEnough(horizon) else { return nil }
    var (low, high) = (0.0, horizon)
    while high - low > 0.5 {
      let middle = (low + high) / 2
      if isEnough(middle) { high = middle } else { low = middle }
    }
    return high
  }
}
