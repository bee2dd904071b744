extension ExpressionChecker {
  mutating func call(
    _ builtin: Builtin,
    _ arguments: [SyntaxNode],
    _ node: SyntaxNode
  ) throws(ExpressionError) -> ExpressionNature {
    let parameters = builtin.parameters
    var natures: [ExpressionNature] = []
    for (index, argument) in arguments.enumerated() {
      let nature = try nature(of: argument)
      natures.append(nature)
      let parameter = parameters[min(index, parameters.count - 1)]
      guard !nature.isUnknown, !parameter.takes(nature) else { continue }
      // As in expr-lang: a text or a whole number that is wanted is named at the argument, all else at the function.
      guard let wanted = parameter.typeName else {
        throw failure("invalid argument for \(builtin.rawValue) (type \(nature.name))", at: node)
      }
      throw failure(
        "cannot use \(nature.name) as argument (type \(wanted)) to call \(builtin.rawValue)",
        at: argument
      )
    }
    if builtin == .get { try checkGet(natures, arguments) }
    return builtin.result(of: natures)
  }

  private func checkGet(_ natures: [ExpressionNature], _ arguments: [SyntaxNode]) throws(ExpressionError) {
    switch natures[0] {
    case .unknown, .groups: return
    case .list:
      guard natures[1] == .int || natures[1].isUnknown else {
        throw failure("non-integer slice index \(natures[1].name)", at: arguments[1])
      }
    case .map:
      guard natures[1] == .string || natures[1].isUnknown else {
        throw failure("cannot use \(natures[1].name) to get an element from a map", at: arguments[1])
      }
    default: throw failure("type \(natures[0].name) does not support indexing", at: arguments[0])
    }
  }

  mutating func predicate(
    _ function: PredicateFunction,
    _ arguments: [SyntaxNode]
  ) throws(ExpressionError) -> ExpressionNature {
    let list = try nature(of: arguments[0])
    guard list.isList || list.isUnknown else {
      throw failure("builtin \(function.rawValue) takes only array (got \(list.name))", at: arguments[0])
    }
    var body = list.element
    if arguments.count > 1 {
      body = try closure(arguments[1], over: list.element, accumulates: function == .reduce)
      guard !function.wantsTruth || body == .bool || body.isUnknown else {
        throw failure("predicate should return boolean (got \(body.name))", at: arguments[1])
      }
    }
    if arguments.count > 2 { _ = try nature(of: arguments[2]) }
    switch function {
    case .all, .any, .none, .one: return .bool
    case .filter: return .list(list.element)
    case .map: return .list(body)
    case .count, .findIndex, .findLastIndex: return function == .count ? .int : .unknown
    case .sum: return body.isNumber ? body : .unknown
    case .find, .findLast: return list.element
    case .groupBy: return .groups(.list(list.element))
    case .sortBy: return list
    case .reduce: return body
    }
  }

  mutating func method(
    _ base: SyntaxNode,
    _ name: String,
    _ arguments: [SyntaxNode],
    _ node: SyntaxNode
  ) throws(ExpressionError) -> ExpressionNature {
    let nature = try nature(of: base)
    for argument in arguments { _ = try self.nature(of: argument) }
    guard !nature.isUnknown else { return .unknown }
    guard let method = ValueMethod(rawValue: name), let result = method.result(on: nature) else {
      throw failure("type \(nature.name) has no method \(name)", at: node)
    }
    guard arguments.count == method.count else {
      let problem = arguments.count < method.count ? "not enough" : "too many"
      throw failure("\(problem) arguments to call \(name)", at: node)
    }
    return result
  }
}

extension Builtin.Parameter {
  /// The name of the one type it takes, when there is just one.
  fileprivate var typeName: String? {
    switch self {
    case .text: "string"
    case .whole: "int"
    default: nil
    }
  }

  fileprivate func takes(_ nature: ExpressionNature) -> Bool {
    switch self {
    case .anything: true
    case .text: nature == .string
    case .whole: nature == .int
    case .number: nature.isNumber
    case .numeral:
      if case .named = nature { true } else { nature.isNumber || nature == .string || nature == .duration }
    case .numbers: nature.isNumber || nature.isList || nature == .duration
    case .list: nature.isList
    case .map: nature.isMap
    case .sized: nature.isList || nature.isMap || nature == .string
    case .zone: nature == .zone
    case .zoneOrText: nature == .zone || nature == .string
    }
  }
}

extension PredicateFunction {
  /// Whether its closure must answer yes or no.
  fileprivate var wantsTruth: Bool {
    switch self {
    case .all, .any, .none, .one, .filter, .count, .find, .findIndex, .findLast, .findLastIndex: true
    case .map, .sum, .reduce, .groupBy, .sortBy: false
    }
  }
}
