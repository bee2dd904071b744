package import Primitives

/// A value of the condition language.
///
/// Whole and fractional numbers are apart, as in expr-lang: a metric's numbers are always fractional.
package indirect enum ExpressionValue: Sendable {
  case nothing
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
  case list([ExpressionValue])
  case map([String: ExpressionValue])
  case duration(Duration)
  case date(Instant)
}

extension ExpressionValue {
  /// A JSON value; its numbers become fractional ones, as Go's decoder has them.
  package init(_ json: JSONValue) {
    self =
      switch json {
      case .null: .nothing
      case .bool(let value): .bool(value)
      case .int(let value): .float(Double(value))
      case .double(let value): .float(value)
      case .string(let value): .string(value)
      case .array(let elements): .list(elements.map(ExpressionValue.init))
      case .object(let fields): .map(fields.mapValues(ExpressionValue.init))
      }
  }

  package init(_ value: MetricValue) {
    self =
      switch value {
      case .number(let number): .float(number)
      case .list(let numbers): .list(numbers.map(ExpressionValue.float))
      case .json(let json): ExpressionValue(json)
      case .text(let text): .string(text)
      case .missing: .nothing
      }
  }

  /// The value as JSON; durations are nanoseconds as in Go, dates are RFC 3339, NaN becomes null.
  package var json: JSONValue {
    switch self {
    case .nothing: .null
    case .bool(let value): .bool(value)
    case .int(let value): .int(Int64(value))
    case .float(let value): value.isFinite ? .double(value) : .null
    case .string(let value): .string(value)
    case .list(let elements): .array(elements.map(\.json))
    case .map(let fields): .object(fields.mapValues(\.json))
    case .duration(let value): .int(value.wholeNanoseconds)
    case .date(let value): .string(value.exactText)
    }
  }

  /// The type's name as Go prints it, for messages that users of Argo Rollouts know.
  package var typeName: String {
    switch self {
    case .nothing: return "<nil>"
    case .bool: return "bool"
    case .int: return "int"
    case .float: return "float64"
    case .string: return "string"
    case .list(let elements):
      let numbers = !elements.isEmpty && elements.allSatisfy { if case .float = $0 { true } else { false } }
      return numbers ? "[]float64" : "[]interface {}"
    case .map: return "map[string]interface {}"
    case .duration: return "time.Duration"
    case .date: return "time.Time"
    }
  }

  /// The value as text, as Go's `%v` prints it; what `string(x)` gives.
  package var text: String {
    switch self {
    case .nothing: "<nil>"
    case .bool(let value): String(value)
    case .int(let value): String(value)
    case .float(let value): GoFormat.general(value)
    case .string(let value): value
    case .list(let elements): "[" + elements.map(\.text).joined(separator: " ") + "]"
    case .map(let fields):
      "map[" + fields.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.text)" }.joined(separator: " ")
        + "]"
    case .duration(let value): value.goText
    case .date(let value): value.exactText
    }
  }

  package var isNothing: Bool { if case .nothing = self { true } else { false } }

  /// The number as a double, whichever kind of number it is.
  package var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .float(let value): value
    default: nil
    }
  }

  var isNaN: Bool { if case .float(let value) = self { value.isNaN } else { false } }

  /// Equality as expr-lang has it: numbers compare across kinds, everything else only with its own kind.
  func equals(_ other: ExpressionValue) -> Bool {
    switch (self, other) {
    case (.nothing, .nothing): true
    case (.bool(let left), .bool(let right)): left == right
    case (.int(let left), .int(let right)): left == right
    case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
    case (.duration(let left), .duration(let right)): left == right
    case (.date(let left), .date(let right)): left == right
    case (.list(let left), .list(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.equals($1) }
    case (.map(let left), .map(let right)):
      left.count == right.count && left.allSatisfy { key, value in right[key].map(value.equals) ?? false }
    default:
      if let left = number, let right = other.number { left == right } else { false }
    }
  }
}
