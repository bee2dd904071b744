/// Finds names and types that cannot go together before there are values, as expr-lang's checker does.
struct ExpressionChecker {
  /// What a closure looks at.
  struct Scope {
    var element: ExpressionNature
    var accumulates: Bool
  }

  /// The names that there are, and what is known of them; nil when any name is allowed.
  private let environment: [String: ExpressionNature]?
  private var variables: [(name: String, nature: ExpressionNature)] = []
  private var scopes: [Scope] = []

  /// What is known of the expression's value.
  static func check(
    _ root: SyntaxNode,
    environment: [String: ExpressionNature]?
  ) throws(ExpressionError) -> ExpressionNature {
    var checker = ExpressionChecker(environment: environment)
    return try checker.nature(of: root)
  }

  private init(environment: [String: ExpressionNature]?) { self.environment = environment }

  func failure(_ message: String, at node: SyntaxNode) -> ExpressionError {
    ExpressionError(.syntax, message, column: node.column)
  }

  mutating func nature(of node: SyntaxNode) throws(ExpressionError) -> ExpressionNature {
    switch node.kind {
    case .literal(let value): return value.isNothing ? .nothing : ExpressionNature(of: value)
    case .environment: return .map
    case .name(let name): return try self.name(name, node)
    case .pointer(let pointer): return try self.pointer(pointer, node)
    case .list(let nodes): return .list(try elements(nodes))
    case .map(let entries):
      for entry in entries {
        _ = try nature(of: entry.key)
        _ = try nature(of: entry.value)
      }
      return .map
    case .unary(let symbol, let operand): return try unary(symbol, try nature(of: operand), node)
    case .binary(let symbol, let left, let right):
      return try binary(symbol, try nature(of: left), try nature(of: right), node)
    case .matches(let text, _): return try binary(.matches, try nature(of: text), .string, node)
    case .conditional(let condition, let yes, let no):
      let nature = try nature(of: condition)
      guard nature == .bool || nature.isUnknown else {
        throw failure("non-bool expression (type \(nature.name)) used as condition", at: condition)
      }
      return try self.nature(of: yes).joined(with: try self.nature(of: no))
    case .member(let base, let key, let isOptional): return try member(base, key, isOptional, node)
    case .slice(let base, let from, let to): return try slice(base, [from, to], node)
    case .chain(let inner), .closure(let inner): return try nature(of: inner)
    case .call(let builtin, let arguments): return try call(builtin, arguments, node)
    case .method(let base, let name, let arguments, _): return try method(base, name, arguments, node)
    case .predicate(let function, let arguments): return try predicate(function, arguments)
    case .binding(let name, let value, let body): return try binding(name, value, body, node)
    case .sequence(let nodes):
      var last = ExpressionNature.nothing
      for node in nodes { last = try nature(of: node) }
      return last
    }
  }

  // MARK: Names

  private func name(_ name: String, _ node: SyntaxNode) throws(ExpressionError) -> ExpressionNature {
    if let variable = variables.last(where: { $0.name == name }) { return variable.nature }
    guard let environment else { return .unknown }
    if let nature = environment[name] { return nature }
    throw failure(
      Self.isFunction(name) ? "function \(name) must be called" : "unknown name \(name)",
      at: node
    )
  }

  private static func isFunction(_ name: String) -> Bool {
    Builtin.named(name) != nil || PredicateFunction(rawValue: name) != nil
  }

  private mutating func binding(
    _ name: String,
    _ value: SyntaxNode,
    _ body: SyntaxNode,
    _ node: SyntaxNode
  ) throws(ExpressionError) -> ExpressionNature {
    guard environment?[name] == nil else { throw failure("cannot redeclare \(name)", at: node) }
    guard !Self.isFunction(name) else { throw failure("cannot redeclare builtin \(name)", at: node) }
    guard !variables.contains(where: { $0.name == name }) else {
      throw failure("cannot redeclare variable \(name)", at: node)
    }
    variables.append((name, try nature(of: value)))
    defer { variables.removeLast() }
    return try nature(of: body)
  }

  private func pointer(_ pointer: SyntaxNode.Pointer, _ node: SyntaxNode) throws(ExpressionError)
    -> ExpressionNature
  {
    guard let scope = scopes.last else {
      throw failure("cannot use pointer accessor outside predicate", at: node)
    }
    switch pointer {
    case .element: return scope.element
    case .index: return .int
    case .accumulator:
      guard scope.accumulates else { throw failure("unknown pointer #acc", at: node) }
      return .unknown
    }
  }

  /// What the elements of a written list have in common.
  private mutating func elements(_ nodes: [SyntaxNode]) throws(ExpressionError) -> ExpressionNature {
    var natures: Set<ExpressionNature> = []
    for node in nodes { natures.insert(try nature(of: node)) }
    return natures.count == 1 ? natures.first ?? .unknown : .unknown
  }

  // MARK: Closures

  mutating func closure(
    _ node: SyntaxNode,
    over element: ExpressionNature,
    accumulates: Bool = false
  ) throws(ExpressionError) -> ExpressionNature {
    scopes.append(Scope(element: element, accumulates: accumulates))
    defer { scopes.removeLast() }
    return try nature(of: node)
  }

  // MARK: Members

  private mutating func member(
    _ base: SyntaxNode,
    _ key: SyntaxNode,
    _ isOptional: Bool,
    _ node: SyntaxNode
  ) throws(ExpressionError) -> ExpressionNature {
    if case .environment = base.kind, case .literal(.string(let name)) = key.kind {
      guard let environment, !isOptional else { return environment?[name] ?? .unknown }
      guard let nature = environment[name] else { throw failure("unknown name \(name)", at: node) }
      return nature
    }
    let nature = try nature(of: base)
    let keyNature = try self.nature(of: key)
    switch nature {
    case .unknown: return .unknown
    case .groups(let element): return element
    case .map:
      guard keyNature == .string || keyNature.isUnknown else {
        throw failure("cannot use \(keyNature.name) to get an element from \(nature.name)", at: key)
      }
      return .unknown
    case .list(let element):
      guard keyNature == .int || keyNature.isUnknown else {
        throw failure(
          "array elements can only be selected using an integer (got \(keyNature.name))",
          at: key
        )
      }
      return element
    default:
      guard case .literal(.string(let name)) = key.kind else {
        throw failure("type \(nature.name)[\(keyNature.name)] is undefined", at: node)
      }
      throw failure("type \(nature.name) has no field \(name)", at: node)
    }
  }

  private mutating func slice(
    _ base: SyntaxNode,
    _ bounds: [SyntaxNode?],
    _ node: SyntaxNode
  ) throws(ExpressionError) -> ExpressionNature {
    let nature = try nature(of: base)
    guard nature.isUnknown || nature.isList || nature == .string else {
      throw failure("cannot slice \(nature.name)", at: node)
    }
    for bound in bounds.compactMap({ $0 }) {
      let boundNature = try self.nature(of: bound)
      guard boundNature == .int || boundNature.isUnknown else {
        throw failure("non-integer slice index \(boundNature.name)", at: bound)
      }
    }
    return nature
  }
}
