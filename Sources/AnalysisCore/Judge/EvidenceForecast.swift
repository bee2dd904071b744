/// How long a sequential comparison needs, at a given traffic, to see harm and to rule it out.
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
  /// Seconds until harm is seen; nil for more than a month.
  package let secondsToSeeHarm: Double?
  /// Seconds until harm is ruled out, when the canary is as good as stable; nil for more than a month.
  package let secondsToRuleOutHarm: Double?

  package init(_ rule: JudgeRule, _ traffic: Traffic) {
    self.traffic = traffic
    harm = rule.harm
    var single = rule
    single.bounds = []
    single.method = .sequential
    secondsToSeeHarm = Self.first(single, traffic, odds: rule.harm) {
      $0.harm[0].logEvidence >= -ExactMath.log(rule.metricAlpha)
    }
    secondsToRuleOutHarm = Self.first(single, traffic, odds: 1) {
      $0.safety[0].logEvidence >= -ExactMath.log(rule.beta)
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
      )
    )
  }

  /// Such as `at 3 requests/s this gate needs about 41 min to see a doubling of errors`.
  package var sentence: String {
    let rate = ComparisonRecord.short(traffic.requestsPerSecond)
    let what = harm == 2 ? "a doubling of errors" : "\(ComparisonRecord.short(harm)) times the errors"
    guard let seconds = secondsToSeeHarm else {
      return "at \(rate) requests/s this gate needs more than a month to see \(what)"
    }
    return "at \(rate) requests/s this gate needs about \(Self.text(seconds)) to see \(what)"
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

  /// The first second at which the expected evidence suffices; the evidence along the expectation only grows.
  private static func first(
    _ rule: JudgeRule,
    _ traffic: Traffic,
    odds: Double,
    _ suffices: (OddsFold) -> Bool
  ) -> Double? {
    let errors = traffic.requestsPerSecond * traffic.errorRate
    guard errors > 0, errors.isFinite, let last = traffic.steps.last else { return nil }
    func fold(until end: Double) -> OddsFold {
      var fold = OddsFold(rule, [])
      var start = 0.0
      for step in traffic.steps.dropLast() where start < end {
        let length = min(step.seconds, end - start)
        fold.expect(errors: errors * length, share: step.weight / 100, odds: odds)
        start += length
      }
      if start < end { fold.expect(errors: errors * (end - start), share: last.weight / 100, odds: odds) }
      return fold
    }
    guard suffices(fold(until: horizon)) else { return nil }
    var (low, high) = (0.0, horizon)
    while high - low > 0.5 {
      let middle = (low + high) / 2
      if suffices(fold(until: middle)) { high = middle } else { low = middle }
    }
    return high
  }
}

extension OddsFold {
  /// Takes in what is expected of traffic in which stable alone would have had so many errors.
  fileprivate mutating func expect(errors: Double, share: Double, odds: Double) {
    let canary = errors * share * odds
    add(canary: canary, errors: canary + errors * (1 - share), share: share)
  }
}
