/// Cuts an expression into tokens.
struct ExpressionLexer {
  private let source: [Unicode.Scalar]
  private var offset = 0

  /// Refuses texts beyond the limit of length before it looks at them.
  static func tokens(of text: String, limits: ExpressionLimits) throws(ExpressionError) -> [ExpressionToken] {
    guard text.utf8.count <= limits.length * 4, text.unicodeScalars.count <= limits.length else {
      throw ExpressionError(.limit, "expression longer than \(limits.length) characters", column: 1)
    }
    var lexer = ExpressionLexer(source: Array(text.unicodeScalars))
    var tokens: [ExpressionToken] = []
    while let token = try lexer.token() { tokens.append(token) }
    // As expr-lang, the end is where the last character is.
    tokens.append(ExpressionToken(kind: .end, column: max(1, lexer.source.count)))
    return tokens
  }

  private init(source: [Unicode.Scalar]) { self.source = source }

  private func peek(_ distance: Int = 0) -> Unicode.Scalar? {
    offset + distance < source.count ? source[offset + distance] : nil
  }

  private func failure(_ message: String, at start: Int) -> ExpressionError {
    ExpressionError(.syntax, message, column: start + 1)
  }

  private mutating func token() throws(ExpressionError) -> ExpressionToken? {
    try skipBlanks()
    guard let scalar = peek() else { return nil }
    let start = offset
    let kind: ExpressionToken.Kind
    if scalar.isDigit || (scalar == "." && peek(1)?.isDigit == true) {
      kind = try number()
    } else if scalar == "b", peek(1) == "\"" || peek(1) == "'" {
      offset += 1
      kind = .bytes(try byteText())
    } else if scalar.startsWord {
      kind = .word(word())
    } else if scalar == "#" {
      offset += 1
      kind = .pointer(word())
    } else if scalar == "\"" || scalar == "'" {
      kind = .string(try quoted(by: scalar))
    } else if scalar == "`" {
      kind = .string(try raw())
    } else {
      kind = .sign(try sign(at: start))
    }
    return ExpressionToken(kind: kind, column: start + 1)
  }

  private mutating func skipBlanks() throws(ExpressionError) {
    while let scalar = peek() {
      if scalar.properties.isWhitespace {
        offset += 1
      } else if scalar == "/", peek(1) == "/" {
        while let next = peek(), next != "\n" { offset += 1 }
      } else if scalar == "/", peek(1) == "*" {
        let start = offset
        offset += 2
        while peek() != nil, !(peek() == "*" && peek(1) == "/") { offset += 1 }
        guard peek() != nil else { throw failure("unclosed comment", at: start) }
        offset += 2
      } else {
        return
      }
    }
  }

  private mutating func word() -> String {
    let start = offset
    while let scalar = peek(), scalar.startsWord || scalar.isDigit { offset += 1 }
    return Self.text(source[start..<offset])
  }

  private static let signs: [Set<String>] = [
    ["?.", "??", "**", "..", "==", "!=", "<=", ">=", "&&", "||", "::"],
    [
      "(", ")", "[", "]", "{", "}", ".", ",", ":", ";", "?", "|", "!", "<", ">", "+", "-", "*", "/", "%", "^",
      "=",
    ],
  ]

  private mutating func sign(at start: Int) throws(ExpressionError) -> String {
    for (length, known) in zip([2, 1], Self.signs) where offset + length <= source.count {
      let text = Self.text(source[offset..<offset + length])
      if known.contains(text) {
        offset += length
        return text
      }
    }
    throw failure("unrecognized character \(source[start].debugDescription)", at: start)
  }

  private mutating func number() throws(ExpressionError) -> ExpressionToken.Kind {
    let start = offset
    if peek() == "0", let base = peek(1).flatMap({ Self.bases[$0] }) {
      offset += 2
      let digits = word().filter { $0 != "_" }
      guard let value = Int(digits, radix: base) else { throw badNumber(from: start) }
      return .int(value)
    }
    var fractional = false
    digits()
    if peek() == ".", peek(1) != "." {
      fractional = true
      offset += 1
      digits()
    }
    if let scalar = peek(), scalar == "e" || scalar == "E" {
      fractional = true
      offset += 1
      if peek() == "+" || peek() == "-" { offset += 1 }
      digits()
    }
    if let next = peek(), next.startsWord {
      throw failure("bad number syntax: \(Self.text(source[start...offset]))", at: offset)
    }
    let text = Self.text(source[start..<offset]).filter { $0 != "_" }
    if !fractional {
      guard let value = Int(text) else { throw failure("integer out of range: \(text)", at: start) }
      return .int(value)
    }
    guard let value = Double(text.hasSuffix(".") ? text + "0" : text), value.isFinite else {
      throw badNumber(from: start)
    }
    return .float(value)
  }

