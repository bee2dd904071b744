import Primitives

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

  private func time(
    _ symbol: BinaryOperator,
    _ left: ExpressionValue,
    _ right: ExpressionValue,
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    switch (symbol, left, right) {
    case (.add, .date(let date), .duration(let duration)), (.add, .duration(let duration), .date(let date)):
      return .date(date + duration)
    case (.subtract, .date(let date), .duration(let duration)): return .date(date + (.zero - duration))
    case (.subtract, .date(let left), .date(let right)): return .duration(left - right)
    case (.add, .duration(let left), .duration(let right)):
      return try bounded(left + right, at: column)
    case (.subtract, .duration(let left), .duration(let right)):
      return try bounded(left - right, at: column)
    case (.divide, .duration(let left), .duration(let right)):
      return .float(left.inSeconds / right.inSeconds)
    default:
      if case .duration(let size) = left, let number = right.number, symbol == .multiply || symbol == .divide
      {
        return try duration(fractional(symbol, size.inSeconds, number), at: column)
      }
      if case .duration(let size) = right, let number = left.number, symbol == .multiply {
        return try duration(size.inSeconds * number, at: column)
      }
      throw mismatch(symbol, left, right, at: column)
    }
  }

  private func bounded(_ duration: Duration, at column: Int) throws(ExpressionError) -> ExpressionValue {
    guard abs(duration.inSeconds) < 9_223_372_036 else { throw failure("duration out of range", at: column) }
    return .duration(duration)
  }

  private func duration(_ seconds: Double, at column: Int) throws(ExpressionError) -> ExpressionValue {
    guard abs(seconds) < 9_223_372_036 else { throw failure("duration out of range", at: column) }
    return .duration(.seconds(seconds))
  }
}
