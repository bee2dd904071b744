extension MannWhitneyRule {
  /// The probability on one side below which a shift counts at a look: what the confidence leaves, or this look's part
  /// of alpha.
  func tail(alpha: Double, look: Int) -> Double {
    let spent = alpha / (Double(look) * Double(look + 1))
    return confidence.map { (1 - $0) / 2 } ?? spent / (direction == .either ? 2 : 1)
  }

  /// Whether so many values could show a difference at all: one that separates them wholly.
  static func canTell(_ canary: Int, _ stable: Int, tail: Double) -> Bool {
    guard canary > 0, stable > 0 else { return false }
    guard max(canary, stable) < 50 else { return z(canary, stable, effect: 1) >= Normal.upperQuantile(tail) }
    var arrangements = 1.0
    for index in 1...canary { arrangements *= Double(stable + index) / Double(index) }
    return 1 / arrangements <= tail
  }

  /// The expected z when a value of the one is above one of the other with the probability `effect`.
  fileprivate static func z(_ canary: Int, _ stable: Int, effect: Double) -> Double {
    let (n, m) = (Double(canary), Double(stable))
    return ((effect - 0.5) * n * m - 0.5) / (n * m * (n + m + 1) / 12).squareRoot()
  }
}

/// How long a comparison of samples needs to see values that are `harm` times stable's, going by how stable's values
/// spread.
package struct RankForecast {
  private let rank: MannWhitneyRule
  private let record: ComparisonRecord

  /// Nil before the first look, and for a rule that compares counts.
  init?(_ record: ComparisonRecord) {
    guard case .mannWhitney(let rank) = record.rule.method, record.looks > 0 else { return nil }
    self.rank = rank
    self.record = record
  }

  var sentence: String {
    switch rank.unit {
    case .pods:
      let (canary, stable) = (record.canarySamples.count, record.stableSamples.count)
      return sees(canary, stable, look: record.looks)
        ? "so many values would show \(what)" : "so few values do not show \(what)"
    case .blocks:
      guard let seconds = secondsToSeeHarm else { return "stable's values spread too much to show \(what)" }
      return "this gate needs about \(EvidenceForecast.text(seconds)) to see \(what)"
    }
  }

  /// From how many values on a rule can show a difference at all, before anything was measured; nil for a rule that
  /// compares counts.
  package static func floor(of rule: JudgeRule, secondsPerLook: Double) -> String? {
    guard case .mannWhitney(let rank) = rule.method else { return nil }
    let isPods = rank.unit == .pods
    let least = (1...ComparisonRecord.sampleLimit).first { count in
      let tail = rank.tail(alpha: rule.metricAlpha, look: isPods ? 1 : count)
      return MannWhitneyRule.canTell(count, count, tail: tail)
    }
    guard let least else { return "no number of values that are kept shows a difference at this risk" }
    if isPods { return "a difference shows from \(least) pods of each on, at the first look" }
    let time = EvidenceForecast.text(Double(least) * secondsPerLook)
    return "a difference shows from \(least) looks on, after about \(time) at the earliest"
  }

  /// Seconds until harm is seen, one value of each for each look; nil for more looks than a record has values for.
  var secondsToSeeHarm: Double? {
    let look = (1...ComparisonRecord.sampleLimit).first { sees($0, $0, look: $0) }
    return look.map { Double($0) * record.seconds / Double(record.looks) }
  }

  private var what: String {
    let times = ComparisonRecord.short(record.rule.harm)
    return rank.direction == .decrease
      ? record.rule.harm == 2 ? "a halving of the values" : "values \(times) times as low"
      : record.rule.harm == 2 ? "a doubling of the values" : "values \(times) times as high"
  }

  private func sees(_ canary: Int, _ stable: Int, look: Int) -> Bool {
    let tail = rank.tail(alpha: record.rule.metricAlpha, look: look)
    return MannWhitneyRule.canTell(canary, stable, tail: tail)
      && MannWhitneyRule.z(canary, stable, effect: effect) >= Normal.upperQuantile(tail)
  }

  /// How often one of stable's values, made worse, is beyond another one of them.
  private var effect: Double {
    let values = record.stableSamples
    let factor = rank.direction == .decrease ? 1 / record.rule.harm : record.rule.harm
    var (beyond, pairs) = (0.0, 0.0)
    for (index, value) in values.enumerated() {
      for (other, plain) in values.enumerated() where other != index {
        let difference = rank.direction == .decrease ? plain - value * factor : value * factor - plain
        beyond += difference > 0 ? 1 : difference == 0 ? 0.5 : 0
        pairs += 1
      }
    }
    return pairs > 0 ? beyond / pairs : 1
  }
}
