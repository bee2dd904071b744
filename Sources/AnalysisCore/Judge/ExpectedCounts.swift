/// What is expected of the traffic of one weight: bad requests of both, those of the canary, and the canary's share.
struct ExpectedCounts {
  let canary: Double
  let errors: Double
  let share: Double

  /// The expected counts of each weight until a time, when the canary's odds of an error are so many times those at
  /// stable.
  static func all(of traffic: EvidenceForecast.Traffic, odds: Double, until end: Double) -> [ExpectedCounts] {
    let errors = traffic.requestsPerSecond * traffic.errorRate
    guard errors > 0, errors.isFinite, let last = traffic.steps.last else { return [] }
    func counts(_ weight: Double, _ seconds: Double) -> ExpectedCounts {
      let share = weight / 100
      let canary = errors * seconds * share * odds
      return ExpectedCounts(canary: canary, errors: canary + errors * seconds * (1 - share), share: share)
    }
    var all: [ExpectedCounts] = []
    var start = 0.0
    for step in traffic.steps.dropLast() where start < end {
      let length = min(step.seconds, end - start)
      all.append(counts(step.weight, length))
      start += length
    }
    if start < end { all.append(counts(last.weight, end - start)) }
    return all
  }

  /// z of the canary's bad requests against what an odds ratio would make of them.
  static func score(_ counts: [ExpectedCounts], _ odds: Double) -> Double {
    var (excess, variance) = (0.0, 0.0)
    for count in counts {
      let p = odds * count.share / (odds * count.share + 1 - count.share)
      excess += count.canary - count.errors * p
      variance += count.errors * p * (1 - p)
    }
    return variance > 0 ? excess / variance.squareRoot() : 0
  }
}
