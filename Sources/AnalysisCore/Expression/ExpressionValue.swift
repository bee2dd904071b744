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
  /// Nanoseconds.
  case duration(Int)
  case date(ExpressionDate)
  case zone(TimeZoneRule)
  case named(NamedNumber)
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
      case .array(let elements): .list(elements.map { ExpressionValue($0) })
      case .object(let fields): .map(fields.mapValues { ExpressionValue($0) })
      }
  }

  /// A JSON value as the same text has it in an expression: a number without point and exponent is whole.
  package init(literal json: JSONValue) {
    self =
      switch json {
      case .int(let value): .int(Int(value))
      case .array(let elements): .list(elements.map { ExpressionValue(literal: $0) })
      case .object(let fields): .map(fields.mapValues { ExpressionValue(literal: $0) })
      default: ExpressionValue(json)
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
    case .zone: return "*time.Location"
    case .named(let value): return value.typeName
    }
  }

  /// The value as text, as Go's `%v` prints it; what `string(x)` gives.
  package var text: String {
    switch self {
    case .nothing: "<nil>"
    case .bool(let value): String(value)
    case .int(let value): String(value)
    case .float(let value): GoFormat.value(value)
    case .string(let value): value
    case .list(let elements): "[" + elements.map(\.text).joined(separator: " ") + "]"
    case .map(let fields):
      "map[" + fields.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.text)" }.joined(separator: " ")
        + "]"
    case .duration(let value): GoDuration.text(value)
    case .date(let value): GoTimeLayout.format(value, "2006-01-02 15:04:05.999999999 -0700 MST")
    case .zone(let value): value.name
    case .named(let value): value.name
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
  ///
  /// Inside maps the kinds of numbers must agree too, as in Go's `DeepEqual`.
  func equals(_ other: ExpressionValue, isExact: Bool = false) -> Bool {
    switch (self, other) {
    case (.nothing, .nothing): true
    case (.bool(let left), .bool(let right)): left == right
    case (.int(let left), .int(let right)): left == right
    case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
    case (.duration(let left), .duration(let right)): left == right
    case (.date(let left), .date(let right)): left == right
    case (.named(let left), .named(let right)): left == right
    case (.zone(let left), .zone(let right)): left.name == right.name
    case (.list(let left), .list(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.equals($1, isExact: isExact) }
    case (.map(let left), .map(let right)):
      left.count == right.count
        && left.allSatisfy { key, value in right[key].map { value.equals($0, isExact: true) } ?? false }
    case (.int, .float) where isExact, (.float, .int) where isExact: false
    default:
      if let left = number, let right = other.number { left == right } else { false }
    }
  }
}
