import Primitives

extension JSONPath {
  /// Parses a path in its braces; blanks around them are fine.
  package init(parsing text: String) throws(JSONPathError) {
    var parser = JSONPathParser(text)
    steps = try parser.document()
    self.text = text
  }
}

/// Reads a path byte by byte; works on UTF-8, where every character with a meaning is ASCII.
private struct JSONPathParser {
  private let bytes: [UInt8]
  private var offset = 0
  private var depth = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  mutating func document() throws(JSONPathError) -> [JSONPath.Step] {
    skipBlanks()
    guard take("{") else { throw failure("a path stands in braces, as in {.a.b}") }
    skipBlanks()
    if !take("$") { _ = take("@") }
    let steps = try steps()
    skipBlanks()
    guard take("}") else { throw failure(next == nil ? "the brace is not closed" : "unexpected character") }
    skipBlanks()
    guard next == nil else { throw failure("text after the closing brace") }
    return steps
  }

  private mutating func steps() throws(JSONPathError) -> [JSONPath.Step] {
    var steps: [JSONPath.Step] = []
    while true {
      if take("..") {
        steps.append(.recursion)
        _ = take(".")
        if startsName || next == UInt8(ascii: "*") { steps.append(try nameOrWildcard()) }
      } else if take(".") {
        // `{.}` and `{.['a']}` are fine.
        if startsName || next == UInt8(ascii: "*") { steps.append(try nameOrWildcard()) }
      } else if take("[") {
        steps.append(try bracket())
      } else if steps.isEmpty, startsName {
        steps.append(try nameOrWildcard())
      } else {
        return steps
      }
    }
  }

  // MARK: Names

  private var startsName: Bool { next.map { !Self.endsName($0) } ?? false }

  private static func endsName(_ byte: UInt8) -> Bool {
    byte <= 0x20 || ".,[]{}()$@*?'\"=!<>|&".utf8.contains(byte)
  }

  private mutating func nameOrWildcard() throws(JSONPathError) -> JSONPath.Step {
    if take("*") { return .wildcard }
    var name: [UInt8] = []
    while let byte = next, !Self.endsName(byte) {
      offset += 1
      if byte == UInt8(ascii: "\\") {
        guard let escaped = next else { throw failure("nothing after the backslash") }
        name.append(escaped)
        offset += 1
      } else {
        name.append(byte)
      }
    }
    guard !name.isEmpty else { throw failure("a name is missing") }
    return .field(String(decoding: name, as: UTF8.self))
  }

  /// A text in quotes, whole and in its parts between dots that no backslash stands before.
  private mutating func quoted() throws(JSONPathError) -> (text: String, parts: [String]) {
    guard let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw failure("a quoted name is missing")
    }
    offset += 1
    var parts: [[UInt8]] = [[]]
    while let byte = next {
      offset += 1
      if byte == quote {
        let texts = parts.map { String(decoding: $0, as: UTF8.self) }
        return (texts.joined(separator: "."), texts)
      }
      if byte == UInt8(ascii: "\\"), let escaped = next {
        parts[parts.count - 1].append(escaped)
        offset += 1
      } else if byte == UInt8(ascii: ".") {
        parts.append([])
      } else {
        parts[parts.count - 1].append(byte)
      }
    }
    throw failure("the quote is not closed")
  }

  // MARK: Brackets

  private mutating func bracket() throws(JSONPathError) -> JSONPath.Step {
    skipBlanks()
    let step: JSONPath.Step
    if take("*") {
      step = .wildcard
    } else if take("?") {
      step = .filter(try filter())
    } else {
      var all = [try selector()]
      while takeAfterBlanks(",") {
        skipBlanks()
        all.append(try selector())
      }
      step = all.count == 1 ? all[0] : .union(all)
    }
    guard takeAfterBlanks("]") else { throw failure("the bracket is not closed") }
    return step
  }

  /// One part of a bracket: a name in quotes, an index or a slice.
  private mutating func selector() throws(JSONPathError) -> JSONPath.Step {
    if next == UInt8(ascii: "'") || next == UInt8(ascii: "\"") {
      let (name, parts) = try quoted()
      return parts.count == 1 ? .field(name) : .quoted(name, parts: parts)
    }
    let start = try integer()
    guard takeAfterBlanks(":") else {
      guard let start else { throw failure("an index, a name or * is missing") }
      return .element(start)
    }
    skipBlanks()
    let end = try integer()
    var stride = 1
    if takeAfterBlanks(":") {
      skipBlanks()
      stride = try integer() ?? 1
    }
    guard stride > 0 else { throw failure("the step of a slice must be positive") }
    return .slice(start: start, end: end, stride: stride)
  }

  private mutating func integer() throws(JSONPathError) -> Int? {
    let start = offset
    if next == UInt8(ascii: "-") { offset += 1 }
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
    guard offset > start else { return nil }
    guard let number = Int(String(decoding: bytes[start..<offset], as: UTF8.self)), number.magnitude < 1 << 40
    else { throw failure("not an index") }
    return number
  }

  // MARK: Filters

  private mutating func filter() throws(JSONPathError) -> JSONPath.Filter {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 16 else { throw failure("filters nested deeper than 16") }
    guard takeAfterBlanks("(") else { throw failure("a filter stands in ?( )") }
    let left = try operand()
    skipBlanks()
    let comparisons: [JSONPath.Filter.Comparison] = [
      .equal, .notEqual, .lessOrEqual, .greaterOrEqual, .less, .greater,
    ]
    var filter = JSONPath.Filter(left: left, comparison: nil, right: .literal(.null))
    for comparison in comparisons where take(comparison.rawValue) {
      filter = JSONPath.Filter(left: left, comparison: comparison, right: try operand())
      break
    }
    guard takeAfterBlanks(")") else { throw failure("the filter is not closed, or is no single comparison") }
    return filter
  }

  private mutating func operand() throws(JSONPathError) -> JSONPath.Filter.Operand {
    skipBlanks()
    if take("@") { return .relative(try steps()) }
    if take("$") { return .absolute(try steps()) }
    if next == UInt8(ascii: "'") || next == UInt8(ascii: "\"") { return .literal(.string(try quoted().text)) }
    if next == UInt8(ascii: ".") || next == UInt8(ascii: "[") { return .relative(try steps()) }
    let start = offset
    while let byte = next, byte > 0x20, !")=!<>".utf8.contains(byte) { offset += 1 }
    let word = String(decoding: bytes[start..<offset], as: UTF8.self)
    do throws(JSONError) {
      // Numbers, true, false and null are written as in JSON.
      return .literal(try JSONValue(parsing: word))
    } catch {
      throw failure("\"\(word)\" is no path, text in quotes, number, true, false or null")
    }
  }

  // MARK: Bytes

  private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { offset += 1 }
  }

  private mutating func take(_ text: String) -> Bool {
    guard bytes[offset...].starts(with: text.utf8) else { return false }
    offset += text.utf8.count
    return true
  }

  private mutating func takeAfterBlanks(_ text: String) -> Bool {
    skipBlanks()
    return take(text)
  }

  private func failure(_ message: String) -> JSONPathError {
    JSONPathError("malformed JSON path at character \(offset + 1): \(message)")
  }
}
