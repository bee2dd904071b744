/// Walks a syntax tree to its value.
struct Evaluator {
  /// What a closure looks at.
  struct Frame {
    var element: ExpressionValue
    var index: Int
    var accumulator: ExpressionValue
  }

  let environment: [String: ExpressionValue]
  let clock: ExpressionClock
  var meter: ExpressionMeter
  var frames: [Frame] = []
  /// The zones that were read so far, by name.
  var zones: [String: TimeZoneRule] = [:]
  var variables: [(name: String, value: ExpressionValue)] = []
  /// Whether the value rests on a comparison with NaN, which is false whatever it should have been.
  var comparedNaN = false
  /// Whether an optional member found nil, so that the rest of its chain is skipped.
  var isChainBroken = false

  init(environment: [String: ExpressionValue], clock: ExpressionClock, limits: ExpressionLimits) {
    self.environment = environment
    self.clock = clock
    meter = ExpressionMeter(limits)
  }

  func failure(_ message: String, at column: Int) -> ExpressionError {
    ExpressionError(.evaluation, message, column: column)
  }

  mutating func value(of node: SyntaxNode) throws(ExpressionError) -> ExpressionValue {
    try meter.step(at: node.column)
    switch node.kind {
    case .literal(let value): return value
    case .environment: return .map(environment)
    case .name(let name): return try lookUp(name, at: node.column)
    case .pointer(let pointer): return try self.pointer(pointer, at: node.column)
    case .list(let nodes): return .list(try values(of: nodes, at: node.column))
    case .map(let entries): return try map(entries, at: node.column)
    case .unary(let symbol, let operand):
      return try unary(symbol, try value(of: operand), at: node.column)
    case .binary(let symbol, let left, let right):
      return try binary(symbol, left, right, at: node.column)
    case .matches(let text, let pattern):
      return try matches(try value(of: text), pattern, at: node.column)
    case .conditional(let condition, let yes, let no):
      return try value(of: try truth(of: condition) ? yes : no)
    case .member(let base, let key, let isOptional):
      return try member(base, key, isOptional: isOptional, at: node.column)
    case .slice(let base, let from, let to):
      return try slice(base, from: from, to: to, at: node.column)
    case .chain(let chain): return try self.chain(chain)
    case .call(let builtin, let nodes): return try call(builtin, nodes, at: node.column)
    case .method(let base, let name, let nodes, let isOptional):
      return try method(base, name, nodes, isOptional: isOptional, at: node.column)
    case .closure(let body): return try value(of: body)
    case .predicate(let function, let nodes): return try predicate(function, nodes, at: node.column)
    case .binding(let name, let bound, let body):
      variables.append((name, try value(of: bound)))
      defer { variables.removeLast() }
      return try value(of: body)
    case .sequence(let nodes):
      var last = ExpressionValue.nothing
      for node in nodes { last = try value(of: node) }
      return last
    }
  }

  /// The value of a node that must be a Boolean.
  mutating func truth(of node: SyntaxNode) throws(ExpressionError) -> Bool {
    let value = try value(of: node)
    guard case .bool(let truth) = value else {
      throw failure("expected bool, but got \(value.typeName)", at: node.column)
    }
    return truth
  }

  private func lookUp(_ name: String, at column: Int) throws(ExpressionError) -> ExpressionValue {
    if let variable = variables.last(where: { $0.name == name }) { return variable.value }
    guard let value = environment[name] else { throw failure("unknown name \(name)", at: column) }
    return value
  }

  private func pointer(_ pointer: SyntaxNode.Pointer, at column: Int) throws(ExpressionError)
    -> ExpressionValue
  {
    guard let frame = frames.last else {
      throw failure("cannot use pointer accessor outside closure", at: column)
    }
    return switch pointer {
    case .element: frame.element
    case .index: .int(frame.index)
    case .accumulator: frame.accumulator
    }
  }

  mutating func values(
    of nodes: [SyntaxNode],
    at column: Int
  ) throws(ExpressionError) -> [ExpressionValue] {
    try meter.make(nodes.count, at: column)
    var values: [ExpressionValue] = []
    for node in nodes { values.append(try value(of: node)) }
    return values
  }

  private mutating func map(
    _ entries: [SyntaxNode.Entry],
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    try meter.make(entries.count, at: column)
    var fields: [String: ExpressionValue] = [:]
    for entry in entries {
      let key = try value(of: entry.key)
      guard case .string(let name) = key else {
        throw failure("a map key must be a string, but got \(key.typeName)", at: entry.key.column)
      }
      fields[name] = try value(of: entry.value)
    }
    return .map(fields)
  }

  private mutating func chain(_ node: SyntaxNode) throws(ExpressionError) -> ExpressionValue {
    let outer = isChainBroken
    isChainBroken = false
    defer { isChainBroken = outer }
    return try value(of: node)
  }

  private mutating func call(
    _ builtin: Builtin,
    _ nodes: [SyntaxNode],
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    let arguments = try values(of: nodes, at: column)
    return try run(BuiltinCall(builtin: builtin, arguments: arguments, column: column))
  }
}
