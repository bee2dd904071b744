/// The standard normal distribution.
package enum Normal {
  /// P(Z ≤ z), to full relative precision in the lower tail.
  package static func lower(_ z: Double) -> Double { upper(-z) }

  /// P(Z > z), to full relative precision in the upper tail.
  package static func upper(_ z: Double) -> Double {
    if z.isNaN { return .nan }
    if z < 0 { return 1 - upper(-z) }
    guard z < 1.75 else { return z > 39 ? 0 : density(z) * tail(z) }
    return 0.5 - density(z) * center(z)
  }

  package static func density(_ z: Double) -> Double {
    ExactMath.exp(-0.5 * z * z) * 0.398942280401432677939946059934
  }

  /// The z with P(Z > z) = p.
  package static func upperQuantile(_ p: Double) -> Double {
    if p >= 1 { return -.infinity }
    if p > 0.5 { return -upperQuantile(1 - p) }
    guard p > 0 else { return .infinity }
    if p == 0.5 { return 0 }
    // Hastings' approximation (Abramowitz and Stegun 26.2.23), then Newton on the logarithm, which is nearly straight.
    let t = (-2 * ExactMath.log(p)).squareRoot()
    let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
    var z = t - numerator / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    let target = ExactMath.log(p)
    for _ in 0..<8 {
      let tail = upper(z)
      let step = (ExactMath.log(tail) - target) * tail / density(z)
      z += step
      if step.magnitude <= z.ulp { break }
    }
    return z
  }

  /// (P(Z ≤ z) − ½) / density: a series of positive terms.
  private static func center(_ z: Double) -> Double {
    var (term, sum, odd) = (z, z, 1.0)
    while term > sum * 1e-17 {
      odd += 2
      term *= z * z / odd
      sum += term
    }
    return sum
  }

  /// P(Z > z) / density: Laplace's continued fraction, evaluated from a depth that suffices.
  private static func tail(_ z: Double) -> Double {
    var value = z
    var depth = (20 + 450 / (z * z)).rounded()
    while depth >= 1 {
      value = z + depth / value
      depth -= 1
    }
    return 1 / value
  }
}
