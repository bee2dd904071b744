/// Parses an expression by operator precedence, as expr-lang does.
struct ExpressionParser {
  private let tokens: [ExpressionToken]
  private var index = 0
  /// Levels of recursion at this moment, which bound the stack.
  private var recursion = 0
  var closures = 0
  private let limits: ExpressionLimits

  /// The syntax tree of the text, whatever its names and types.
  static func parse(_ text: String, limits: ExpressionLimits) throws(ExpressionError) -> SyntaxNode {
    let tokens = try ExpressionLexer.tokens(of: text, limits: limits)
    var parser = ExpressionParser(tokens: tokens, limits: limits)
    let node = try parser.sequence()
    guard parser.current.kind == .end else { throw parser.unexpected() }
    return node
  }

  private init(tokens: [ExpressionToken], limits: ExpressionLimits) {
    self.tokens = tokens
    self.limits = limits
  }

  // MARK: Tokens

  var current: ExpressionToken { tokens[index] }

  func isNext(_ sign: String) -> Bool { current.kind == .sign(sign) }

  mutating func advance() { if index < tokens.count - 1 { index += 1 } }

  mutating func take(_ sign: String) -> Bool {
    guard isNext(sign) else { return false }
    advance()
    return true
  }

  mutating func expect(_ sign: String) throws(ExpressionError) {
    guard take(sign) else { throw failure("expected \(sign) but found \(current.text)") }
  }

  func failure(_ message: String, column: Int? = nil) -> ExpressionError {
    ExpressionError(.syntax, message, column: column ?? current.column)
  }

  func unexpected() -> ExpressionError {
    failure(current.kind == .end ? "unexpected end of the expression" : "unexpected token \(current.text)")
  }

  func node(_ kind: SyntaxNode.Kind, at column: Int) throws(ExpressionError) -> SyntaxNode {
    let depth = 1 + (SyntaxNode(kind: kind, column: column, depth: 0).children.map(\.depth).max() ?? 0)
    guard depth <= limits.treeDepth else {
      throw ExpressionError(.limit, "expression nested deeper than \(limits.treeDepth)", column: column)
    }
    return SyntaxNode(kind: kind, column: column, depth: depth)
  }

  mutating func nested<Result>(
    _ body: (inout ExpressionParser) throws(ExpressionError) -> Result
  ) throws(ExpressionError) -> Result {
    recursion += 1
    defer { recursion -= 1 }
    guard recursion <= limits.depth else {
      throw ExpressionError(.limit, "expression nested deeper than \(limits.depth)", column: current.column)
    }
    return try body(&self)
  }

  // MARK: Expressions

  /// Expressions with semicolons between them, of which the last is the value.
  mutating func sequence() throws(ExpressionError) -> SyntaxNode {
    let first = try expression(0)
    guard isNext(";") else { return first }
    let column = current.column
    var nodes = [first]
    while take(";"), current.kind != .end { nodes.append(try expression(0)) }
    return nodes.count == 1 ? first : try node(.sequence(nodes), at: column)
  }

  /// `let name = value; body`
  private mutating func binding() throws(ExpressionError) -> SyntaxNode {
    advance()
    let column = current.column
    guard case .word(let name) = current.kind, !Self.reserved.contains(name) else {
      throw failure("expected a name but found \(current.text)")
    }
    advance()
    try expect("=")
    let value = try expression(0)
    try expect(";")
    return try node(.binding(name, value, try sequence()), at: column)
  }

  /// `if condition { a } else { b }`, with any number of `else if`.
  private mutating func choice() throws(ExpressionError) -> SyntaxNode {
    let column = current.column
    advance()
    let condition = try expression(0)
    let yes = try block()
    guard current.kind == .word("else") else { throw failure("expected else but found \(current.text)") }
    advance()
    let isChained = current.kind == .word("if")
    let no =
      isChained ? try nested { (parser) throws(ExpressionError) in try parser.choice() } : try block()
    return try node(.conditional(condition, yes, no), at: column)
  }

  private mutating func block() throws(ExpressionError) -> SyntaxNode {
    try expect("{")
    let body = try nested { (parser) throws(ExpressionError) in try parser.sequence() }
    try expect("}")
    return body
  }

  /// Words that are no names.
  static let reserved: Set<String> = [
    "not", "in", "or", "and", "matches", "contains", "startsWith", "endsWith", "let", "if", "else",
  ]

