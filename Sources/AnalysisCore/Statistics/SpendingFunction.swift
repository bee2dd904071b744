/// How much of a risk may be spent by the time that a share of the information is in (Lan and DeMets).
package enum SpendingFunction: String, Sendable, Hashable, CaseIterable {
  /// Little at first, nearly all at the end.
  case obrienFleming = "lanDeMetsOBrienFleming"
  /// Nearly evenly.
  case pocock = "lanDeMetsPocock"

  /// The risk spent at `fraction` of the information, of `alpha` on one side.
  package func spent(_ alpha: Double, at fraction: Double) -> Double {
    guard fraction < 1 else { return alpha }
    guard fraction > 0 else { return 0 }
    return switch self {
    case .obrienFleming: 2 * Normal.upper(Normal.upperQuantile(alpha / 2) / fraction.squareRoot())
    case .pocock: alpha * ExactMath.log1p((2.718281828459045235360287 - 1) * fraction)
    }
  }
}
