import Primitives

/// The functions of the condition language that take plain values.
///
/// A new one needs a case here, its arity if it is not 1, and a line in the switch of its family.
enum Builtin: String, Sendable, CaseIterable {
  // Of Argo Rollouts.
  case asInt, asFloat, isNaN, isInf, isNil
  case `default`
  // Conversions.
  case int, float, string, type, toJSON, fromJSON
  // Numbers.
  case abs, ceil, floor, round, min, max, mean, median
  // Lists and maps.
  case len, first, last, take, reverse, concat, flatten, uniq, sort, keys, values, get, join
  // Texts.
  case trim, trimPrefix, trimSuffix, upper, lower, split, replace
  case `repeat`
  case indexOf, lastIndexOf, hasPrefix, hasSuffix
  // Time.
  case now, duration, date

  static func named(_ name: String) -> Builtin? { Builtin(rawValue: name) }

  /// How many arguments it takes.
  var arity: ClosedRange<Int> {
    switch self {
    case .now: 0...0
    case .min, .max, .mean, .median, .concat: 1...64
    case .default, .take, .repeat, .indexOf, .lastIndexOf, .hasPrefix, .hasSuffix, .get: 2...2
    case .trim, .trimPrefix, .trimSuffix, .join, .sort: 1...2
    case .split: 2...3
    case .replace: 3...4
    default: 1...1
    }
  }
}

/// One call of a builtin: its arguments, and where a message about it points.
struct BuiltinCall {
  let builtin: Builtin
  let arguments: [ExpressionValue]
  let column: Int
  let now: Instant?

  func failure(_ message: String) -> ExpressionError {
    ExpressionError(.evaluation, message, column: column)
  }

  /// The error for an argument of a type that the function does not take.
  func unsupported(_ value: ExpressionValue) -> ExpressionError {
    failure("invalid argument for \(builtin.rawValue) (type \(value.typeName))")
  }

  var first: ExpressionValue { arguments.first ?? .nothing }

  func number(_ index: Int) throws(ExpressionError) -> Double {
    guard let number = arguments[index].number else { throw unsupported(arguments[index]) }
    return number
  }

  func int(_ index: Int) throws(ExpressionError) -> Int {
    guard case .int(let number) = arguments[index] else { throw unsupported(arguments[index]) }
    return number
  }

  func text(_ index: Int) throws(ExpressionError) -> String {
    guard case .string(let text) = arguments[index] else { throw unsupported(arguments[index]) }
    return text
  }

  func list(_ index: Int) throws(ExpressionError) -> [ExpressionValue] {
    guard case .list(let elements) = arguments[index] else { throw unsupported(arguments[index]) }
    return elements
  }
}
