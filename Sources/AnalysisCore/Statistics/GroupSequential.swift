/// Boundaries of a test that looks a few times, by recursive integration (Armitage, McPherson and Rowe, 1969).
///
/// The statistic is a standard normal z at each look; the scores between looks are independent. Fractions are shares of
/// the information that the last look has: rising, the last at most 1.
package enum GroupSequential {
  /// Which sides end the test.
  package enum Sides: Sendable {
    case upper, both
  }

  /// The boundaries of z that spend what the function allows at each look, `alpha` on each side.
  package static func boundaries(
    _ spending: SpendingFunction,
    alpha: Double,
    at fractions: [Double],
    sides: Sides = .upper
  ) -> [Double] {
    var walk = ScoreWalk(sides: sides)
    var spent = 0.0
    return fractions.map { fraction in
      let now = max(spent, spending.spent(alpha, at: fraction))
      let boundary = walk.boundary(spending: now - spent, at: fraction)
      spent = now
      walk.advance(boundary: boundary, to: fraction)
      return boundary
    }
  }

  /// Pocock's boundaries: the same z at every one of `looks` evenly spaced looks.
  package static func pocock(alpha: Double, looks: Int, sides: Sides = .upper) -> [Double] {
    constant(alpha, looks, sides) { _ in 1 }
  }

  /// O'Brien and Fleming's boundaries: the z of the last look is the least, earlier ones are higher by √(looks / look).
  package static func obrienFleming(alpha: Double, looks: Int, sides: Sides = .upper) -> [Double] {
    constant(alpha, looks, sides) { 1 / $0.squareRoot() }
  }

  /// The probability, on each side, to cross the boundaries while there is no effect.
  package static func crossing(_ boundaries: [Double], at fractions: [Double], sides: Sides = .upper)
    -> Double
  {
    var walk = ScoreWalk(sides: sides)
    var sum = 0.0
    for (boundary, fraction) in zip(boundaries, fractions) {
      sum += walk.crossing(boundary, at: fraction)
      walk.advance(boundary: boundary, to: fraction)
    }
    return sum
  }

  private static func constant(
    _ alpha: Double,
    _ looks: Int,
    _ sides: Sides,
    shape: (Double) -> Double
  ) -> [Double] {
    let fractions = (1...looks).map { Double($0) / Double(looks) }
    let shapes = fractions.map(shape)
    // One look more only raises the constant; Bonferroni's is above it.
    let low = Normal.upperQuantile(alpha)
    let high = Normal.upperQuantile(alpha / Double(looks)) + 1e-9
    let constant = falling(from: low, to: high) { constant in
      crossing(shapes.map { $0 * constant }, at: fractions, sides: sides) - alpha
    }
    return shapes.map { $0 * constant }
  }

  /// The root of a falling function between two ends, by regula falsi in the Illinois way.
  static func falling(from low: Double, to high: Double, _ function: (Double) -> Double) -> Double {
    var (a, b) = (low, high)
    var (fa, fb) = (function(a), function(b))
    if fa <= 0 { return a }
    if fb >= 0 { return b }
    // The end that stays a second time counts half, so that it moves too.
    var lastMoved = 0
    for _ in 0..<200 {
      let next = (a * fb - b * fa) / (fb - fa)
      guard next > a, next < b, b - a > 1e-13 else { return next }
      let value = function(next)
      if value == 0 { return next }
      if value > 0 {
        (a, fa) = (next, value)
        if lastMoved == 1 { fb /= 2 }
        lastMoved = 1
      } else {
        (b, fb) = (next, value)
        if lastMoved == -1 { fa /= 2 }
        lastMoved = -1
      }
    }
    return (a + b) / 2
  }
}
