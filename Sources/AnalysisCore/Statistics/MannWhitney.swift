/// The Mann-Whitney test of two samples, the same as Wilcoxon's rank sum test.
package struct MannWhitney: Sendable {
  /// What the first sample is suspected to be.
  package enum Alternative: Sendable, CaseIterable {
    case different, greater, less
  }

  private let first: [Double]
  private let second: [Double]

  /// Pairs in which the first sample's value is greater; ties count one half.
  package let u: Double
  /// Σ (t³ − t) over the groups of equal values; 0 when no two are equal.
  package let tieTerm: Double

  /// Two samples that are not empty and hold no NaN.
  package init(_ first: [Double], _ second: [Double]) {
    self.first = first
    self.second = second
    (u, tieTerm) = Self.ranks(first, second, shift: 0)
  }

  package var hasTies: Bool { tieTerm > 0 }

  /// Vargha and Delaney's A: how often a value of the first sample is above one of the second.
  package var commonLanguageEffect: Double { u / (Double(first.count) * Double(second.count)) }

  /// The exact probability, for samples without ties.
  package func exact(_ alternative: Alternative) -> Double {
    let counts = Self.arrangements(first.count, second.count)
    let total = counts.reduce(0, +)
    let place = min(max(Int(u), 0), counts.count - 1)
    let greater = counts[place...].reduce(0, +) / total
    let less = counts[...place].reduce(0, +) / total
    return switch alternative {
    case .different: min(1, 2 * min(greater, less))
    case .greater: greater
    case .less: less
    }
  }

  /// The normal approximation, corrected for ties and continuity; 1 when all values are equal.
  package func asymptotic(_ alternative: Alternative) -> Double {
    let deviation = Self.deviation(first.count, second.count, tieTerm)
    guard deviation > 0 else { return 1 }
    let excess = u - Double(first.count) * Double(second.count) / 2
    return switch alternative {
    case .different: min(1, 2 * Normal.upper((excess.magnitude - 0.5) / deviation))
    case .greater: Normal.upper((excess - 0.5) / deviation)
    case .less: Normal.upper((-excess - 0.5) / deviation)
    }
  }

  /// Exact without ties up to 50 values in each sample, as in R; else asymptotic.
  package func probability(_ alternative: Alternative) -> Double {
    hasTies || max(first.count, second.count) >= 50 ? asymptotic(alternative) : exact(alternative)
  }

  /// Hodges and Lehmann's estimate of the shift: the median of all differences between the samples.
  package var shift: Double {
    let differences = first.flatMap { x in second.map { x - $0 } }.sorted()
    let middle = differences.count / 2
    return differences.count % 2 == 1
      ? differences[middle] : (differences[middle - 1] + differences[middle]) / 2
  }

  /// The shifts that the asymptotic test does not rule out, found as R's `wilcox.test(conf.int = TRUE)` and Kayenta do:
  /// the roots of the corrected z. `estimate` is the root of the uncorrected z at 0.
  package func interval(confidence: Double) -> (low: Double, estimate: Double, high: Double) {
    let z = Normal.upperQuantile((1 - confidence) / 2)
    return (root(z, corrected: true), root(0, corrected: false), root(-z, corrected: true))
  }

  /// Where z of the shifted samples falls through the target; z falls as the shift grows.
  private func root(_ target: Double, corrected: Bool) -> Double {
    guard let xLow = first.min(), let xHigh = first.max(), let yLow = second.min(), let yHigh = second.max()
    else { return .nan }
    var (low, high) = (xLow - yHigh, xHigh - yLow)
    if z(low, corrected) <= target { return low }
    if z(high, corrected) >= target { return high }
    for _ in 0..<200 {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { break }
      if z(middle, corrected) > target { low = middle } else { high = middle }
    }
    return low + (high - low) / 2
  }

  private func z(_ shift: Double, _ corrected: Bool) -> Double {
    let (u, ties) = Self.ranks(first, second, shift: shift)
    let excess = u - Double(first.count) * Double(second.count) / 2
    let correction = !corrected || excess == 0 ? 0 : excess > 0 ? 0.5 : -0.5
    let deviation = Self.deviation(first.count, second.count, ties)
    return deviation > 0 ? (excess - correction) / deviation : 0
  }

  private static func deviation(_ m: Int, _ n: Int, _ tieTerm: Double) -> Double {
    let (m, n) = (Double(m), Double(n))
    let total = m + n
    return (m * n / 12 * ((total + 1) - tieTerm / (total * (total - 1)))).squareRoot()
  }

  /// U of the first sample less the shift, and the ties of all values.
  private static func ranks(_ first: [Double], _ second: [Double], shift: Double) -> (u: Double, ties: Double)
  {
    let all = first.map { ($0 - shift, true) } + second.map { ($0, false) }
    let sorted = all.sorted { $0.0 < $1.0 }
    var (sum, ties, start) = (0.0, 0.0, 0)
    while start < sorted.count {
      var end = start
      var own = 0
      while end < sorted.count, sorted[end].0 == sorted[start].0 {
        own += sorted[end].1 ? 1 : 0
        end += 1
      }
      let size = Double(end - start)
      sum += Double(own) * (Double(start + end + 1) / 2)
      ties += size * size * size - size
      start = end
    }
    let count = Double(first.count)
    return (sum - count * (count + 1) / 2, ties)
  }

  /// In how many orders of m and n values U is 0, 1, … m·n: the coefficients of Gauss' binomial polynomial, of which
  /// the second half mirrors the first.
  private static func arrangements(_ m: Int, _ n: Int) -> [Double] {
    let half = m * n / 2
    var counts = [Double](repeating: 0, count: half + 1)
    counts[0] = 1
    for i in 1...m {
      // Multiply by 1 − q^(n+i), then divide by 1 − q^i.
      for place in stride(from: half, through: n + i, by: -1) { counts[place] -= counts[place - n - i] }
      for place in stride(from: i, through: half, by: 1) { counts[place] += counts[place - i] }
    }
    return counts + counts[..<(m * n - half)].reversed()
  }
}
