import Primitives

extension JSONPath {
  static func follow(
    _ steps: [Step],
    from start: JSONValue,
    root: JSONValue,
    budget: inout Int
  ) throws(JSONPathError) -> [JSONValue] {
    var values = [start]
    for step in steps { values = try take(step, from: values, root: root, budget: &budget) }
    return values
  }

  private static func take(
    _ step: Step,
    from values: [JSONValue],
    root: JSONValue,
    budget: inout Int
  ) throws(JSONPathError) -> [JSONValue] {
    var next: [JSONValue] = []
    if case .union(let steps) = step {
      for step in steps {
        next += try take(step, from: values, root: root, budget: &budget)
        guard next.count <= limit else { throw JSONPathError("the path leads to too many values") }
      }
      return next
    }
    for value in values {
      try apply(step, to: value, root: root, into: &next, budget: &budget)
      budget -= 1
      guard next.count <= limit, budget > 0 else {
        throw JSONPathError("the path leads to too many values")
      }
    }
    return next
  }

  private static func apply(
    _ step: Step,
    to value: JSONValue,
    root: JSONValue,
    into result: inout [JSONValue],
    budget: inout Int
  ) throws(JSONPathError) {
    switch step {
    case .field(let name): result += [value[name]].compactMap(\.self)
    case .quoted(let name, let parts):
      let found = value[name] ?? parts.reduce(value as JSONValue?) { $0?[$1] }
      result += [found].compactMap(\.self)
    case .element(let place):
      guard let count = value.array?.count else { return }
      result += [value[place < 0 ? place + count : place]].compactMap(\.self)
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
    case .union: preconditionFailure("a union is taken from all values at once")
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
