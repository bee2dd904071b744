extension Evaluator {
  mutating func predicate(
    _ function: PredicateFunction,
    _ nodes: [SyntaxNode],
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    let source = try value(of: nodes[0])
    guard case .list(let elements) = source else {
      throw failure("cannot use \(source.typeName) as a list in \(function.rawValue)", at: nodes[0].column)
    }
    let closure = nodes.count > 1 ? nodes[1] : nil
    switch function {
    case .reduce:
      let initial = nodes.count > 2 ? try value(of: nodes[2]) : nil
      return try reduce(elements, closure, initial, at: column)
    case .sortBy:
      let order = nodes.count > 2 ? try value(of: nodes[2]) : .string("asc")
      return try sorted(elements, by: closure, order: order, at: column)
    case .all, .any, .none, .one: return try quantify(function, elements, closure)
    case .find, .findIndex, .findLast, .findLastIndex: return try find(function, elements, closure)
    default: return try collect(function, elements, closure, at: column)
    }
  }

  /// The closure's value for one element; without a closure the element itself.
  private mutating func apply(
    _ closure: SyntaxNode?,
    to element: ExpressionValue,
    _ index: Int,
    accumulator: ExpressionValue = .nothing
  ) throws(ExpressionError) -> ExpressionValue {
    guard let closure else { return element }
    frames.append(Frame(element: element, index: index, accumulator: accumulator))
    defer { frames.removeLast() }
    return try value(of: closure)
  }

  private mutating func holds(
    _ closure: SyntaxNode?,
    for element: ExpressionValue,
    _ index: Int
  ) throws(ExpressionError) -> Bool {
    let value = try apply(closure, to: element, index)
    guard case .bool(let truth) = value else {
      throw failure("predicate should return boolean (got \(value.typeName))", at: closure?.column ?? 1)
    }
    return truth
  }

  private mutating func quantify(
    _ function: PredicateFunction,
    _ elements: [ExpressionValue],
    _ closure: SyntaxNode?
  ) throws(ExpressionError) -> ExpressionValue {
    var found = 0
    for (index, element) in elements.enumerated() {
      let truth = try holds(closure, for: element, index)
      if truth { found += 1 }
      switch function {
      case .all where !truth: return .bool(false)
      case .any where truth: return .bool(true)
      case .none where truth: return .bool(false)
      case .one where found > 1: return .bool(false)
      default: break
      }
    }
    return switch function {
    case .any: .bool(false)
    case .one: .bool(found == 1)
    default: .bool(true)
    }
  }

  private mutating func find(
    _ function: PredicateFunction,
    _ elements: [ExpressionValue],
    _ closure: SyntaxNode?
  ) throws(ExpressionError) -> ExpressionValue {
    let isFromEnd = function == .findLast || function == .findLastIndex
    for step in elements.indices {
      let index = isFromEnd ? elements.count - 1 - step : step
      guard try holds(closure, for: elements[index], index) else { continue }
      let wantsIndex = function == .findIndex || function == .findLastIndex
      return wantsIndex ? .int(index) : elements[index]
    }
    return .nothing
  }

  /// `filter`, `map`, `count`, `sum` and `groupBy`, which look at every element.
  private mutating func collect(
    _ function: PredicateFunction,
    _ elements: [ExpressionValue],
    _ closure: SyntaxNode?,
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    var collected: [ExpressionValue] = []
    var count = 0
    var sum = ExpressionValue.int(0)
    var groups: [String: [ExpressionValue]] = [:]
    for (index, element) in elements.enumerated() {
      switch function {
      case .map: collected.append(try apply(closure, to: element, index))
      case .filter: if try holds(closure, for: element, index) { collected.append(element) }
      case .count: if try holds(closure, for: element, index) { count += 1 }
      case .sum:
        let part = try apply(closure, to: element, index)
        sum = index == 0 ? part : try arithmetic(.add, sum, part, at: column)
        guard part.number != nil || part.isDuration else {
          throw failure("invalid argument for sum (type \(part.typeName))", at: column)
        }
      default:
        let key = try apply(closure, to: element, index)
        try meter.walk(key, at: column)
        groups[key.text, default: []].append(element)
      }
      try meter.make(function == .map || function == .filter || function == .groupBy ? 1 : 0, at: column)
    }
    return switch function {
    case .count: .int(count)
    case .sum: sum
    case .groupBy: .map(groups.mapValues(ExpressionValue.list))
    default: .list(collected)
    }
  }

  private mutating func reduce(
    _ elements: [ExpressionValue],
    _ closure: SyntaxNode?,
    _ initial: ExpressionValue?,
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    var start = 0
    var accumulator: ExpressionValue
    if let initial {
      accumulator = initial
    } else {
      guard let first = elements.first else {
        throw failure("reduce of empty array with no initial value", at: column)
      }
      accumulator = first
      start = 1
    }
    for index in start..<max(start, elements.count) {
      accumulator = try apply(closure, to: elements[index], index, accumulator: accumulator)
      // Only here can nesting grow with the data instead of with the text.
      try meter.walk(accumulator, at: column)
    }
    return accumulator
  }

  private mutating func sorted(
    _ elements: [ExpressionValue],
    by closure: SyntaxNode?,
    order: ExpressionValue,
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    var keys: [ExpressionValue] = []
    for (index, element) in elements.enumerated() { keys.append(try apply(closure, to: element, index)) }
    let places = try sortedPlaces(of: keys, order: order, at: column)
    try meter.make(places.count, at: column)
    return .list(places.map { elements[$0] })
  }

  /// The places of the keys in ascending or descending order; equal keys keep their order.
  mutating func sortedPlaces(
    of keys: [ExpressionValue],
    order: ExpressionValue,
    at column: Int
  ) throws(ExpressionError) -> [Int] {
    guard case .string(let word) = order, word == "asc" || word == "desc" else {
      throw failure("invalid order \(order.text), expected asc or desc", at: column)
    }
    try meter.step(keys.count * 20, at: column)
    // A single element is in order, whatever it is.
    guard keys.count > 1 else { return Array(keys.indices) }
    let kinds = Set(keys.map(\.order))
    guard kinds.count <= 1, !kinds.contains(.none) else {
      throw failure("invalid operation: cannot sort values of different or unordered types", at: column)
    }
    let isAscending = word == "asc"
    return keys.indices.sorted { left, right in
      isAscending ? keys[left].precedes(keys[right]) : keys[right].precedes(keys[left])
    }
  }
}

extension ExpressionValue {
  var isDuration: Bool { if case .duration = self { true } else { false } }

  fileprivate enum Order: Hashable {
    case number
    case text
    case duration
    case date
  }

  /// With which values this one can be put in order.
  fileprivate var order: Order? {
    switch self {
    case .int, .float: .number
    case .string: .text
    case .duration: .duration
    case .date: .date
    default: nil
    }
  }

  fileprivate func precedes(_ other: ExpressionValue) -> Bool {
    switch (self, other) {
    case (.int(let left), .int(let right)), (.duration(let left), .duration(let right)): left < right
    case (.string(let left), .string(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
    case (.date(let left), .date(let right)): left < right
    default: (number ?? 0) < (other.number ?? 0)
    }
  }
}
