/// Operands: literals, names, lists, maps and what stands in parentheses.
extension ExpressionParser {
  mutating func primary() throws(ExpressionError) -> SyntaxNode {
    let column = current.column
    switch current.kind {
    case .word(let text), .sign(let text):
      if let symbol = UnaryOperator(text) {
        advance()
        let operand = try expression(symbol.precedence)
        return try postfix(try node(.unary(symbol, operand), at: column))
      }
      if text == "(" {
        advance()
        let inner = try nested { (parser) throws(ExpressionError) in try parser.sequence() }
        try expect(")")
        return try postfix(inner)
      }
    default: break
    }
    switch current.kind {
    // Numbers and these words have no members.
    case .int, .float, .word("true"), .word("false"), .word("nil"): return try operand()
    case .sign("::"):
      advance()
      guard case .word(let name) = current.kind else { throw unexpected() }
      let column = current.column
      advance()
      return try postfix(try call(name, piped: nil, at: column))
    default: return try postfix(try operand())
    }
  }

  private mutating func operand() throws(ExpressionError) -> SyntaxNode {
    let column = current.column
    switch current.kind {
    case .int(let value): return try literal(.int(value))
    case .float(let value): return try literal(.float(value))
    case .string(let value): return try literal(.string(value))
    case .bytes(let value): return try literal(.list(value.map { .int(Int($0)) }))
    case .word(let name): return try word(name)
    case .pointer(let text):
      guard closures > 0 else { throw failure("cannot use pointer accessor outside closure") }
      guard let pointer = SyntaxNode.Pointer(rawValue: text) else {
        throw failure("unknown pointer #\(text)")
      }
      advance()
      return try node(.pointer(pointer), at: column)
    case .sign("."):
      // `.field` in a closure is `#.field`; the point is left for the members that follow.
      guard closures > 0 else { throw failure("cannot use pointer accessor outside closure") }
      return try node(.pointer(.element), at: column)
    case .sign("["):
      advance()
      return try node(.list(try list(until: "]")), at: column)
    case .sign("{"):
      advance()
      return try node(.map(try entries()), at: column)
    default: throw unexpected()
    }
  }

  mutating func literal(_ value: ExpressionValue) throws(ExpressionError) -> SyntaxNode {
    let column = current.column
    advance()
    return try node(.literal(value), at: column)
  }

  private mutating func word(_ name: String) throws(ExpressionError) -> SyntaxNode {
    switch name {
    case "true": return try literal(.bool(true))
    case "false": return try literal(.bool(false))
    case "nil": return try literal(.nothing)
    case "$env":
      let column = current.column
      advance()
      return try node(.environment, at: column)
    default: break
    }
    let column = current.column
    guard !Self.reserved.contains(name) else { throw unexpected() }
    advance()
    return isNext("(") ? try call(name, piped: nil, at: column) : try node(.name(name), at: column)
  }

  mutating func list(until end: String) throws(ExpressionError) -> [SyntaxNode] {
    var nodes: [SyntaxNode] = []
    while !take(end) {
      if !nodes.isEmpty {
        try expect(",")
        if take(end) { break }
      }
      nodes.append(try expression(0))
    }
    return nodes
  }

  private mutating func entries() throws(ExpressionError) -> [SyntaxNode.Entry] {
    var entries: [SyntaxNode.Entry] = []
    while !take("}") {
      if !entries.isEmpty {
        try expect(",")
        if take("}") { break }
      }
      let key = try entryKey()
      try expect(":")
      entries.append(SyntaxNode.Entry(key: key, value: try expression(0)))
    }
    return entries
  }

  private mutating func entryKey() throws(ExpressionError) -> SyntaxNode {
    switch current.kind {
    case .word(let text) where Self.reserved.contains(text): break
    case .string(let text), .word(let text): return try literal(.string(text))
    case .int(let number): return try literal(.string(String(number)))
    case .float(let number): return try literal(.string(GoFormat.general(number)))
    case .sign("("): return try expression(0)
    default: break
    }
    throw failure("a map key must be a string, a number, a name, or in parentheses")
  }
}
