extension Evaluator {
  mutating func member(
    _ baseNode: SyntaxNode,
    _ keyNode: SyntaxNode,
    isOptional: Bool,
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    guard let base = try base(of: baseNode, isOptional: isOptional) else { return .nothing }
    return try fetch(try value(of: keyNode), from: base, at: column)
  }

  /// What a member or a method is taken of; nil when the chain is broken here or was before.
  mutating func base(of node: SyntaxNode, isOptional: Bool) throws(ExpressionError) -> ExpressionValue? {
    let base = try value(of: node)
    if isOptional, base.isNothing { isChainBroken = true }
    return isChainBroken ? nil : base
  }

  /// The element or field; a field that is absent is nil, an index out of bounds is an error.
  func fetch(
    _ key: ExpressionValue,
    from base: ExpressionValue,
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    switch (base, key) {
    case (.map(let fields), .string(let name)): return fields[name] ?? .nothing
    // The groups of `groupBy` may have any keys.
    case (.map(let fields), .int), (.map(let fields), .float), (.map(let fields), .bool),
      (.map(let fields), .nothing):
      return fields[key.text] ?? .nothing
    case (.list, .float(let index)), (.string, .float(let index)):
      // As in Go, an index that is known only now may be a whole number of either kind.
      guard let whole = Int(exactly: index.rounded(.towardZero)) else {
        throw failure("index out of range: \(GoFormat.plain(index))", at: column)
      }
      return try fetch(.int(whole), from: base, at: column)
    case (.list(let elements), .int(let index)):
      let place = index < 0 ? elements.count &+ index : index
      guard elements.indices.contains(place) else {
        throw failure("index out of range: \(index) (array length is \(elements.count))", at: column)
      }
      return elements[place]
    case (.string(let text), .int(let index)):
      let bytes = Array(text.utf8)
      let place = index < 0 ? bytes.count &+ index : index
      guard bytes.indices.contains(place) else {
        throw failure("index out of range: \(index) (array length is \(bytes.count))", at: column)
      }
      return .int(Int(bytes[place]))
    default: throw failure("cannot fetch \(key.text) from \(base.typeName)", at: column)
    }
  }

  mutating func slice(
    _ baseNode: SyntaxNode,
    from: SyntaxNode?,
    to: SyntaxNode?,
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    let base = try value(of: baseNode)
    if isChainBroken { return .nothing }
    switch base {
    case .list(let elements):
      let range = try bounds(from, to, count: elements.count)
      try meter.make(range.count, at: column)
      return .list(Array(elements[range]))
    case .string(let text):
      // As in Go, places in a text are those of its bytes.
      let bytes = Array(text.utf8)
      try meter.step(bytes.count / 8, at: column)
      let range = try bounds(from, to, count: bytes.count)
      try meter.make(text: range.count, at: column)
      return .string(String(decoding: bytes[range], as: UTF8.self))
    default: throw failure("cannot slice \(base.typeName)", at: column)
    }
  }

  /// Bounds counted from the end when negative, and cut to what there is.
  private mutating func bounds(
    _ from: SyntaxNode?,
    _ to: SyntaxNode?,
    count: Int
  ) throws(ExpressionError) -> Range<Int> {
    let low = try bound(from, count: count) ?? 0
    let high = try bound(to, count: count) ?? count
    return low < high ? low..<high : low..<low
  }

  private mutating func bound(_ node: SyntaxNode?, count: Int) throws(ExpressionError) -> Int? {
    guard let node else { return nil }
    let value = try value(of: node)
    let index: Int
    switch value {
    case .int(let whole): index = whole
    case .float(let number): index = Int(min(max(number.isNaN ? 0 : number, -1e18), 1e18))
    default: throw failure("a slice bound must be an integer, but got \(value.typeName)", at: node.column)
    }
    return min(max(index < 0 ? count &+ index : index, 0), count)
  }
}
