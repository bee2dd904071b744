extension ExpressionChecker {
  func unary(
    _ symbol: UnaryOperator,
    _ operand: ExpressionNature,
    _ node: SyntaxNode
  ) throws(ExpressionError) -> ExpressionNature {
    switch symbol {
    case .not where operand == .bool || operand.isUnknown: return .bool
    case .minus where operand.isNumber || operand.isUnknown: return operand
    case .plus where operand.isNumber || operand.isUnknown: return operand
    default:
      throw failure("invalid operation: \(symbol.spelling) (mismatched type \(operand.name))", at: node)
    }
  }

  func binary(
    _ symbol: BinaryOperator,
    _ left: ExpressionNature,
    _ right: ExpressionNature,
    _ node: SyntaxNode
  ) throws(ExpressionError) -> ExpressionNature {
    if let nature = try result(symbol, left, right, node) { return nature }
    throw failure(
      "invalid operation: \(symbol.rawValue) (mismatched types \(left.name) and \(right.name))",
      at: node
    )
  }

  /// What is known of the value; nil when the operator does not stand between such operands.
  private func result(
    _ symbol: BinaryOperator,
    _ left: ExpressionNature,
    _ right: ExpressionNature,
    _ node: SyntaxNode
  ) throws(ExpressionError) -> ExpressionNature? {
    switch symbol {
    case .pipe: return .unknown
    case .or, .and: return Self.fit(left, right, [.bool]) ? .bool : nil
    case .equal, .notEqual: return left.isComparable(to: right) ? .bool : nil
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      let isOrdered = left.isNumber && right.isNumber || left == right && Self.ordered.contains(left)
      return isOrdered || Self.fit(left, right, Self.ordered + [.int, .float]) && Self.isOpen(left, right)
        ? .bool : nil
    case .isIn: return try membership(left, right, node)
    case .matches, .contains, .startsWith, .endsWith: return Self.fit(left, right, [.string]) ? .bool : nil
    case .range: return Self.fit(left, right, [.int]) ? .list(.int) : nil
    case .add, .subtract, .multiply: return arithmetic(symbol, left, right)
    case .divide, .power: return Self.fit(left, right, [.int, .float]) ? .float : nil
    case .remainder: return Self.fit(left, right, [.int]) ? .int : nil
    case .coalesce: return left.joined(with: right)
    }
  }

  private static let ordered: [ExpressionNature] = [.string, .date, .duration]

  private static func isOpen(_ left: ExpressionNature, _ right: ExpressionNature) -> Bool {
    left.isUnknown || right.isUnknown
  }

  /// Whether both are among the natures, as far as they are known.
  private static func fit(
    _ left: ExpressionNature,
    _ right: ExpressionNature,
    _ natures: [ExpressionNature]
  ) -> Bool {
    (left.isUnknown || natures.contains(left)) && (right.isUnknown || natures.contains(right))
  }

  private func arithmetic(
    _ symbol: BinaryOperator,
    _ left: ExpressionNature,
    _ right: ExpressionNature
  ) -> ExpressionNature? {
    if left.isNumber, right.isNumber { return left == .int && right == .int ? .int : .float }
    switch (symbol, left, right) {
    case (.add, .string, .string): return .string
    case (.add, .date, .duration), (.add, .duration, .date), (.subtract, .date, .duration): return .date
    case (.add, .duration, .duration), (.subtract, .duration, .duration), (.subtract, .date, .date),
      (.multiply, .duration, .duration), (.multiply, .duration, .int), (.multiply, .int, .duration):
      return .duration
    case (.multiply, .duration, .float), (.multiply, .float, .duration): return .unknown
    default: break
    }
    guard Self.isOpen(left, right) else { return nil }
    let operands: [ExpressionNature] =
      switch symbol {
      case .add: [.int, .float, .string, .date, .duration]
      case .subtract: [.int, .float, .date, .duration]
      default: [.int, .float, .duration]
      }
    return Self.fit(left, right, operands) ? .unknown : nil
  }

  private func membership(
    _ left: ExpressionNature,
    _ right: ExpressionNature,
    _ node: SyntaxNode
  ) throws(ExpressionError) -> ExpressionNature? {
    switch right {
    case .unknown, .groups: return .bool
    case .map:
      guard left == .string || left.isUnknown else {
        throw failure("cannot use \(left.name) as type string in map key", at: node)
      }
      return .bool
    case .list(let element):
      guard left.isComparable(to: element) else {
        throw failure("cannot use \(left.name) as type \(element.name) in array", at: node)
      }
      return .bool
    case .string: return left.isUnknown ? .bool : nil
    default: return nil
    }
  }
}

extension UnaryOperator {
  var spelling: String {
    switch self {
    case .not: "!"
    case .minus: "-"
    case .plus: "+"
    }
  }
}