  mutating func expression(_ precedence: Int) throws(ExpressionError) -> SyntaxNode {
    try nested { (parser) throws(ExpressionError) in try parser.operators(precedence) }
  }

  private mutating func operators(_ precedence: Int) throws(ExpressionError) -> SyntaxNode {
    if precedence == 0, current.kind == .word("let") { return try binding() }
    if precedence == 0, current.kind == .word("if") { return try choice() }
    var left = try primary()
    var previous: BinaryOperator?
    while let (symbol, isNegated) = try binaryOperator(), symbol.precedence >= precedence {
      if isNegated { advance() }
      let column = current.column
      let spelling = current.text
      advance()
      if symbol == .pipe {
        left = try pipe(left)
      } else if previous == .coalesce, symbol != .coalesce {
        throw failure(
          "operator (\(spelling)) and coalesce expressions (??) cannot be mixed; wrap either in parentheses",
          column: column
        )
      } else if symbol.isOrdering {
        left = try ordering(left, symbol, at: column)
      } else {
        let right = try expression(symbol.precedence + (symbol.isRightAssociative ? 0 : 1))
        left = try binary(symbol, left, right, at: column)
        if isNegated { left = try node(.unary(.not, left), at: column) }
      }
      previous = symbol
    }
    return precedence == 0 ? try conditional(left) : left
  }

  /// The operator at this place, looked at but not taken; with `not` before it or without.
  private func binaryOperator() throws(ExpressionError) -> (BinaryOperator, isNegated: Bool)? {
    switch current.kind {
    case .word("not"):
      guard case .word(let text) = tokens[min(index + 1, tokens.count - 1)].kind,
        let symbol = BinaryOperator(spelling: text), symbol.canBeNegated
      else {
        throw failure(
          "unexpected token \(tokens[min(index + 1, tokens.count - 1)].text)",
          column: tokens[min(index + 1, tokens.count - 1)].column
        )
      }
      return (symbol, true)
    case .word(let text), .sign(let text): return BinaryOperator(spelling: text).map { ($0, false) }
    default: return nil
    }
  }

  private func binary(
    _ symbol: BinaryOperator,
    _ left: SyntaxNode,
    _ right: SyntaxNode,
    at column: Int
  ) throws(ExpressionError) -> SyntaxNode {
    guard symbol == .matches, case .literal(.string(let text)) = right.kind else {
      return try node(.binary(symbol, left, right), at: column)
    }
    return try node(.matches(left, try pattern(text, at: column)), at: column)
  }

  private func pattern(_ text: String, at column: Int) throws(ExpressionError) -> Pattern {
    do throws(PatternError) {
      return try Pattern(text)
    } catch {
      throw failure(error.description, column: column)
    }
  }

  /// `a < b <= c`, which means `a < b && b <= c`.
  private mutating func ordering(
    _ first: SyntaxNode,
    _ symbol: BinaryOperator,
    at column: Int
  ) throws(ExpressionError) -> SyntaxNode {
    var left = first
    var symbol = symbol
    var column = column
    var result: SyntaxNode?
    while true {
      let right = try expression(symbol.precedence + 1)
      let comparison = try node(.binary(symbol, left, right), at: column)
      if let sofar = result {
        result = try node(.binary(.and, sofar, comparison), at: column)
      } else {
        result = comparison
      }
      guard case .sign(let text) = current.kind, let next = BinaryOperator(spelling: text), next.isOrdering
      else { return result ?? comparison }
      left = right
      symbol = next
      column = current.column
      advance()
    }
  }

  private mutating func conditional(_ condition: SyntaxNode) throws(ExpressionError) -> SyntaxNode {
    guard isNext("?") else { return condition }
    let column = current.column
    advance()
    if take(":") {
      return try node(.conditional(condition, condition, try expression(0)), at: column)
    }
    let yes = try expression(0)
    try expect(":")
    return try node(.conditional(condition, yes, try expression(0)), at: column)
  }

  private mutating func pipe(_ argument: SyntaxNode) throws(ExpressionError) -> SyntaxNode {
    let column = current.column
    guard case .word(let name) = current.kind else {
      throw failure("expected a function but found \(current.text)")
    }
    advance()
    guard isNext("(") else { throw failure("expected ( but found \(current.text)") }
    return try postfix(try call(name, piped: argument, at: column))
  }
}
