extension Evaluator {
  /// The builtins over lists and maps.
  mutating func arrange(_ call: BuiltinCall) throws(ExpressionError) -> ExpressionValue {
    switch call.builtin {
    case .len: return .int(try length(call))
    case .first, .last:
      // As in expr-lang, what has no elements has no first one.
      guard case .list(let elements) = call.first else { return .nothing }
      return (call.builtin == .first ? elements.first : elements.last) ?? .nothing
    case .take:
      let count = try call.int(1)
      guard count >= 0 else { throw call.failure("cannot take \(count) elements") }
      return try made(Array(try call.list(0).prefix(count)), call)
    case .toPairs:
      let sorted = try fields(call).sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      try meter.make(sorted.count * 2, at: call.column)
      return try made(sorted.map { .list([.string($0.key), $0.value]) }, call)
    case .fromPairs: return try fromPairs(call)
    case .reverse: return try made(try call.list(0).reversed(), call)
    case .concat:
      var all: [ExpressionValue] = []
      for index in call.arguments.indices { all += try call.list(index) }
      return try made(all, call)
    case .flatten:
      try meter.walk(call.first, at: call.column)
      return try made(try flat(try call.list(0), call), call)
    case .uniq: return try made(try distinct(try call.list(0), call), call)
    case .sort:
      let elements = try call.list(0)
      let order = call.arguments.count > 1 ? call.arguments[1] : .string("asc")
      return try made(
        try sortedPlaces(of: elements, order: order, at: call.column).map { elements[$0] },
        call
      )
    case .keys:
      let keys = try fields(call).keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      return try made(keys.map(ExpressionValue.string), call)
    case .values:
      let sorted = try fields(call).sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      return try made(sorted.map(\.value), call)
    case .get: return get(call)
    default: return try join(call)
    }
  }

  private mutating func made(
    _ elements: [ExpressionValue],
    _ call: BuiltinCall
  ) throws(ExpressionError) -> ExpressionValue {
    try meter.make(elements.count, at: call.column)
    return .list(elements)
  }

  private mutating func length(_ call: BuiltinCall) throws(ExpressionError) -> Int {
    switch call.first {
    case .list(let elements): return elements.count
    case .map(let fields): return fields.count
    case .string(let text):
      try meter.step(text.utf8.count / 8, at: call.column)
      return text.unicodeScalars.count
    default: throw call.unsupported(call.first)
    }
  }

  private func fields(_ call: BuiltinCall) throws(ExpressionError) -> [String: ExpressionValue] {
    guard case .map(let fields) = call.first else { throw call.unsupported(call.first) }
    return fields
  }

  /// Keys that are no texts become their text.
  private mutating func fromPairs(_ call: BuiltinCall) throws(ExpressionError) -> ExpressionValue {
    let pairs = try call.list(0)
    try meter.make(pairs.count, at: call.column)
    var fields: [String: ExpressionValue] = [:]
    for pair in pairs {
      guard case .list(let parts) = pair, parts.count == 2 else {
        throw call.failure("invalid pair (type \(pair.typeName))")
      }
      try meter.walk(parts[0], at: call.column)
      fields[parts[0].text] = parts[1]
    }
    return .map(fields)
  }

  /// An element or a field, or nil where indexing would be an error.
  private func get(_ call: BuiltinCall) -> ExpressionValue {
    do throws(ExpressionError) {
      return try fetch(call.arguments[1], from: call.first, at: call.column)
    } catch {
      return .nothing
    }
  }

  private mutating func flat(
    _ elements: [ExpressionValue],
    _ call: BuiltinCall
  ) throws(ExpressionError) -> [ExpressionValue] {
    var result: [ExpressionValue] = []
    for element in elements {
      try meter.step(at: call.column)
      if case .list(let inner) = element {
        result += try flat(inner, call)
      } else {
        result.append(element)
      }
    }
    return result
  }

  private mutating func distinct(
    _ elements: [ExpressionValue],
    _ call: BuiltinCall
  ) throws(ExpressionError) -> [ExpressionValue] {
    var result: [ExpressionValue] = []
    for element in elements {
      try meter.walk(element, times: result.count + 1, at: call.column)
      if !result.contains(where: { $0.equals(element) }) { result.append(element) }
    }
    return result
  }

  private mutating func join(_ call: BuiltinCall) throws(ExpressionError) -> ExpressionValue {
    let separator = call.arguments.count > 1 ? try call.text(1) : ""
    var text = ""
    for (index, element) in try call.list(0).enumerated() {
      guard case .string(let part) = element else { throw call.unsupported(element) }
      try meter.make(text: part.utf8.count + separator.utf8.count, at: call.column)
      text += (index == 0 ? "" : separator) + part
    }
    return .string(text)
  }
}
