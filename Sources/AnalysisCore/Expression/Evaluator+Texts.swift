extension Evaluator {
  /// The builtins over texts.
  mutating func edit(_ call: BuiltinCall) throws(ExpressionError) -> ExpressionValue {
    let text = try call.text(0)
    try meter.step(text.utf8.count / 8, at: call.column)
    switch call.builtin {
    case .trim: return try made(Self.trim(text, try call.arguments.count > 1 ? call.text(1) : nil), call)
    case .trimPrefix, .trimSuffix: return try cut(text, call)
    case .upper, .lower: return try made(Self.cased(text, isUpper: call.builtin == .upper), call)
    case .split, .splitAfter: return try split(text, call)
    case .replace: return try replace(text, call)
    case .repeat: return try repeated(text, call)
    case .hasPrefix: return .bool(text.utf8.starts(with: try call.text(1).utf8))
    case .hasSuffix: return .bool(text.utf8.reversed().starts(with: try call.text(1).utf8.reversed()))
    default: return try index(text, call)
    }
  }

  mutating func made(_ text: String, _ call: BuiltinCall) throws(ExpressionError) -> ExpressionValue {
    try meter.make(text: text.utf8.count, at: call.column)
    return .string(text)
  }

  /// Without the characters of a set at both ends; without a set, those are all blanks.
  private static func trim(_ text: String, _ characters: String?) -> String {
    let set = characters.map { Set($0.unicodeScalars) }
    func isCut(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? scalar.properties.isWhitespace }
    var scalars = text.unicodeScalars[...]
    while let first = scalars.first, isCut(first) { scalars.removeFirst() }
    while let last = scalars.last, isCut(last) { scalars.removeLast() }
    return String(scalars)
  }

  /// Each character in its other case, as Go maps them: one for one, so that `ß` stays.
  private static func cased(_ text: String, isUpper: Bool) -> String {
    var output = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let mapped = isUpper ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
      let isSingle = mapped.unicodeScalars.count == 1 || !isUpper
      output.append(isSingle ? mapped.unicodeScalars.first ?? scalar : scalar)
    }
    return String(output)
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
    // As in Go, no pieces at all are no list.
    guard limit != 0 else { return .nothing }
    let most = limit < 0 ? Int.max : limit
    let keepsSeparator = call.builtin == .splitAfter
    try meter.make(text.utf8.count, at: call.column)
    guard !separator.isEmpty else {
      let scalars = text.unicodeScalars.map { ExpressionValue.string(String($0)) }
      guard scalars.count > most else { return .list(scalars) }
      let rest = String(String.UnicodeScalarView(text.unicodeScalars.dropFirst(most - 1)))
      return .list(scalars.prefix(most - 1) + [.string(rest)])
    }
    try meter.step(ByteSearch.cost(of: separator, in: text), at: call.column)
    let pieces = pieces(of: text, between: separator, most: most)
    try meter.make(text: keepsSeparator ? separator.utf8.count * pieces.count : 0, at: call.column)
    return .list(
      pieces.enumerated().map { index, piece in
        .string(keepsSeparator && index < pieces.count - 1 ? piece + separator : piece)
      }
    )
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
    let most = limit < 0 ? Int.max - 1 : min(limit, Int.max - 1)
    guard !old.isEmpty else { return try spread(new, over: text, most: most, call) }
    try meter.step(ByteSearch.cost(of: old, in: text), at: call.column)
    let pieces = pieces(of: text, between: old, most: most + 1)
    let (added, overflow) = new.utf8.count.multipliedReportingOverflow(by: pieces.count - 1)
    try meter.make(text: overflow ? .max / 2 : text.utf8.count + added, at: call.column)
    return .string(pieces.joined(separator: new))
  }

  /// Puts a text before each character and at the end, as often as it may be, as Go replaces nothing.
  private mutating func spread(
    _ new: String,
    over text: String,
    most: Int,
    _ call: BuiltinCall
  ) throws(ExpressionError) -> ExpressionValue {
    let count = text.unicodeScalars.count
    let (added, overflow) = new.utf8.count.multipliedReportingOverflow(by: min(most, count + 1))
    try meter.make(text: overflow ? .max / 2 : text.utf8.count + added, at: call.column)
    var output = ""
    for (index, scalar) in text.unicodeScalars.enumerated() {
      if index < most { output += new }
      output.unicodeScalars.append(scalar)
    }
    return .string(count < most ? output + new : output)
  }

  private mutating func repeated(_ text: String, _ call: BuiltinCall) throws(ExpressionError)
    -> ExpressionValue
  {
    let count = try call.int(1)
    guard count >= 0 else {
      throw call.failure("invalid argument for repeat (expected positive integer, got \(count))")
    }
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
