extension ComparisonRecord {
  /// The verdict that the evidence means: harm before safety, and neither while the routing is wrong.
  func judge() -> ComparisonVerdict {
    let open: AnalysisPhase = isConcluded ? .inconclusive : .running
    if looks == 0 { return ComparisonVerdict(open, .notMeasured) }
    if evidence.isMismatched { return ComparisonVerdict(open, .sampleRatioMismatch) }
    if min(sizes.canary, sizes.stable) < rule.minSamples { return shortfall(.tooFewSamples) }
    if evidence.isHarmful { return ComparisonVerdict(.failed, .harmful) }
    if evidence.isHarmless { return ComparisonVerdict(.successful, .harmless) }
    return shortfall(.insufficientEvidence)
  }

  /// Undecided: goes on until the time is over, and ends as the rule says then.
  private func shortfall(_ reason: ComparisonVerdict.Reason) -> ComparisonVerdict {
    guard isConcluded else { return ComparisonVerdict(.running, reason) }
    return switch rule.onInsufficientEvidence {
    case .hold: ComparisonVerdict(.inconclusive, reason)
    case .advance: ComparisonVerdict(.successful, reason)
    case .abort: ComparisonVerdict(.failed, reason)
    }
  }

  /// The verdict as a sentence for people, with a forecast while evidence is missing.
  package var message: String {
    switch verdict.reason {
    case .notMeasured: problem.isEmpty ? "nothing was measured yet" : "nothing was measured: \(problem)"
    case .sampleRatioMismatch: mismatchText
    case .harmful: harmText
    case .harmless: harmlessText
    case .tooFewSamples:
      "canary has \(sizes.canary) and stable \(sizes.stable) of the \(rule.minSamples) samples that are needed"
        + minimumText + problemText + policyText
    case .insufficientEvidence: insufficientText + policyText
    }
  }

  private var policyText: String {
    switch verdict.phase {
    case .successful, .failed: "; onInsufficientEvidence is \(rule.onInsufficientEvidence.rawValue)"
    default: ""
    }
  }

  /// When there will be enough samples, at the pace so far.
  private var minimumText: String {
    let least = min(sizes.canary, sizes.stable)
    guard least > 0, seconds > 0 else { return "" }
    return ", which takes about \(EvidenceForecast.text(seconds * Double(rule.minSamples) / Double(least)))"
  }

  /// Requests, or values, of canary and stable.
  private var sizes: (canary: Int, stable: Int) {
    if case .mannWhitney = rule.method { return (canarySamples.count, stableSamples.count) }
    return (requests.canary, requests.stable)
  }

  /// Mantel and Haenszel's estimate of the odds ratio over the blocks; nil while stable has nothing bad.
  package func oddsRatio(_ category: Int = 0) -> Double? {
    var (canary, stable) = (0.0, 0.0)
    for block in blocks where block.requests.total > 0 {
      let total = Double(block.requests.total)
      canary += Double(block.canaryBad[category]) * Double(block.requests.stable) / total
      stable += Double(block.stableBad[category]) * Double(block.requests.canary) / total
    }
    return stable > 0 ? canary / stable : nil
  }

  private var mismatchText: String {
    let measured = blocks.filter { $0.weight != nil }
    let (canary, total) = measured.reduce((0, 0)) {
      ($0.0 + $1.requests.canary, $0.1 + $1.requests.total)
    }
    let expected = measured.reduce(0) { $0 + ($1.weight ?? 0) / 100 * Double($1.requests.total) }
    return "the routing is wrong: the canary had \(canary) of \(total) requests where its weight says about "
      + "\(Int(expected.rounded())); the versions were not judged"
  }

  private var harmText: String {
    if case .mannWhitney = rule.method {
      return "canary is worse than stable: \(samplesText)"
    }
    return
      "canary fails more often than stable by more than \(Self.short(rule.tolerance)) times: \(countsText)"
  }

  private var harmlessText: String {
    if case .mannWhitney = rule.method {
      return "canary is not shown to be worse than stable: \(samplesText)"
    }
    return "canary does not fail \(Self.short(rule.harm)) times as often as stable: \(countsText)"
  }

  private var insufficientText: String {
    if case .mannWhitney = rule.method {
      return "no difference is shown yet: \(samplesText)\(problemText)"
        + (RankForecast(self).map { "; \($0.sentence)" } ?? "")
    }
    return "insufficient evidence so far: \(countsText)\(problemText); \(forecastText)"
  }

  private var forecastText: String {
    if let forecast = EvidenceForecast(self) { return forecast.sentence }
    return requests.canary == 0 ? "the canary has had no requests" : "stable has had no requests"
  }

  /// Why the last look was left out, when it was.
  private var problemText: String { problem.isEmpty ? "" : "; the last look was left out: \(problem)" }

  private var countsText: String {
    let requests = requests
    let category = (0..<rule.categories).max { (oddsRatio($0) ?? 0) < (oddsRatio($1) ?? 0) } ?? 0
    let bad = bad(category)
    let ratio = oddsRatio(category).map { ", \(Self.short($0)) times the odds" } ?? ""
    let slow = rule.bounds.isEmpty ? "" : " slower than \(Self.short(rule.bounds[category])) s"
    return "\(bad.canary) of \(requests.canary) requests\(slow) at the canary, "
      + "\(bad.stable) of \(requests.stable) at stable\(ratio)"
  }

  private var samplesText: String {
    let (canary, stable) = sizes
    let shift = canary > 0 && stable > 0 ? MannWhitney(canarySamples, stableSamples).shift : 0
    return "\(canary) values of the canary, \(stable) of stable, a shift of \(Self.short(shift))"
  }

  /// A number with three digits that count.
  static func short(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return GoFormat.plain(value) }
    var scale = 1.0
    while value.magnitude * scale < 100, scale < 1e12 { scale *= 10 }
    return GoFormat.plain((value * scale).rounded() / scale)
  }
}
