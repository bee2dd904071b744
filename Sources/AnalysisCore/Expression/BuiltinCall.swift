package import Primitives

/// What a call may learn of the world.
package struct ExpressionClock: Sendable {
  /// The time of `now()`; without one the function is an error.
  package let now: Instant?
  /// The bytes of a file of the tz database, by the zone's name; without it only UTC has a name.
  package let zoneFile: @Sendable (String) -> [UInt8]?

  package init(now: Instant? = nil, zoneFile: @escaping @Sendable (String) -> [UInt8]? = { _ in nil }) {
    self.now = now
    self.zoneFile = zoneFile
  }
}

/// One call of a builtin: its arguments, and where a message about it points.
struct BuiltinCall {
  let builtin: Builtin
  let arguments: [ExpressionValue]
  let column: Int

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
