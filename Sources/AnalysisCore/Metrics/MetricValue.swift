package import Primitives

/// What a provider answered to one query, before any condition is asked about it.
///
/// Numbers keep NaN and infinities, which JSON has no words for. An answer without data is `missing` or an empty list
/// and never counts as a success by itself.
package enum MetricValue: Sendable, Hashable {
  /// One number, NaN and infinities included: a Prometheus scalar.
  case number(Double)
  /// Numbers in the order of the answer: a Prometheus vector, or a matrix flattened.
  case list([Double])
  /// Any JSON value: the match of a web provider's JSON path.
  case json(JSONValue)
  /// A text that is not JSON.
  case text(String)
  /// The provider answered, but with nothing.
  case missing

  /// Whether there is nothing in the answer: nil, JSON's null, or a list or object without elements.
  package var isEmpty: Bool {
    switch self {
    case .number, .text: false
    case .list(let numbers): numbers.isEmpty
    case .json(.null), .missing: true
    case .json(.array(let elements)): elements.isEmpty
    case .json(.object(let fields)): fields.isEmpty
    case .json: false
    }
  }

  /// Whether the answer is a number that is none, or a list of nothing else.
  package var isNotANumber: Bool {
    switch self {
    case .number(let number): number.isNaN
    case .list(let numbers): !numbers.isEmpty && numbers.allSatisfy(\.isNaN)
    case .json, .text, .missing: false
    }
  }

  /// The text kept in a measurement's `value`: `0.95`, `[0.9,1]`, JSON, or the text itself; empty when missing.
  package var valueText: String {
    switch self {
    case .number(let number): GoFormat.plain(number)
    case .list(let numbers): "[" + numbers.map(GoFormat.plain).joined(separator: ",") + "]"
    case .json(let value): value.text()
    case .text(let text): text
    case .missing: ""
    }
  }
}
