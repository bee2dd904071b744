extension Evaluator {
  /// The builtins over texts.
  mutating func edit(_ call: BuiltinCall) throws(ExpressionError) -> ExpressionValue {
    let text = try call.text(0)
    try meter.step(text.utf8.count / 8, at: call.column)
    switch call.builtin {
    case .trim:
      let blanks = " \t\n\r\u{0B}\u{0C}"
      return try made(Self.trim(text, try call.arguments.count > 1 ? call.text(1) : blanks), call)
    case .trimPrefix, .trimSuffix: return try cut(text, call)
    case .upper: return try made(text.uppercased(), call)
    case .lower: return try made(text.lowercased(), call)
    case .split: return try split(text, call)
    case .replace: return try replace(text, call)
    case .repeat: return try repeated(text, call)
    case .hasPrefix: return .bool(text.utf8.starts(with: try call.text(1).utf8))
    case .hasSuffix: return .bool(text.utf8.reversed().starts(with: try call.text(1).utf8.reversed()))
    default: return try index(text, call)
    }
  }

  private mutating func made(_ text: String, _ call: BuiltinCall) throws(ExpressionError) -> ExpressionValue {
    try meter.make(text: text.utf8.count, at: call.column)
    return .string(text)
  }

  private static func trim(_ text: String, _ set: String) -> String {
    let set = Set(set.unicodeScalars)
    var scalars = text.unicodeScalars[...]
    while let first = scalars.first, set.contains(first) { scalars.removeFirst() }
    while let last = scalars.last, set.contains(last) { scalars.removeLast() }
    return String(scalars)
  }

  private mutating func cut(_ text: String, _ call: BuiltinCall) throws(ExpressionError) -> ExpressionValue {
    let affix = try call.arguments.count > 1 ? call.text(1) : " "
    let bytes = Array(text.utf8)
    if call.builtin == .trimPrefix {
      guard bytes.starts(with: affix.utf8) else { return .string(text) }
      return try made(String(decoding: bytes.dropFirst(affix.utf8.count), as: UTF8.self), call)
    }
    guard bytes.reversed().starts(with: affix.utf8.reversed()) else { return .string(text) }
    return try made(String(decoding: bytes.dropLast(affix.utf8.count), as: UTF8.self), call)
  }

  private mutating func split(_ text: String, _ call: BuiltinCall) throws(ExpressionError) -> ExpressionValue
  {
    let separator = try call.text(1)
    let limit = call.arguments.count > 2 ? try call.int(2) : -1
    guard limit != 0 else { return .list([]) }
    let most = limit < 0 ? Int.max : limit
    try meter.make(text.utf8.count, at: call.column)
    guard !separator.isEmpty else {
      let scalars = text.unicodeScalars.map { ExpressionValue.string(String($0)) }
      guard scalars.count > most else { return .list(scalars) }
      let rest = String(String.UnicodeScalarView(text.unicodeScalars.dropFirst(most - 1)))
      return .list(scalars.prefix(most - 1) + [.string(rest)])
    }
    try meter.step(ByteSearch.cost(of: separator, in: text), at: call.column)
    return .list(pieces(of: text, between: separator, most: most).map(ExpressionValue.string))
  }

  private func pieces(of text: String, between separator: String, most: Int) -> [String] {
    let bytes = Array(text.utf8)
    var pieces: [String] = []
    var start = 0
    for place in ByteSearch.all(of: separator, in: text, limit: most - 1) {
      pieces.append(String(decoding: bytes[start..<place], as: UTF8.self))
      start = place + separator.utf8.count
    }
    return pieces + [String(decoding: bytes[start...], as: UTF8.self)]
  }

  private mutating func replace(_ text: String, _ call: BuiltinCall) throws(ExpressionError)
    -> ExpressionValue
  {
    let old = try call.text(1)
    let new = try call.text(2)
    let limit = call.arguments.count > 3 ? try call.int(3) : -1
    guard !old.isEmpty else { throw call.failure("replace() needs a text to look for") }
    try meter.step(ByteSearch.cost(of: old, in: text), at: call.column)
    let most = limit < 0 ? Int.max - 1 : limit
    let pieces = pieces(of: text, between: old, most: most + 1)
    try meter.make(text: text.utf8.count + (pieces.count - 1) * new.utf8.count, at: call.column)
    return .string(pieces.joined(separator: new))
  }

  private mutating func repeated(_ text: String, _ call: BuiltinCall) throws(ExpressionError)
    -> ExpressionValue
  {
    let count = try call.int(1)
    guard count >= 0 else { throw call.failure("negative repeat count \(count)") }
    let (bytes, overflow) = text.utf8.count.multipliedReportingOverflow(by: count)
    try meter.make(text: overflow ? .max - 16 : bytes, at: call.column)
    return .string(String(repeating: text, count: count))
  }

  private mutating func index(_ text: String, _ call: BuiltinCall) throws(ExpressionError) -> ExpressionValue
  {
    let needle = try call.text(1)
    try meter.step(ByteSearch.cost(of: needle, in: text), at: call.column)
    if call.builtin == .indexOf { return .int(ByteSearch.first(of: needle, in: text) ?? -1) }
    let (pattern, bytes) = (Array(needle.utf8), Array(text.utf8))
    var found = -1
    var start = 0
    while let place = ByteSearch.first(of: pattern, in: bytes, from: start) {
      found = place
      start = place + 1
    }
    return .int(found)
  }
}
