/// An anytime-valid test of a proportion against a fixed one, with a beta distribution as the alternative.
///
/// The e-value is a product of likelihood ratios, averaged over the alternative. Its mean is 1 while the proportion is
/// the fixed one, so that it exceeds 1/α at any time with a probability of at most α (Ville's inequality).
package struct BetaBinomialEvidence: Sendable {
  /// The proportion that is tested, above 0 and below 1.
  package let proportion: Double
  package let alternative: Beta

  package init(proportion: Double, alternative: Beta) {
    self.proportion = proportion
    self.alternative = alternative
  }

  /// ln e after `successes` in `trials`.
  package func logEvidence(_ successes: Int, of trials: Int) -> Double {
    let (s, f) = (Double(successes), Double(trials - successes))
    return Gamma.logBeta(alternative.a + s, alternative.b + f) - Gamma.logBeta(alternative.a, alternative.b)
      - s * ExactMath.log(proportion) - f * ExactMath.log1p(-proportion)
  }
}
