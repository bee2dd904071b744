extension Evaluator {
  mutating func arithmetic(
    _ symbol: BinaryOperator,
    _ left: ExpressionValue,
    _ right: ExpressionValue,
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    switch (left, right) {
    case (.int(let left), .int(let right)): return try whole(symbol, left, right, at: column)
    case (.string(let left), .string(let right)) where symbol == .add:
      try meter.make(text: left.utf8.count + right.utf8.count, at: column)
      return .string(left + right)
    case (.duration, _), (_, .duration), (.date, _):
      return try time(symbol, left, right, at: column)
    default:
      guard let leftNumber = left.number, let rightNumber = right.number, symbol != .remainder else {
        throw mismatch(symbol, left, right, at: column)
      }
      return .float(fractional(symbol, leftNumber, rightNumber))
    }
  }

  /// Whole numbers wrap around as in Go; division is always fractional.
  private func whole(
    _ symbol: BinaryOperator,
    _ left: Int,
    _ right: Int,
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    switch symbol {
    case .add: return .int(left &+ right)
    case .subtract: return .int(left &- right)
    case .multiply: return .int(left &* right)
    case .remainder:
      guard right != 0 else { throw failure("integer divide by zero", at: column) }
      return .int(right == -1 ? 0 : left % right)
    default: return .float(fractional(symbol, Double(left), Double(right)))
    }
  }

  private func fractional(_ symbol: BinaryOperator, _ left: Double, _ right: Double) -> Double {
    switch symbol {
    case .add: left + right
    case .subtract: left - right
    case .multiply: left * right
    case .divide: left / right
    default: power(left, right)
    }
  }

  /// Durations are whole nanoseconds and wrap around as in Go; times a fraction, they are numbers of nanoseconds.
  private func time(
    _ symbol: BinaryOperator,
    _ left: ExpressionValue,
    _ right: ExpressionValue,
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    switch (symbol, left, right) {
    case (.add, .date(let date), .duration(let duration)), (.add, .duration(let duration), .date(let date)):
      return try moved(date, by: duration, at: column)
    case (.subtract, .date(let date), .duration(let duration)):
      return try moved(date, by: 0 &- duration, at: column)
    case (.subtract, .date(let left), .date(let right)): return .duration(left.nanoseconds(since: right))
    case (.add, .duration(let left), .duration(let right)): return .duration(left &+ right)
    case (.subtract, .duration(let left), .duration(let right)): return .duration(left &- right)
    case (.multiply, .duration(let left), .duration(let right)),
      (.multiply, .duration(let left), .int(let right)), (.multiply, .int(let left), .duration(let right)):
      return .duration(left &* right)
    case (.multiply, .duration(let size), .float(let number)),
      (.multiply, .float(let number), .duration(let size)):
      return .float(Double(size) * number)
    default: throw mismatch(symbol, left, right, at: column)
    }
  }

  private func moved(
    _ date: ExpressionDate,
    by nanoseconds: Int,
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    guard let moved = date.adding(nanoseconds: nanoseconds) else {
      throw failure("date out of range", at: column)
    }
    return .date(moved)
  }
}
