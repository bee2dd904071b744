/// The logarithms of the gamma and beta functions, and the two pieces that Catherine Loader's formula for binomial
/// probabilities is made of ("Fast and accurate computation of binomial probabilities", 2000).
package enum Gamma {
  static let logOfTwoPi = 1.837877066409345483560659472811

  /// ln Γ(x) for x > 0.
  package static func log(_ x: Double) -> Double {
    guard x >= 1 else { return log(x + 1) - ExactMath.log(x) }
    return (x - 0.5) * ExactMath.log(x) - x + 0.5 * logOfTwoPi + stirlingError(x)
  }

  /// ln B(a, b) for a, b > 0.
  package static func logBeta(_ a: Double, _ b: Double) -> Double {
    let (small, large) = (min(a, b), max(a, b))
    guard small >= 1 else { return log(small) + (log(large) - log(large + small)) }
    // What is large in the three logarithms cancels on paper.
    let ratio = small / large
    let errors = stirlingError(small) + (stirlingError(large) - stirlingError(small + large))
    return 0.5 * (logOfTwoPi - ExactMath.log(large)) + (small - 0.5) * ExactMath.log(ratio / (1 + ratio))
      - large * ExactMath.log1p(ratio) + errors
  }

  /// ln Γ(n + 1) less Stirling's approximation of it, for real n > 0.
  static func stirlingError(_ n: Double) -> Double {
    var (shifted, sum) = (n, 0.0)
    while shifted < 15 {
      sum += stirlingStep(shifted)
      shifted += 1
    }
    let s = 1 / (shifted * shifted)
    let tail = 1.0 / 1188 - s * (691.0 / 360_360 - s / 156)
    return sum + (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s * tail)))) / shifted
  }

  /// What the error falls by from n to n + 1: (n + ½) ln(1 + 1/n) − 1, as a series of positive terms.
  private static func stirlingStep(_ n: Double) -> Double {
    guard n >= 1 else { return (n + 0.5) * ExactMath.log1p(1 / n) - 1 }
    let square = 1 / ((2 * n + 1) * (2 * n + 1))
    var (power, sum, odd) = (square, square / 3, 3.0)
    while power > sum * 1e-17 {
      power *= square
      odd += 2
      sum += power / odd
    }
    return sum
  }

  /// x ln(x / mean) + mean − x, without loss when x is near the mean.
  static func deviance(_ x: Double, mean: Double) -> Double {
    let difference = x - mean
    guard difference.magnitude < 0.1 * (x + mean) else { return x * ExactMath.log(x / mean) + mean - x }
    var v = difference / (x + mean)
    var sum = difference * v
    var term = 2 * x * v
    v *= v
    for j in 1...1000 {
      term *= v
      let next = sum + term / Double(2 * j + 1)
      if next == sum { break }
      sum = next
    }
    return sum
  }
}
