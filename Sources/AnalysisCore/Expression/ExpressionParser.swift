/// Parses an expression by operator precedence, as expr-lang does.
struct ExpressionParser {
  private let tokens: [ExpressionToken]
  private var index = 0
  /// Levels of recursion at this moment, which bound the stack.
  private var recursion = 0
  private var closures = 0
  /// Names that the environment and enclosing `let`s give; nil when any name is allowed.
  private var names: Set<String>?
  private let limits: ExpressionLimits

  /// The syntax tree of the text; the environment's names make an unknown one an error already here.
  static func parse(
    _ text: String,
    names: Set<String>?,
    limits: ExpressionLimits
  ) throws(ExpressionError) -> SyntaxNode {
    let tokens = try ExpressionLexer.tokens(of: text, limits: limits)
    var parser = ExpressionParser(tokens: tokens, names: names, limits: limits)
    let node = try parser.sequence()
    guard parser.current.kind == .end else { throw parser.unexpected() }
    return node
  }

  private init(tokens: [ExpressionToken], names: Set<String>?, limits: ExpressionLimits) {
    self.tokens = tokens
    self.names = names
    self.limits = limits
  }

  // MARK: Tokens

  private var current: ExpressionToken { tokens[index] }

  private func isNext(_ sign: String) -> Bool { current.kind == .sign(sign) }

  private mutating func advance() { if index < tokens.count - 1 { index += 1 } }

  private mutating func take(_ sign: String) -> Bool {
    guard isNext(sign) else { return false }
    advance()
    return true
  }

  private mutating func expect(_ sign: String) throws(ExpressionError) {
    guard take(sign) else { throw failure("expected \(sign) but found \(current.text)") }
  }

  private func failure(_ message: String, column: Int? = nil) -> ExpressionError {
    ExpressionError(.syntax, message, column: column ?? current.column)
  }

  private func unexpected() -> ExpressionError {
    failure(current.kind == .end ? "unexpected end of the expression" : "unexpected token \(current.text)")
  }

  private func node(_ kind: SyntaxNode.Kind, at column: Int) throws(ExpressionError) -> SyntaxNode {
    let depth = 1 + (SyntaxNode(kind: kind, column: column, depth: 0).children.map(\.depth).max() ?? 0)
    guard depth <= limits.depth else {
      throw ExpressionError(.limit, "expression nested deeper than \(limits.depth)", column: column)
    }
    return SyntaxNode(kind: kind, column: column, depth: depth)
  }

