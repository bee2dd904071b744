/// Why a text is not JSON: what was wrong and at which byte.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  package let message: String
  /// Offset into the UTF-8 text, from 0.
  package let offset: Int

  package var description: String { "invalid JSON at byte \(offset): \(message)" }
}

extension JSONValue {
  /// Parses one JSON document (RFC 8259); duplicate keys keep the last, nesting is limited to 512.
  package init(parsing text: String) throws(JSONError) {
    self = try JSONValue(parsing: Array(text.utf8))
  }

  /// Parses one JSON document from UTF-8 bytes; see ``init(parsing:)``.
  ///
  /// A field that is left out is skipped without being read, so that it costs neither time nor memory; within it only
  /// strings and brackets are checked.
  package init(parsing bytes: [UInt8], leavingOut omission: JSONOmission? = nil) throws(JSONError) {
    var parser = JSONParser(bytes: bytes, omission: omission)
    self = try parser.document()
  }
}

/// A field that a parser leaves out wherever it is directly in an object of that name.
package struct JSONOmission: Sendable, Hashable {
  let parent: String
  let field: String

  package init(of field: String, in parent: String) {
    self.parent = parent
    self.field = field
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  let omission: JSONOmission?
  var offset = 0
  var depth = 0
  /// Fields and elements of the objects and arrays that are not closed yet: with their number known at the end, each
  /// object and array is allocated once.
  var fields: [(String, JSONValue)] = []
  var elements: [JSONValue] = []

  init(bytes: [UInt8], omission: JSONOmission?) {
    self.bytes = bytes
    self.omission = omission
  }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value(of: "")
    skipBlanks()
    guard offset == bytes.count else { throw failure("text after the document") }
    return value
  }

  private func failure(_ message: String) -> JSONError { JSONError(message: message, offset: offset) }

  private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
  }

  /// The next value, which is that of the field, or an element of the array of that name.
  private mutating func value(of name: String) throws(JSONError) -> JSONValue {
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"): return try nested { (parser) throws(JSONError) in try parser.object(name) }
    case UInt8(ascii: "["): return try nested { (parser) throws(JSONError) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw failure("unexpected end")
    case let byte? where byte == UInt8(ascii: "-") || isDigit(byte): return try number()
    default: throw failure("unexpected character")
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    depth += 1
    guard depth <= 512 else { throw failure("nested deeper than 512") }
    offset += 1
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func object(_ name: String) throws(JSONError) -> JSONValue {
    skipBlanks()
    if take(UInt8(ascii: "}")) { return .object([:]) }
    let first = fields.count
    let leftOut = omission.flatMap { $0.parent == name ? $0.field : nil }
    while true {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else { throw failure("expected a field name") }
      let key = try string()
      skipBlanks()
      guard take(UInt8(ascii: ":")) else { throw failure("expected a colon") }
      if key == leftOut { try skipValue() } else { fields.append((key, try value(of: key))) }
      skipBlanks()
      if take(UInt8(ascii: "}")) { return .object(closeObject(from: first)) }
      guard take(UInt8(ascii: ",")) else { throw failure("expected a comma or a closing brace") }
    }
  }

  private mutating func closeObject(from first: Int) -> JSONFields {
    defer { fields.removeSubrange(first...) }
    return JSONFields(fields[first...])
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    skipBlanks()
    if take(UInt8(ascii: "]")) { return .array([]) }
    let first = elements.count
    while true {
      elements.append(try value(of: ""))
      skipBlanks()
      if take(UInt8(ascii: "]")) {
        defer { elements.removeSubrange(first...) }
        return .array(Array(elements[first...]))
      }
      guard take(UInt8(ascii: ",")) else { throw failure("expected a comma or a closing bracket") }
    }
  }

  /// Passes over a value to where it ends.
  private mutating func skipValue() throws(JSONError) {
    var open = 0
    skipBlanks()
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""): try skipString()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        open += 1
        offset += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard open > 0 else { return }
        open -= 1
        offset += 1
        if open == 0 { return }
      case UInt8(ascii: ",") where open == 0: return
      default: offset += 1
      }
    }
    throw failure("unexpected end")
  }

  private mutating func skipString() throws(JSONError) {
    offset += 1
    while let byte = next {
      offset += byte == UInt8(ascii: "\\") ? 2 : 1
      if byte == UInt8(ascii: "\"") { return }
    }
    throw failure("a string without an end")
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    offset += 1
    return true
  }

  private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    let expected = Array(text.description.utf8)
    guard bytes[offset...].starts(with: expected) else { throw failure("unexpected word") }
    offset += expected.count
    return value
  }

  private mutating func digits() throws(JSONError) {
    let start = offset
    while let byte = next, isDigit(byte) { offset += 1 }
    guard offset > start else { throw failure("expected a digit") }
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = offset
    var whole = true
    _ = take(UInt8(ascii: "-"))
    let leading = offset
    try digits()
    if bytes[leading] == UInt8(ascii: "0"), offset > leading + 1 {
      throw failure("a number with a leading zero")
    }
    if take(UInt8(ascii: ".")) {
      whole = false
      try digits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      whole = false
      offset += 1
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    if whole, let value = Int64(text) { return .int(value) }
    guard let value = Double(text), value.isFinite else { throw failure("a number out of range") }
    // `1.0` and `1` are one number in JSON; one spelling keeps values comparable.
    if let same = Int64(exactly: value), same.magnitude < 1_000_000_000_000_000 { return .int(same) }
    return .double(value)
  }

  private mutating func string() throws(JSONError) -> String {
    offset += 1
    let start = offset
    var isASCII = true
    while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      if byte >= 0x80 { isASCII = false }
      offset += 1
    }
    if next == UInt8(ascii: "\"") {
      defer { offset += 1 }
      // ASCII is UTF-8 as it is, and most strings are ASCII.
      if isASCII { return String(decoding: bytes[start..<offset], as: UTF8.self) }
      return try checked(bytes[start..<offset])
    }
    var text = Array(bytes[start..<offset])
    while let byte = next {
      offset += 1
      switch byte {
      case UInt8(ascii: "\""): return try checked(text[...])
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw failure("a control character in a string")
      default: text.append(byte)
      }
    }
    throw failure("a string without an end")
  }

  private func checked(_ utf8: ArraySlice<UInt8>) throws(JSONError) -> String {
    guard let text = String(validating: utf8, as: UTF8.self) else {
      throw failure("a string that is not UTF-8")
    }
    return text
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    guard let byte = next else { throw failure("a string without an end") }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: String(Character(try unicodeEscape())).utf8)
    default: throw failure("an unknown escape")
    }
  }

  /// A lone surrogate becomes U+FFFD, as in Go's decoder, which Kubernetes uses.
  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, bytes[offset...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
      return "\u{FFFD}"
    }
    let mark = offset
    offset += 2
    let second = try hexadecimal()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else {
      offset = mark
      return "\u{FFFD}"
    }
    return scalar
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    guard offset + 4 <= bytes.count,
      let text = String(validating: bytes[offset..<offset + 4], as: UTF8.self),
      text.allSatisfy(\.isHexDigit), let value = UInt32(text, radix: 16)
    else { throw failure("expected four hexadecimal digits") }
    offset += 4
    return value
  }
}
