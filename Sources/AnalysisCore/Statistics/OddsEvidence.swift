/// An anytime-valid test of how often canary and stable fail, from counts of the same seconds.
///
/// When the odds of an error at the canary are θ times those at stable, and the canary had the share r of the requests,
/// then of n errors that both had together, the canary's number is binomial with the probability
/// `θr / (θr + 1 − r)`, whatever the rate of errors is at that time. So a drifting rate or an incident that both share
/// does not count against the canary. The e-value is the product, over the looks, of the likelihood ratio of an
/// alternative θ to the reference θ₀, averaged over a grid of alternatives (Lindon and Malek, 2022). Under θ₀, and under
/// every θ on the far side of it from the alternatives, it exceeds 1/α at any time with a probability of at most α.
package struct OddsEvidence: Sendable {
  /// θ₀.
  package let reference: Double
  /// The θ that are thought of, all on one side of the reference, and ln of θ/θ₀.
  private let alternatives: [(odds: Double, step: Double)]
  /// The sums of the log likelihood ratios, one for each alternative, from the logarithm of its weight on.
  private var sums: [Double]

  /// The alternatives are averaged with weights in proportion to the given ones; evenly without.
  package init(reference: Double, alternatives: [Double], weights: [Double]? = nil) {
    self.reference = reference
    self.alternatives = alternatives.map { ($0, ExactMath.log($0 / reference)) }
    let weights = weights ?? Array(repeating: 1, count: alternatives.count)
    let total = weights.reduce(0, +)
    sums = weights.map { ExactMath.log($0 / total) }
  }

  /// A grid of `count` alternatives, evenly spaced on the logarithm, both ends included.
  package static func grid(from low: Double, to high: Double, count: Int) -> [Double] {
    let (start, width) = (ExactMath.log(low), ExactMath.log(high / low))
    return (0..<count).map { ExactMath.exp(start + width * Double($0) / Double(max(1, count - 1))) }
  }

  /// Takes in a look: `errors` of both together, `canary` of them at the canary, which had `share` of the requests.
  ///
  /// A look without errors says nothing. The numbers may be expectations, with fractions, to foresee a test.
  package mutating func add(canary: Double, errors: Double, share: Double) {
    guard errors > 0, share > 0, share < 1 else { return }
    let base = 1 + share * (reference - 1)
    for (index, alternative) in alternatives.enumerated() {
      sums[index] +=
        canary * alternative.step + errors * ExactMath.log(base / (1 + share * (alternative.odds - 1)))
    }
  }

  /// ln e.
  package var logEvidence: Double { ExactMath.logOfSum(ofPowers: sums) }
}