  private mutating func nested<Result>(
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

  /// `let name = value; body`, or an expression.
  private mutating func sequence() throws(ExpressionError) -> SyntaxNode {
    guard current.kind == .word("let") else { return try expression(0) }
    return try nested { (parser) throws(ExpressionError) in try parser.binding() }
  }

  private mutating func binding() throws(ExpressionError) -> SyntaxNode {
    let column = current.column
    advance()
    guard case .word(let name) = current.kind else {
      throw failure("expected a name but found \(current.text)")
    }
    guard Builtin.named(name) == nil, PredicateFunction(rawValue: name) == nil else {
      throw failure("cannot redeclare builtin \(name)")
    }
    guard names?.contains(name) != true else { throw failure("cannot redeclare variable \(name)") }
    advance()
    try expect("=")
    let value = try expression(0)
    try expect(";")
    let outer = names
    names?.insert(name)
    let body = try sequence()
    names = outer
    return try node(.binding(name, value, body), at: column)
  }

  private mutating func expression(_ precedence: Int) throws(ExpressionError) -> SyntaxNode {
    try nested { (parser) throws(ExpressionError) in try parser.operators(precedence) }
  }

  private mutating func operators(_ precedence: Int) throws(ExpressionError) -> SyntaxNode {
    var left = try primary()
    var previous: BinaryOperator?
    while let (symbol, isNegated) = try binaryOperator(), symbol.precedence >= precedence {
      let column = current.column
      if isNegated { advance() }
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
      else { throw unexpected() }
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
    return try node(.matches(left, try pattern(text, at: right.column)), at: column)
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

  // MARK: Operands

  private mutating func primary() throws(ExpressionError) -> SyntaxNode {
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
    return try postfix(try operand())
  }

  private mutating func operand() throws(ExpressionError) -> SyntaxNode {
    let column = current.column
    switch current.kind {
    case .int(let value): return try literal(.int(value))
    case .float(let value): return try literal(.float(value))
    case .string(let value): return try literal(.string(value))
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

  private mutating func literal(_ value: ExpressionValue) throws(ExpressionError) -> SyntaxNode {
    let column = current.column
    advance()
    return try node(.literal(value), at: column)
  }

  private mutating func word(_ name: String) throws(ExpressionError) -> SyntaxNode {
    switch name {
    case "true": return try literal(.bool(true))
    case "false": return try literal(.bool(false))
    case "nil", "null": return try literal(.nothing)
    default: break
    }
    let column = current.column
    guard BinaryOperator(spelling: name) == nil, name != "let" else { throw unexpected() }
    advance()
    if isNext("(") { return try call(name, piped: nil, at: column) }
    if let names, !names.contains(name) {
      let isFunction = Builtin.named(name) != nil || PredicateFunction(rawValue: name) != nil
      throw failure(isFunction ? "function \(name) must be called" : "unknown name \(name)", column: column)
    }
    return try node(.name(name), at: column)
  }

  private mutating func list(until end: String) throws(ExpressionError) -> [SyntaxNode] {
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
    case .string(let text), .word(let text): return try literal(.string(text))
    case .int(let number): return try literal(.string(String(number)))
    case .float(let number): return try literal(.string(GoFormat.general(number)))
    case .sign("("): return try expression(0)
    default: throw failure("a map key must be a string, a number, a name, or in parentheses")
    }
  }

  // MARK: Members and calls

  private mutating func postfix(_ base: SyntaxNode) throws(ExpressionError) -> SyntaxNode {
    var result = base
    var hasOptional = false
    while case .sign(let sign) = current.kind {
      let column = current.column
      switch sign {
      case ".", "?.":
        advance()
        let isOptional = sign == "?."
        hasOptional = hasOptional || isOptional
        if isOptional, take("[") {
          result = try bracket(on: result, at: column, isOptional: true)
          continue
        }
        guard case .word(let name) = current.kind else {
          throw failure("expected a name but found \(current.text)")
        }
        let key = try literal(.string(name))
        if isNext("(") { throw failure("values have no methods: \(name)", column: key.column) }
        result = try node(.member(result, key, isOptional: isOptional), at: column)
      case "[":
        advance()
        result = try bracket(on: result, at: column, isOptional: false)
      default:
        return hasOptional ? try node(.chain(result), at: base.column) : result
      }
    }
    return hasOptional ? try node(.chain(result), at: base.column) : result
  }

  /// What follows `[`: an index or a slice.
  private mutating func bracket(
    on base: SyntaxNode,
    at column: Int,
    isOptional: Bool
  ) throws(ExpressionError) -> SyntaxNode {
    let first = isNext(":") ? nil : try expression(0)
    if take(":") {
      let last = isNext("]") ? nil : try expression(0)
      try expect("]")
      return try node(.slice(base, from: first, to: last), at: column)
    }
    guard let first else { throw unexpected() }
    try expect("]")
    return try node(.member(base, first, isOptional: isOptional), at: column)
  }

  private mutating func call(
    _ name: String,
    piped: SyntaxNode?,
    at column: Int
  ) throws(ExpressionError) -> SyntaxNode {
    try expect("(")
    if let function = PredicateFunction(rawValue: name) {
      return try predicate(function, piped: piped, at: column)
    }
    guard let builtin = Builtin.named(name) else { throw failure("unknown function \(name)", column: column) }
    let arguments = (piped.map { [$0] } ?? []) + (try list(until: ")"))
    try checkCount(arguments.count, builtin.arity, of: name, at: column)
    return try node(.call(builtin, arguments), at: column)
  }

  private mutating func predicate(
    _ function: PredicateFunction,
    piped: SyntaxNode?,
    at column: Int
  ) throws(ExpressionError) -> SyntaxNode {
    var arguments = piped.map { [$0] } ?? []
    while !take(")") {
      if arguments.count > (piped == nil ? 0 : 1) {
        try expect(",")
        if take(")") { break }
      }
      arguments.append(arguments.count == 1 ? try closure() : try expression(0))
    }
    try checkCount(arguments.count, function.arity, of: function.rawValue, at: column)
    return try node(.predicate(function, arguments), at: column)
  }

  /// `{ expression }`, or an expression alone.
  private mutating func closure() throws(ExpressionError) -> SyntaxNode {
    closures += 1
    defer { closures -= 1 }
    guard take("{") else { return try expression(0) }
    let body = try nested { (parser) throws(ExpressionError) in try parser.sequence() }
    try expect("}")
    return body
  }

  private func checkCount(
    _ count: Int,
    _ arity: ClosedRange<Int>,
    of name: String,
    at column: Int
  ) throws(ExpressionError) {
    if count < arity.lowerBound { throw failure("not enough arguments to call \(name)", column: column) }
    if count > arity.upperBound { throw failure("too many arguments to call \(name)", column: column) }
  }
}
