/// What follows an operand: members, indexes, slices, and the arguments of calls.
extension ExpressionParser {
  mutating func postfix(_ base: SyntaxNode) throws(ExpressionError) -> SyntaxNode {
    var result = base
    var isChain = false
    // A chain in parentheses goes on behind them.
    if case .chain(let inner) = base.kind { (result, isChain) = (inner, true) }
    while case .sign(let sign) = current.kind, sign == "." || sign == "?." || sign == "[" {
      let column = current.column
      advance()
      let isOptional = sign == "?."
      isChain = isChain || isOptional
      if sign == "[" {
        result = try bracket(on: result, at: column, isOptional: false)
      } else if isOptional, isNext("[") {
        let bracketColumn = current.column
        advance()
        result = try bracket(on: result, at: bracketColumn, isOptional: true)
      } else {
        result = try named(on: result, isOptional: isOptional)
      }
    }
    return isChain ? try node(.chain(result), at: base.column) : result
  }

  /// `.name` or `.name(…)`, of which the point is taken.
  private mutating func named(on base: SyntaxNode, isOptional: Bool) throws(ExpressionError) -> SyntaxNode {
    let column = current.column
    guard case .word(let name) = current.kind else {
      throw failure("expected a name but found \(current.text)")
    }
    let key = try literal(.string(name))
    guard take("(") else { return try node(.member(base, key, isOptional: isOptional), at: column) }
    return try node(.method(base, name, try list(until: ")"), isOptional: isOptional), at: column)
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

  mutating func call(
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
    var end = current.column
    while !take(")") {
      if arguments.count > (piped == nil ? 0 : 1) {
        try expect(",")
        if take(")") { break }
      }
      arguments.append(arguments.count == 1 ? try closure() : try expression(0))
      end = current.column
    }
    // As in expr-lang, what is missing is missing where the list of arguments ends.
    let isShort = arguments.count < function.arity.lowerBound
    try checkCount(arguments.count, function.arity, of: function.rawValue, at: isShort ? end : column)
    return try node(.predicate(function, arguments), at: column)
  }

  /// `{ expression }`, or an expression alone.
  private mutating func closure() throws(ExpressionError) -> SyntaxNode {
    closures += 1
    defer { closures -= 1 }
    let column = current.column
    guard take("{") else { return try node(.closure(try expression(0)), at: column) }
    let body = try nested { (parser) throws(ExpressionError) in try parser.sequence() }
    try expect("}")
    return try node(.closure(body), at: column)
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
