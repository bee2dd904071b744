/// The mixture sequential probability ratio test of a mean against 0 (Johari and others), for values with a known
/// variance and a normal mixture of alternatives.
package struct NormalEvidence: Sendable {
  /// σ², of one value.
  package let variance: Double
  /// τ², of the means that are thought of.
  package let mixture: Double

  package init(variance: Double, mixture: Double) {
    self.variance = variance
    self.mixture = mixture
  }

  /// ln Λ after `count` values with this mean.
  package func logEvidence(mean: Double, count: Int) -> Double {
    let n = Double(count)
    let spread = variance + n * mixture
    return 0.5 * ExactMath.log(variance / spread) + n * n * mixture * mean * mean / (2 * variance * spread)
  }

  /// The always-valid probability: 1/Λ, at most 1.
  package func probability(mean: Double, count: Int) -> Double {
    min(1, ExactMath.exp(-logEvidence(mean: mean, count: count)))
  }

  /// Half the width of the confidence sequence: the true mean is never further off, at any count, with probability
  /// 1 − α.
  package func halfWidth(count: Int, alpha: Double) -> Double {
    let n = Double(count)
    let spread = variance + n * mixture
    let logs = 0.5 * ExactMath.log(spread / variance) - ExactMath.log(alpha)
    return (2 * variance * spread / (n * n * mixture) * logs).squareRoot()
  }
}
