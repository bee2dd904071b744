extension ComparisonRecord {
  /// What the raw counts come to, by the rule.
  func weigh(_ odds: OddsFold) -> ComparisonEvidence {
    var evidence = ComparisonEvidence()
    switch rule.method {
    case .sequential:
      evidence.harmBoundary = -ExactMath.log(rule.metricAlpha)
      evidence.safetyBoundary = -ExactMath.log(rule.beta)
      // One category that is worse is harm, and the mean of e-values is one; all must be better to be safe.
      let harms = odds.harm.map(\.logEvidence)
      evidence.harm = ExactMath.logOfSum(ofPowers: harms) - ExactMath.log(Double(harms.count))
      evidence.safety = odds.safety.map(\.logEvidence).min() ?? 0
    case .groupSequential(let group): weigh(group, into: &evidence)
    case .mannWhitney(let rank): weigh(rank, into: &evidence)
    }
    if let ratio = rule.sampleRatio {
      evidence.mismatchBoundary = -ExactMath.log(ratio.risk)
      evidence.mismatch = mismatch(ratio)
    }
    return evidence
  }

  /// ln e that the canary's share of the requests is not its weight: the mean of one test for each direction.
  private func mismatch(_ ratio: JudgeRule.SampleRatio) -> Double {
    var totals: [Double: ComparisonBlock.Requests] = [:]
    for block in blocks {
      guard let weight = block.weight, weight > 0, weight < 100 else { continue }
      totals[weight, default: .init(canary: 0, stable: 0)].canary += block.requests.canary
      totals[weight, default: .init(canary: 0, stable: 0)].stable += block.requests.stable
    }
    guard !totals.isEmpty else { return 0 }
    let grid = OddsEvidence.grid(from: ratio.tolerance * 1.2, to: ratio.tolerance * 100, count: 10)
    var tests = [
      OddsEvidence(reference: ratio.tolerance, alternatives: grid),
      OddsEvidence(reference: 1 / ratio.tolerance, alternatives: grid.map { 1 / $0 }),
    ]
    for (weight, requests) in totals.sorted(by: { $0.key < $1.key }) {
      for index in tests.indices {
        tests[index].add(
          canary: Double(requests.canary),
          errors: Double(requests.total),
          share: weight / 100
        )
      }
    }
    return ExactMath.logOfSum(ofPowers: tests.map(\.logEvidence)) - ExactMath.log(2)
  }

  /// The score tests of the counts, stratified by block, against the boundaries of this look.
  private func weigh(_ group: GroupSequentialRule, into evidence: inout ComparisonEvidence) {
    guard looks > 0 else { return }
    if group.each == .interval || endsStep || isConcluded {
      let look = min(plannedLooks(group), group.fractions.count)
      evidence.harmBoundary = group.boundaries(risk: rule.metricAlpha / Double(rule.categories))[look - 1]
      evidence.safetyBoundary = group.boundaries(risk: rule.beta)[look - 1]
    }
    let categories = 0..<rule.categories
    evidence.harm = categories.map { score(rule.tolerance, $0, \.highest) }.max() ?? 0
    evidence.safety = categories.map { -score(rule.harm, $0, \.lowest) }.min() ?? 0
  }

  /// How many of the planned looks were taken; the end is one.
  func plannedLooks(_ group: GroupSequentialRule) -> Int {
    switch group.each {
    case .interval: looks
    case .step: steps + (isConcluded && !endsStep ? 1 : 0)
    }
  }

  /// z of the canary's bad requests against what the odds ratio would make of the total.
  private func score(
    _ odds: Double,
    _ category: Int,
    _ requests: KeyPath<ComparisonBlock, ComparisonBlock.Requests>
  ) -> Double {
    var (excess, variance) = (0.0, 0.0)
    for block in blocks {
      let share = block[keyPath: requests].share
      let p = odds * share / (odds * share + 1 - share)
      let errors = Double(block.canaryBad[category] + block.stableBad[category])
      excess += Double(block.canaryBad[category]) - errors * p
      variance += errors * p * (1 - p)
    }
    return variance > 0 ? excess / variance.squareRoot() : 0
  }

  /// Kayenta's decision: the nearer end of the interval of the shift, against a share of the estimate.
  private func weigh(_ rank: MannWhitneyRule, into evidence: inout ComparisonEvidence) {
    guard !canarySamples.isEmpty, !stableSamples.isEmpty, looks > 0 else { return }
    let tail = rank.tail(alpha: rule.metricAlpha, look: looks)
    let test = MannWhitney(canarySamples, stableSamples)
    let interval = test.interval(confidence: 1 - 2 * tail)
    let margin = rank.tolerance * interval.estimate.magnitude
    var excess = -Double.infinity
    if rank.direction != .decrease, isBeyond(rank.allowedIncrease, isIncrease: true),
      test.probability(.greater) <= tail
    {
      excess = interval.low - margin
    }
    if rank.direction != .increase, isBeyond(rank.allowedIncrease, isIncrease: false),
      test.probability(.less) <= tail
    {
      excess = max(excess, -interval.high - margin)
    }
    evidence.harm = excess
    // Above 0 counts, not 0 itself.
    evidence.harmBoundary = .leastNonzeroMagnitude
    // Too few values to fail however bad they are are too few to pass.
    let canTell = MannWhitneyRule.canTell(canarySamples.count, stableSamples.count, tail: tail)
    evidence.safety = isConcluded && excess <= 0 && canTell ? 1 : 0
    evidence.safetyBoundary = 1
  }

  /// Whether the ratio of the means is at least the allowed one; as in Kayenta, always when a mean is 0.
  private func isBeyond(_ allowed: Double, isIncrease: Bool) -> Bool {
    let canary = canarySamples.reduce(0, +) / Double(canarySamples.count)
    let stable = stableSamples.reduce(0, +) / Double(stableSamples.count)
    guard canary != 0, stable != 0 else { return true }
    return isIncrease ? canary / stable >= allowed : canary / stable <= 1 / allowed
  }
}
