package import Primitives

/// Why a text is no JSONPath, or a path has no value: one line.
package struct JSONPathError: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

/// A path into a JSON value in the dialect of Kubernetes: `{.items[0].name}`, `{$..x}`, `{.a['b']}`, `{[*]}`,
/// `{.list[?(@.x == "y")].z}`, `{.list[0,2:4]}`, `{.items[*]['metadata.name', 'status.phase']}`.
///
/// Of the template language around it only one `{…}` is taken. Where Kubernetes leaves the order of an object's fields
/// open, it is that of their names.
package struct JSONPath: Sendable, Hashable {
  /// One step from a set of values to the next.
  enum Step: Sendable, Hashable {
    case field(String)
    /// A name in quotes: the field of that name or, as in Kubernetes, what its parts between dots lead to.
    case quoted(String, parts: [String])
    /// The element at a place; negative ones count from the end.
    case element(Int)
    case slice(start: Int?, end: Int?, stride: Int)
    case wildcard
    /// The value itself and everything below it.
    case recursion
    case filter(Filter)
    /// What the first step leads to, then what the second leads to, and so on.
    case union([Step])
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
