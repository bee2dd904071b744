extension Evaluator {
  func unary(
    _ symbol: UnaryOperator,
    _ operand: ExpressionValue,
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    switch (symbol, operand) {
    case (.not, .bool(let truth)): return .bool(!truth)
    case (.not, _): throw failure("expected bool, but got \(operand.typeName)", at: column)
    case (.minus, .int(let number)): return .int(0 &- number)
    case (.minus, .float(let number)): return .float(-number)
    // What is no number is refused before, as far as types are known; here, as in expr-lang, nothing is done.
    case (.plus, _): return operand
    default:
      throw failure("invalid operation: -\(operand.typeName)", at: column)
    }
  }

  mutating func binary(
    _ symbol: BinaryOperator,
    _ left: SyntaxNode,
    _ right: SyntaxNode,
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    switch symbol {
    case .or: return .bool(try shortCircuit(left, right, decidedBy: true))
    case .and: return .bool(try shortCircuit(left, right, decidedBy: false))
    case .coalesce:
      let value = try value(of: left)
      return value.isNothing ? try self.value(of: right) : value
    default:
      return try apply(symbol, try value(of: left), try value(of: right), at: column)
    }
  }

  /// `||` and `&&`. A side that decides alone also decides whether the result rests on NaN.
  private mutating func shortCircuit(
    _ left: SyntaxNode,
    _ right: SyntaxNode,
    decidedBy decisive: Bool
  ) throws(ExpressionError) -> Bool {
    let before = comparedNaN
    comparedNaN = false
    if try truth(of: left) == decisive {
      comparedNaN = before || comparedNaN
      return decisive
    }
    let leftRestsOnNaN = comparedNaN
    comparedNaN = false
    let result = try truth(of: right)
    let own = result == decisive ? comparedNaN : leftRestsOnNaN || comparedNaN
    comparedNaN = before || own
    return result
  }

  private mutating func apply(
    _ symbol: BinaryOperator,
    _ left: ExpressionValue,
    _ right: ExpressionValue,
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    switch symbol {
    case .equal, .notEqual:
      if left.isNaN || right.isNaN { comparedNaN = true }
      try meter.walk(left, at: column)
      try meter.walk(right, at: column)
      return .bool(left.equals(right) == (symbol == .equal))
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      return .bool(try compare(symbol, left, right, at: column))
    case .isIn: return .bool(try contains(left, in: right, at: column))
    case .contains, .startsWith, .endsWith, .matches:
      return try text(symbol, left, right, at: column)
    case .range: return try range(left, right, at: column)
    default: return try arithmetic(symbol, left, right, at: column)
    }
  }

  func mismatch(
    _ symbol: BinaryOperator,
    _ left: ExpressionValue,
    _ right: ExpressionValue,
    at column: Int
  ) -> ExpressionError {
    failure("invalid operation: \(left.typeName) \(symbol.rawValue) \(right.typeName)", at: column)
  }

  private mutating func compare(
    _ symbol: BinaryOperator,
    _ left: ExpressionValue,
    _ right: ExpressionValue,
    at column: Int
  ) throws(ExpressionError) -> Bool {
    switch (left, right) {
    case (.int(let left), .int(let right)): return symbol.orders(left, right)
    case (.string(let left), .string(let right)):
      try meter.step(min(left.utf8.count, right.utf8.count), at: column)
      return symbol.orders(ByteOrder(left), ByteOrder(right))
    case (.duration(let left), .duration(let right)): return symbol.orders(left, right)
    case (.date(let left), .date(let right)): return symbol.orders(left, right)
    default:
      guard let leftNumber = left.number, let rightNumber = right.number else {
        throw mismatch(symbol, left, right, at: column)
      }
      if leftNumber.isNaN || rightNumber.isNaN { comparedNaN = true }
      return symbol.orders(leftNumber, rightNumber)
    }
  }

  private mutating func contains(
    _ element: ExpressionValue,
    in container: ExpressionValue,
    at column: Int
  ) throws(ExpressionError) -> Bool {
    switch container {
    case .list(let elements):
      try meter.walk(container, at: column)
      try meter.walk(element, at: column)
      if element.isNaN { comparedNaN = true }
      return elements.contains { $0.equals(element) }
    case .map(let fields):
      switch element {
      case .string(let name): return fields[name] != nil
      // The groups of `groupBy` may have any keys.
      case .int, .float, .bool: return fields[element.text] != nil
      default: throw mismatch(.isIn, element, container, at: column)
      }
    case .nothing: return false
    default: throw mismatch(.isIn, element, container, at: column)
    }
  }

  private mutating func text(
    _ symbol: BinaryOperator,
    _ left: ExpressionValue,
    _ right: ExpressionValue,
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    if left.isNothing || right.isNothing { return .bool(false) }
    guard case .string(let text) = left, case .string(let other) = right else {
      throw mismatch(symbol, left, right, at: column)
    }
    try meter.step((text.utf8.count + other.utf8.count) / 16, at: column)
    switch symbol {
    case .startsWith: return .bool(text.utf8.starts(with: other.utf8))
    case .endsWith: return .bool(text.utf8.reversed().starts(with: other.utf8.reversed()))
    case .contains:
      try meter.step(ByteSearch.cost(of: other, in: text), at: column)
      return .bool(ByteSearch.first(of: other, in: text) != nil)
    default:
      return try matches(left, try pattern(other, at: column), at: column)
    }
  }

  private func pattern(_ text: String, at column: Int) throws(ExpressionError) -> Pattern {
    do throws(PatternError) {
      return try Pattern(text)
    } catch {
      throw failure(error.description, at: column)
    }
  }

  mutating func matches(
    _ value: ExpressionValue,
    _ pattern: Pattern,
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    if value.isNothing { return .bool(false) }
    guard case .string(let text) = value else { throw mismatch(.matches, value, .string(""), at: column) }
    try meter.step(pattern.cost(of: text), at: column)
    return .bool(pattern.matches(text))
  }

  private mutating func range(
    _ left: ExpressionValue,
    _ right: ExpressionValue,
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    guard let low = Self.whole(left), let high = Self.whole(right) else {
      throw mismatch(.range, left, right, at: column)
    }
    guard low <= high else { return .list([]) }
    let (width, overflow) = high.subtractingReportingOverflow(low)
    try meter.make(overflow ? .max : width, at: column)
    return .list((low...high).map(ExpressionValue.int))
  }

  /// A bound of a range; as in Go, one that is known only now may be a fractional number, whose fraction is cut.
  private static func whole(_ value: ExpressionValue) -> Int? {
    switch value {
    case .int(let number): number
    case .float(let number): Int(exactly: number.rounded(.towardZero))
    default: nil
    }
  }
}

extension BinaryOperator {
  func orders<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
    switch self {
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    default: left >= right
    }
  }
}

/// Texts in the order of their bytes, as Go compares them.
private struct ByteOrder: Comparable {
  let text: String

  init(_ text: String) { self.text = text }

  static func < (left: ByteOrder, right: ByteOrder) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }

  static func == (left: ByteOrder, right: ByteOrder) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }
}
