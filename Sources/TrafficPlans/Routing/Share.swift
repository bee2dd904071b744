import Primitives

/// Arithmetic of weights that anybody may have written.
enum Share {
  /// A weight within bounds that no sum or product of them overflows.
  static func weight(_ value: JSONValue?, absent: Int) -> Int {
    min(1_000_000, max(0, value?.int ?? absent))
  }

  /// The part that a weight has in a sum of them, of a total, rounded up.
  static func part(_ weight: Int, of sum: Int, total: Int) -> Int {
    sum <= 0 ? 0 : (weight * total + sum - 1) / sum
  }
}
