/// The beta distribution: its tails are the regularized incomplete beta function.
package struct Beta: Sendable {
  package let a: Double
  package let b: Double

  /// Both parameters are above 0.
  package init(_ a: Double, _ b: Double) {
    self.a = a
    self.b = b
  }

  /// P(X ≤ x).
  package func lower(_ x: Double) -> Double { lower(x, rest: 1 - x) }

  /// P(X > x).
  package func upper(_ x: Double) -> Double { Beta(b, a).lower(1 - x, rest: x) }

  /// P(X ≤ x) where 1 − x is known to more digits than the subtraction would leave.
  func lower(_ x: Double, rest: Double) -> Double {
    if x <= 0 { return 0 }
    if rest <= 0 { return 1 }
    let weight = Binomial.density(a, a + b, x, rest)
    if x < (a + 1) / (a + b + 2) { return weight * b / (a + b) * Self.fraction(a, b, x) }
    return 1 - weight * a / (a + b) * Self.fraction(b, a, rest)
  }

  /// The x with P(X ≤ x) = p: the root to the last digits that the tails have.
  package func quantile(_ p: Double) -> Double {
    if p <= 0 { return 0 }
    if p >= 1 { return 1 }
    // Positive doubles are ordered as their bit patterns are, so that halving the patterns finds the smallest root too.
    var (low, high) = (UInt64(0), (1.0).bitPattern)
    var x = a / (a + b)
    for _ in 0..<200 {
      let excess = p <= 0.5 ? lower(x) - p : (1 - p) - upper(x)
      if excess == 0 { return x }
      if excess < 0 { low = x.bitPattern } else { high = x.bitPattern }
      guard high - low > 1 else { return x }
      let slope = Binomial.density(a, a + b, x, 1 - x) * (a * b / (a + b)) / (x * (1 - x))
      let newton = x - excess / slope
      let isInside = newton > Double(bitPattern: low) && newton < Double(bitPattern: high)
      let next = isInside ? newton : Double(bitPattern: low + (high - low) / 2)
      if isInside, (next - x).magnitude <= 2 * x.ulp { return next }
      x = next
    }
    return x
  }

  /// Lentz's evaluation of the continued fraction; converges fast for x below (a + 1) / (a + b + 2).
  private static func fraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
    let tiny = 1e-300
    func away(_ value: Double) -> Double { value.magnitude < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / away(1 - (a + b) * x / (a + 1))
    var result = d
    for step in 1...100_000 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / away(1 + even * d)
      c = away(1 + even / c)
      result *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / away(1 + odd * d)
      c = away(1 + odd / c)
      let change = d * c
      result *= change
      if (change - 1).magnitude < 1e-16 { break }
    }
    return result
  }
}
