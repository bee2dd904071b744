/// Fisher's exact test of a table of two rows, such as failed and other requests of canary and stable.
package struct FisherExact: Sendable {
  /// P(at least as much in the first cell) when rows do not differ.
  package let greater: Double
  /// P(at most as much in the first cell).
  package let less: Double
  /// P(tables at most as probable as this one), as R and scipy have it.
  package let twoSided: Double

  /// The rows are (a, b) and (c, d); none is negative.
  package init(_ a: Int, _ b: Int, _ c: Int, _ d: Int) {
    let (row, column, total) = (a + b, a + c, a + b + c + d)
    let range = max(0, row + column - total)...min(row, column)
    let masses = range.map { Self.mass($0, row: row, column: column, total: total) }
    let place = a - range.lowerBound
    // Tables that are equally probable differ in their last digits.
    let limit = masses[place] * (1 + 1e-7)
    greater = min(1, masses[place...].reduce(0, +))
    less = min(1, masses[...place].reduce(0, +))
    twoSided = min(1, masses.filter { $0 <= limit }.reduce(0, +))
  }

  private static func mass(_ a: Int, row: Int, column: Int, total: Int) -> Double {
    guard row > 0, column > 0, row < total else { return 1 }
    let (p, q) = (Double(column) / Double(total), Double(total - column) / Double(total))
    let first = Binomial.density(Double(a), Double(row), p, q)
    let second = Binomial.density(Double(column - a), Double(total - row), p, q)
    return first * second / Binomial.density(Double(column), Double(total), p, q)
  }
}
