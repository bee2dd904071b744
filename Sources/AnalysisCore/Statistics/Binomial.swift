/// Probabilities of the number of successes in `trials` independent trials.
package struct Binomial: Sendable {
  package let trials: Int
  /// Of one success; from 0 to 1.
  package let probability: Double

  package init(trials: Int, probability: Double) {
    self.trials = trials
    self.probability = probability
  }

  /// P(X = successes).
  package func mass(_ successes: Int) -> Double {
    guard (0...trials).contains(successes) else { return 0 }
    return Self.density(Double(successes), Double(trials), probability, 1 - probability)
  }

  /// P(X ≤ successes), to full relative precision in the tail.
  package func lower(_ successes: Int) -> Double {
    guard successes >= 0 else { return 0 }
    guard successes < trials else { return 1 }
    return Beta(Double(trials - successes), Double(successes) + 1).lower(1 - probability, rest: probability)
  }

  /// P(X > successes), to full relative precision in the tail.
  package func upper(_ successes: Int) -> Double {
    guard successes >= 0 else { return 1 }
    guard successes < trials else { return 0 }
    return Beta(Double(successes) + 1, Double(trials - successes)).lower(probability, rest: 1 - probability)
  }

  /// Loader's formula for real x and n; q is 1 − p, given for its digits.
  static func density(_ x: Double, _ n: Double, _ p: Double, _ q: Double) -> Double {
    if p == 0 { return x == 0 ? 1 : 0 }
    if q == 0 { return x == n ? 1 : 0 }
    if x == 0 {
      if n == 0 { return 1 }
      return ExactMath.exp(p < 0.1 ? -Gamma.deviance(n, mean: n * q) - n * p : n * ExactMath.log(q))
    }
    if x == n {
      return ExactMath.exp(q < 0.1 ? -Gamma.deviance(n, mean: n * p) - n * q : n * ExactMath.log(p))
    }
    let core =
      Gamma.stirlingError(n) - Gamma.stirlingError(x) - Gamma.stirlingError(n - x)
      - Gamma.deviance(x, mean: n * p) - Gamma.deviance(n - x, mean: n * q)
    return ExactMath.exp(core - 0.5 * (Gamma.logOfTwoPi + ExactMath.log(x) + ExactMath.log1p(-x / n)))
  }
}
