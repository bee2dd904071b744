/// A node of the syntax tree of an expression.
struct SyntaxNode: Sendable {
  indirect enum Kind: Sendable {
    case literal(ExpressionValue)
    /// `$env`, all names of the environment.
    case environment
    /// A value of the environment or a variable bound by `let`.
    case name(String)
    /// `#`, `#index` or `#acc` inside a closure.
    case pointer(Pointer)
    case list([SyntaxNode])
    case map([Entry])
    case unary(UnaryOperator, SyntaxNode)
    case binary(BinaryOperator, SyntaxNode, SyntaxNode)
    /// `matches` with a pattern known when the text was read.
    case matches(SyntaxNode, Pattern)
    case conditional(SyntaxNode, SyntaxNode, SyntaxNode)
    /// `base.key`, `base[key]`; the optional forms end their chain with nil when the base is nil.
    case member(SyntaxNode, SyntaxNode, isOptional: Bool)
    case slice(SyntaxNode, from: SyntaxNode?, to: SyntaxNode?)
    /// The end of a run of members of which one at least is optional.
    case chain(SyntaxNode)
    case call(Builtin, [SyntaxNode])
    /// `base.name(…)`, a method of a date, a duration or their parts.
    case method(SyntaxNode, String, [SyntaxNode], isOptional: Bool)
    case predicate(PredicateFunction, [SyntaxNode])
    /// The second argument of a predicate, from its brace on.
    case closure(SyntaxNode)
    case binding(String, SyntaxNode, SyntaxNode)
    /// `a; b`, of which the last is the value.
    case sequence([SyntaxNode])
  }

  enum Pointer: String, Sendable {
    case element = ""
    case index
    case accumulator = "acc"
  }

  struct Entry: Sendable {
    let key: SyntaxNode
    let value: SyntaxNode
  }

  let kind: Kind
  /// Where a message about this node points, from 1.
  let column: Int
  /// Levels below and including this one; bounded by the parser, so that recursion over the tree is.
  let depth: Int

  /// The nodes directly below.
  var children: [SyntaxNode] {
    switch kind {
    case .literal, .name, .pointer, .environment: []
    case .list(let nodes), .call(_, let nodes), .predicate(_, let nodes), .sequence(let nodes): nodes
    case .method(let base, _, let arguments, _): [base] + arguments
    case .map(let entries): entries.flatMap { [$0.key, $0.value] }
    case .unary(_, let node), .matches(let node, _), .chain(let node), .closure(let node): [node]
    case .binary(_, let left, let right): [left, right]
    case .conditional(let condition, let yes, let no): [condition, yes, no]
    case .member(let base, let key, _): [base, key]
    case .slice(let base, let from, let to): [base] + [from, to].compactMap { $0 }
    case .binding(_, let value, let body): [value, body]
    }
  }
}

enum UnaryOperator: Sendable {
  case not
  case minus
  case plus

  init?(_ text: String) {
    switch text {
    case "!", "not": self = .not
    case "-": self = .minus
    case "+": self = .plus
    default: return nil
    }
  }

  /// How tightly it binds its operand.
  var precedence: Int { self == .not ? 50 : 90 }
}

/// The binary operators and their precedences, as in expr-lang.
enum BinaryOperator: String, Sendable {
  case pipe = "|"
  case or = "||"
  case and = "&&"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case isIn = "in"
  case matches
  case contains
  case startsWith
  case endsWith
  case range = ".."
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
  case power = "**"
  case coalesce = "??"

  /// Reads an operator in any of its spellings.
  init?(spelling: String) {
    switch spelling {
    case "or": self = .or
    case "and": self = .and
    case "^": self = .power
    default: self.init(rawValue: spelling)
    }
  }

  var precedence: Int {
    switch self {
    case .pipe: 0
    case .or: 10
    case .and: 15
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .isIn, .matches, .contains,
      .startsWith, .endsWith:
      20
    case .range: 25
    case .add, .subtract: 30
    case .multiply, .divide, .remainder: 60
    case .power: 100
    case .coalesce: 500
    }
  }

  var isRightAssociative: Bool { self == .power }

  /// Whether `a < b < c` means `a < b && b < c`.
  var isOrdering: Bool {
    switch self {
    case .less, .lessOrEqual, .greater, .greaterOrEqual: true
    default: false
    }
  }

  /// Whether `not` may stand before it.
  var canBeNegated: Bool {
    switch self {
    case .isIn, .matches, .contains, .startsWith, .endsWith: true
    default: false
    }
  }
}

/// The functions that run a closure over the elements of a list.
enum PredicateFunction: String, Sendable, CaseIterable {
  case all, any, none, one, filter, map, count, sum, find, findIndex, findLast, findLastIndex, reduce, groupBy
  case sortBy

  /// How many arguments, the list and the closure included.
  var arity: ClosedRange<Int> {
    switch self {
    case .count, .sum: 1...2
    case .reduce, .sortBy: 2...3
    default: 2...2
    }
  }
}
