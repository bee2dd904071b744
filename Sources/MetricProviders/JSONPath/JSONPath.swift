package import Primitives

/// Why a text is no JSONPath, or a path has no value: one line.
package struct JSONPathError: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

/// A path into a JSON value in the dialect of Kubernetes: `{.items[0].name}`, `{$..x}`, `{.a['b']}`, `{[*]}`,
/// `{.list[?(@.x == "y")].z}`.
///
/// Of the template language around it only one `{…}` is taken. Where Kubernetes leaves the order of an object's fields
/// open, it is that of their names.
package struct JSONPath: Sendable, Hashable {
  /// One step from a set of values to the next.
  enum Step: Sendable, Hashable {
    /// The fields of these names.
    case fields([String])
    /// The elements at these places; negative ones count from the end.
    case elements([Int])
    case slice(start: Int?, end: Int?, stride: Int)
    case wildcard
    /// The value itself and everything below it.
    case recursion
    case filter(Filter)
  }

  /// A condition on the elements of a list.
  struct Filter: Sendable, Hashable {
    enum Comparison: String, Sendable {
      case equal = "=="
      case notEqual = "!="
      case lessOrEqual = "<="
      case greaterOrEqual = ">="
      case less = "<"
      case greater = ">"
    }

    enum Operand: Sendable, Hashable {
      /// From the element (`@`).
      case relative([Step])
      /// From the whole document (`$`).
      case absolute([Step])
      case literal(JSONValue)
    }

    let left: Operand
    /// Nil asks only whether the left side is there.
    let comparison: Comparison?
    let right: Operand
  }

  /// The most values that a step may lead to; `..` repeated would grow without end.
  static let limit = 100_000

  /// The path as it was written.
  package let text: String
  let steps: [Step]

  /// The values that the path leads to, in order; none is no error.
  package func matches(in root: JSONValue) throws(JSONPathError) -> [JSONValue] {
    var budget = 4 * Self.limit
    return try Self.follow(steps, from: root, root: root, budget: &budget)
  }

  /// The first value that the path leads to; throws when there is none.
  package func first(in root: JSONValue) throws(JSONPathError) -> JSONValue {
    guard let first = try matches(in: root).first else { throw JSONPathError("nothing found at \(text)") }
    return first
  }
}

// MARK: Evaluation

extension JSONPath {
  private static func follow(
    _ steps: [Step],
    from start: JSONValue,
    root: JSONValue,
    budget: inout Int
  ) throws(JSONPathError) -> [JSONValue] {
    var values = [start]
    for step in steps {
      var next: [JSONValue] = []
      for value in values {
        try apply(step, to: value, root: root, into: &next, budget: &budget)
        budget -= 1
        guard next.count <= limit, budget > 0 else {
          throw JSONPathError("the path leads to too many values")
        }
      }
      values = next
    }
    return values
  }

  private static func apply(
    _ step: Step,
    to value: JSONValue,
    root: JSONValue,
    into result: inout [JSONValue],
    budget: inout Int
  ) throws(JSONPathError) {
    switch step {
    case .fields(let names): result += names.compactMap { value[$0] }
    case .elements(let places):
      let count = value.array?.count ?? 0
      result += places.compactMap { value[$0 < 0 ? $0 + count : $0] }
    case .slice(let start, let end, let stride):
      guard let elements = value.array else { return }
      let (start, end) = (place(start ?? 0, elements.count), place(end ?? elements.count, elements.count))
      guard start < end else { return }
      result += Swift.stride(from: start, to: end, by: stride).map { elements[$0] }
    case .wildcard: result += children(of: value)
    case .recursion: try descend(value, into: &result)
    case .filter(let filter):
      for element in value.array ?? [] {
        if try holds(filter, for: element, root: root, budget: &budget) { result.append(element) }
      }
    }
  }

  private static func place(_ index: Int, _ count: Int) -> Int {
    max(0, min(count, index < 0 ? index + count : index))
  }

  private static func children(of value: JSONValue) -> [JSONValue] {
    switch value {
    case .array(let elements): elements
    case .object(let fields): fields.sorted { $0.key < $1.key }.map(\.value)
    default: []
    }
  }

  private static func descend(_ value: JSONValue, into result: inout [JSONValue]) throws(JSONPathError) {
    guard result.count <= limit else { throw JSONPathError("the path leads to too many values") }
    result.append(value)
    for child in children(of: value) { try descend(child, into: &result) }
  }

  // MARK: Filters

  private static func holds(
    _ filter: Filter,
    for element: JSONValue,
    root: JSONValue,
    budget: inout Int
  ) throws(JSONPathError) -> Bool {
    let left = try resolve(filter.left, element: element, root: root, budget: &budget)
    guard let comparison = filter.comparison else { return left != nil }
    let right = try resolve(filter.right, element: element, root: root, budget: &budget)
    guard let left, let right else { return false }
    return compare(left, comparison, right)
  }

  private static func resolve(
    _ operand: Filter.Operand,
    element: JSONValue,
    root: JSONValue,
    budget: inout Int
  ) throws(JSONPathError) -> JSONValue? {
    switch operand {
    case .relative(let steps): try follow(steps, from: element, root: root, budget: &budget).first
    case .absolute(let steps): try follow(steps, from: root, root: root, budget: &budget).first
    case .literal(let value): value
    }
  }

  /// Values of different kinds are never equal, and neither is less.
  private static func compare(_ left: JSONValue, _ comparison: Filter.Comparison, _ right: JSONValue) -> Bool
  {
    if let left = left.double, let right = right.double { return order(left, comparison, right) }
    if let left = left.string, let right = right.string { return order(left, comparison, right) }
    return comparison == .equal ? left == right : comparison == .notEqual ? left != right : false
  }

  private static func order<Value: Comparable>(
    _ left: Value,
    _ comparison: Filter.Comparison,
    _ right: Value
  ) -> Bool {
    switch comparison {
    case .equal: left == right
    case .notEqual: left != right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    }
  }
}