  private static let bases: [Unicode.Scalar: Int] = ["x": 16, "X": 16, "b": 2, "B": 2, "o": 8, "O": 8]

  private mutating func digits() {
    while let scalar = peek(), scalar.isDigit || scalar == "_" { offset += 1 }
  }

  private func badNumber(from start: Int) -> ExpressionError {
    let end = min(source.count, max(offset + 1, start + 1))
    return failure("bad number syntax: \(Self.text(source[start..<end]))", at: start)
  }

  private mutating func raw() throws(ExpressionError) -> String {
    let start = offset
    offset += 1
    while let scalar = peek(), scalar != "`" { offset += 1 }
    guard peek() != nil else { throw failure("unclosed string", at: start) }
    offset += 1
    return Self.text(source[start + 1..<offset - 1])
  }

  private mutating func quoted(by quote: Unicode.Scalar) throws(ExpressionError) -> String {
    let start = offset
    offset += 1
    var text = String.UnicodeScalarView()
    while let scalar = peek() {
      offset += 1
      if scalar == quote { return String(text) }
      if scalar == "\n" { break }
      text.append(scalar == "\\" ? try escape(in: quote) : scalar)
    }
    throw failure("unclosed string", at: start)
  }

  private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
    "a": "\u{07}", "b": "\u{08}", "f": "\u{0C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{0B}", "\\": "\\",
  ]

  /// What a backslash begins; of the quotes only the string's own may be escaped.
  private mutating func escape(in quote: Unicode.Scalar) throws(ExpressionError) -> Unicode.Scalar {
    let start = offset
    guard let scalar = peek() else { throw failure("unclosed string", at: start - 1) }
    if ("0"..."3").contains(scalar) { return try number(digits: 3, radix: 8, from: start) }
    offset += 1
    if scalar == quote { return quote }
    if let plain = Self.escapes[scalar] { return plain }
    if scalar == "u", peek() == "{" {
      let end = source[offset...].prefix(8).firstIndex(of: "}")
      guard let end else { throw failure("invalid escape in a string", at: start) }
      offset += 1
      let result = try number(digits: end - offset, radix: 16, from: start)
      offset += 1
      return result
    }
    let width = scalar == "x" ? 2 : scalar == "u" ? 4 : scalar == "U" ? 8 : 0
    return try number(digits: width, radix: 16, from: start)
  }

  /// The character of a number of so many digits; a half of a surrogate pair becomes the replacement character.
  private mutating func number(digits: Int, radix: Int, from start: Int) throws(ExpressionError)
    -> Unicode.Scalar
  {
    guard digits > 0, offset + digits <= source.count, source[offset] != "+", source[offset] != "-",
      let number = UInt32(Self.text(source[offset..<offset + digits]), radix: radix), number <= 0x10FFFF
    else { throw failure("invalid escape in a string", at: start) }
    offset += digits
    return Unicode.Scalar(number) ?? "\u{FFFD}"
  }

  /// A string in quotes after a `b`: its bytes, in which `\x` and octal escapes are bytes and not characters.
  private mutating func byteText() throws(ExpressionError) -> [UInt8] {
    let start = offset
    guard let quote = peek() else { throw failure("unclosed string", at: start) }
    offset += 1
    var bytes: [UInt8] = []
    while let scalar = peek() {
      offset += 1
      if scalar == quote { return bytes }
      guard scalar != "\n" else { break }
      guard scalar == "\\" else {
        bytes += Array(String(scalar).utf8)
        continue
      }
      let isByte = peek() == "x" || peek().map { ("0"..."3").contains($0) } == true
      let result = try escape(in: quote)
      bytes += isByte ? [UInt8(truncatingIfNeeded: result.value)] : Array(String(result).utf8)
    }
    throw failure("unclosed string", at: start)
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}

extension Unicode.Scalar {
  fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
  fileprivate var startsWord: Bool { self == "_" || self == "$" || properties.isAlphabetic }
}
