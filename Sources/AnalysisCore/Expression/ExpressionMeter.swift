/// Counts what one evaluation uses and stops it at the limits.
struct ExpressionMeter {
  private var steps: Int
  private var cells: Int

  init(_ limits: ExpressionLimits) {
    steps = limits.steps
    cells = limits.cells
  }

  /// Pays for work: nodes visited, elements or characters looked at.
  mutating func step(_ count: Int = 1, at column: Int) throws(ExpressionError) {
    steps -= count
    guard steps >= 0 else { throw ExpressionError(.limit, "expression takes too many steps", column: column) }
  }

  /// Pays for a walk over a whole value, however deep; shared parts count each time they are met, as a walk does.
  ///
  /// Values nested deeper than 600 are refused, so that recursion over them is safe.
  mutating func walk(_ value: ExpressionValue, times: Int = 1, at column: Int) throws(ExpressionError) {
    try step(at: column)
    let before = steps
    guard value.visit(depth: 600, budget: &steps) else {
      throw ExpressionError(.limit, "expression makes a value that is nested too deep", column: column)
    }
    let (cost, overflow) = (before - steps).multipliedReportingOverflow(by: max(0, times - 1))
    try step(overflow ? before : cost, at: column)
  }

  /// Pays for memory: elements made.
  mutating func make(_ count: Int, at column: Int) throws(ExpressionError) {
    cells -= count
    guard cells >= 0 else {
      throw ExpressionError(.limit, "expression needs too much memory", column: column)
    }
  }

  /// Pays for a text of so many bytes.
  mutating func make(text bytes: Int, at column: Int) throws(ExpressionError) {
    try make(1 + bytes / 16, at: column)
  }
}

extension ExpressionValue {
  /// Elements at the first level, or the size of a text in 16-byte pieces.
  var size: Int {
    switch self {
    case .list(let elements): elements.count
    case .map(let fields): fields.count
    case .string(let text): text.utf8.count / 16
    default: 1
    }
  }

  /// Takes the elements of all levels off the budget and stops once it is spent; false when nested too deep.
  fileprivate func visit(depth: Int, budget: inout Int) -> Bool {
    budget -= size
    guard budget >= 0 else { return true }
    guard depth > 0 else { return false }
    switch self {
    case .list(let elements):
      for element in elements where !element.visit(depth: depth - 1, budget: &budget) { return false }
    case .map(let fields):
      for element in fields.values where !element.visit(depth: depth - 1, budget: &budget) { return false }
    default: break
    }
    return true
  }
}
