/// Exponential and logarithm made of IEEE 754's exact operations alone.
///
/// The C library's own differ in their last bit from one processor to the next, because they fuse multiplications where
/// they can. A verdict that must be recomputed bit for bit on another machine is made of these. The polynomials are
/// those of FreeBSD's msun (`e_log.c`, `e_exp.c`); the error is below one unit in the last place.
package enum ExactMath {
  private static let ln2High = 6.93147180369123816490e-01
  private static let ln2Low = 1.90821492927058770002e-10

  /// The natural logarithm; −∞ at 0, NaN below.
  package static func log(_ value: Double) -> Double {
    guard value > 0 else { return value == 0 ? -.infinity : .nan }
    guard value.isFinite else { return value }
    var (exponent, bits) = (0, value.bitPattern)
    if value < .leastNormalMagnitude {
      exponent = -54
      bits = (value * 0x1p54).bitPattern
    }
    let high = Int(bits >> 32)
    let fraction = high & 0xF_FFFF
    let carry = (fraction + 0x9_5F64) & 0x10_0000
    exponent += (high >> 20) - 1023 + (carry >> 20)
    let scaledHigh = UInt64(fraction | (carry ^ 0x3FF0_0000))
    let f = Double(bitPattern: scaledHigh << 32 | bits & 0xFFFF_FFFF) - 1
    return logarithm(of: f, fraction: fraction, exponent: Double(exponent))
  }

  /// `log(1 + f) + exponent · ln 2` for f between √½ − 1 and √2 − 1.
  private static func logarithm(of f: Double, fraction: Int, exponent: Double) -> Double {
    if f == 0 { return exponent == 0 ? 0 : exponent * ln2High + exponent * ln2Low }
    let s = f / (2 + f)
    let z = s * s
    let w = z * z
    let even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    let inner = 2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)
    let rest = z * (6.666666666666735130e-01 + w * inner) + even
    if (fraction - 0x6_147A) | (0x6_B851 - fraction) > 0 {
      let half = 0.5 * f * f
      if exponent == 0 { return f - (half - s * (half + rest)) }
      return exponent * ln2High - ((half - (s * (half + rest) + exponent * ln2Low)) - f)
    }
    if exponent == 0 { return f - s * (f - rest) }
    return exponent * ln2High - ((s * (f - rest) - exponent * ln2Low) - f)
  }

  /// e to the power of the value; 0 and ∞ where the result leaves the range.
  package static func exp(_ value: Double) -> Double {
    guard !value.isNaN else { return value }
    guard value < 709.782712893383973096 else { return .infinity }
    guard value > -745.13321910194110842 else { return 0 }
    guard value.magnitude > 0x1p-28 else { return 1 + value }
    let isSmall = value.magnitude <= 0.34657359027997264
    let turns = isSmall ? 0 : (1.44269504088896338700 * value).rounded(.toNearestOrAwayFromZero)
    let (high, low) = (value - turns * ln2High, turns * ln2Low)
    let x = high - low
    let t = x * x
    let outer =
      6.61375632143793436117e-05 + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08)
    let c = x - t * (1.66666666666666019037e-01 + t * (-2.77777777770155933842e-03 + t * outer))
    if isSmall { return 1 - ((x * c) / (c - 2) - x) }
    let y = 1 - ((low - (x * c) / (2 - c)) - high)
    return Double(sign: .plus, exponent: Int(turns), significand: y)
  }

  /// `log(1 + x)` without loss for small x.
  package static func log1p(_ x: Double) -> Double {
    let sum = 1 + x
    if sum == 1 { return x }
    guard sum > 0, sum.isFinite else { return log(sum) }
    return log(sum) * (x / (sum - 1))
  }

  /// `exp(x) − 1` without loss for small x.
  package static func expm1(_ x: Double) -> Double {
    let power = exp(x)
    if power == 1 { return x }
    guard power > 0, power.isFinite, power - 1 != -1 else { return power - 1 }
    return (power - 1) * (x / log(power))
  }

  /// The logarithm of a sum of powers of e, without overflow; −∞ for none.
  package static func logOfSum(ofPowers exponents: some Collection<Double>) -> Double {
    guard let largest = exponents.max(), largest > -.infinity else { return -.infinity }
    var sum = 0.0
    for exponent in exponents { sum += exp(exponent - largest) }
    return largest + log(sum)
  }
}
