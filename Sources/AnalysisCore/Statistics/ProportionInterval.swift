/// An interval that holds a proportion with some confidence.
package struct ProportionInterval: Sendable, Hashable {
  package let low: Double
  package let high: Double

  /// Wilson's score interval.
  package static func wilson(_ successes: Int, of trials: Int, confidence: Double = 0.95)
    -> ProportionInterval
  {
    guard trials > 0 else { return ProportionInterval(low: 0, high: 1) }
    let (z, n) = (Normal.upperQuantile((1 - confidence) / 2), Double(trials))
    let p = Double(successes) / n
    let center = (p + z * z / (2 * n)) / (1 + z * z / n)
    let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() / (1 + z * z / n)
    return ProportionInterval(
      low: successes == 0 ? 0 : max(0, center - half),
      high: successes == trials ? 1 : min(1, center + half)
    )
  }

  /// Clopper and Pearson's exact interval.
  package static func clopperPearson(_ successes: Int, of trials: Int, confidence: Double = 0.95)
    -> ProportionInterval
  {
    let (s, n, tail) = (Double(successes), Double(trials), (1 - confidence) / 2)
    return ProportionInterval(
      low: successes == 0 ? 0 : Beta(s, n - s + 1).quantile(tail),
      high: successes == trials ? 1 : 1 - Beta(n - s, s + 1).quantile(tail)
    )
  }
}
