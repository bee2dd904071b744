extension JudgeScenario {
  /// The share of healthy canaries that Serin's default rule may abort.
  package static let alpha = 0.05
  /// The time in which doubled errors must be found in half of all runs.
  package static let secondsToFindDoubledErrors = 540.0

  /// What Serin's judge promises and did not keep in these runs; nil when it kept it. A promise about a probability is
  /// broken when the runs show it with five standard deviations.
  package func problem(with findings: JudgeFindings) -> String? {
    let rate = findings.abortRate(.serin)
    let chance = 5 * (Self.alpha * (1 - Self.alpha) / Double(max(1, findings.runs))).squareRoot()
    if isHealthy, rate > Self.alpha + chance {
      return "\(name): \(Int((rate * 100).rounded())) % of healthy canaries were aborted, 5 % may be"
    }
    guard isDoubledFromFivePercent else { return nil }
    guard let seconds = findings.medianSeconds(.serin), seconds <= Self.secondsToFindDoubledErrors else {
      return "\(name): doubled errors were not found within 9 minutes in half of all runs"
    }
    return nil
  }

  private var isDoubledFromFivePercent: Bool {
    factor == 2 && weight == nil && requestsPerSecond == 200
  }
}
