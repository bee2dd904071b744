import Primitives

/// Spells scalars so that Kubernetes' reader, and stricter ones, read back the same value.
enum ScalarText {
  /// One line of text for a scalar or an empty collection; strings in the wanted quotes where they can hold them.
  static func inline(_ value: JSONValue, quotes: YAMLScalarStyle = .plain, inFlow: Bool = false) -> String {
    switch value {
    case .string(let text): string(text, quotes: quotes, inFlow: inFlow)
    case .array: "[]"
    case .object: "{}"
    case .null, .bool, .int, .double: value.text()
    }
  }

  /// A string in the wanted quotes where they can hold it, else in double quotes.
  static func string(_ text: String, quotes: YAMLScalarStyle, inFlow: Bool) -> String {
    switch quotes {
    case .singleQuoted where isOneReadableLine(text):
      "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    case .plain, .literal, .folded:
      isPlain(text, inFlow: inFlow) ? text : doubleQuoted(text)
    case .singleQuoted, .doubleQuoted: doubleQuoted(text)
    }
  }

  /// Whether a string may stand without quotes; says no whenever in doubt.
  static func isPlain(_ text: String, inFlow: Bool) -> Bool {
    guard isOneReadableLine(text), let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
      startsPlain(first), last != " ", last != ":", Schema.resolve(text) == .string(text),
      !looksLikeNumberOrTime(text), text != "-", !text.hasPrefix("---"), !text.hasPrefix("...")
    else { return false }
    var previous: Unicode.Scalar = " "
    for (index, scalar) in text.unicodeScalars.enumerated() {
      switch scalar {
      case "\t": return false
      case "#" where previous == " ", " " where previous == ":": return false
      case " " where index == 1 && previous == "-": return false
      case ",", "[", "]", "{", "}": if inFlow { return false }
      default: break
      }
      if inFlow, previous == ":", scalar == "\"" || scalar == "'" { return false }
      previous = scalar
    }
    return true
  }

  private static func startsPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_", "/", ".", "-", "+", "$", "(", "^", ";", "\\": true
    default: scalar.value > 0x7F && scalar.properties.isAlphabetic
    }
  }

  /// Sexagesimal numbers, dates and times of YAML 1.1: strings to Kubernetes, but not to every reader.
  private static func looksLikeNumberOrTime(_ text: String) -> Bool {
    guard let first = text.utf8.first, "+-.0123456789".utf8.contains(first) else { return false }
    let dots = text.utf8.count { $0 == UInt8(ascii: ".") }
    if dots < 2, text.utf8.allSatisfy({ "+-_:.0123456789 ".utf8.contains($0) }) { return true }
    return text.utf8.count > 10 && text.utf8.dropFirst(4).first == UInt8(ascii: "-")
      && text.utf8.allSatisfy { "+-:.0123456789TtZz ".utf8.contains($0) }
  }

  /// Whether every character may stand as it is on one line of YAML.
  static func isOneReadableLine(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { isReadable($0) && $0 != "\n" }
  }

  /// Whether a character may stand as it is: the printable set without line breaks other than the line feed.
  static func isReadable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x20...0x7E: true
    case 0xA0...0xD7FF: scalar.value != 0x2028 && scalar.value != 0x2029
    case 0xE000...0xFFFD: scalar.value != 0xFEFF
    case 0x10000...: true
    default: false
    }
  }

  /// The string in double quotes, everything that is not readable escaped.
  static func doubleQuoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where isReadable(scalar): result.unicodeScalars.append(scalar)
      default: result += escape(scalar.value)
      }
    }
    return result + "\""
  }

  private static func escape(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    let width = value < 0x100 ? 2 : value < 0x10000 ? 4 : 8
    let letter = width == 2 ? "x" : width == 4 ? "u" : "U"
    return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
  }
}

/// The lines of a block scalar, its header apart.
struct BlockScalarText {
  /// `|`, `|-`, `|+` or their folded forms.
  let header: String
  /// The lines without indentation and line breaks.
  let lines: [Substring]

  /// Spells a string as a block scalar; nil when it cannot be one without an explicit indentation or is empty.
  init?(_ text: String, folded: Bool = false) {
    guard text.unicodeScalars.allSatisfy(ScalarText.isReadable), let first = text.unicodeScalars.first,
      first != " ", first != "\t"
    else { return nil }
    var body = text[...]
    var trailing = 0
    while body.unicodeScalars.last == "\n" {
      body.unicodeScalars.removeLast()
      trailing += 1
    }
    guard !body.isEmpty else { return nil }
    var lines = body.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .map { Substring($0) }
    // The first line that holds text sets the indentation, so it must not begin with a blank of its own.
    guard let content = lines.first(where: { !$0.isEmpty })?.unicodeScalars.first, content != " ",
      content != "\t"
    else { return nil }
    if folded {
      guard lines.allSatisfy({ $0.unicodeScalars.first != " " && $0.unicodeScalars.first != "\t" }) else {
        return nil
      }
      let breaks = lines.indices.dropLast().filter { !lines[$0].isEmpty }
      for index in breaks.reversed() { lines.insert("", at: index + 1) }
    }
    if trailing > 1 { lines += Array(repeating: "", count: trailing - 1) }
    header = (folded ? ">" : "|") + (trailing == 0 ? "-" : trailing == 1 ? "" : "+")
    self.lines = lines
  }

  /// The lines at a column, each after a line break; empty lines stay empty.
  func indented(to column: Int, lineBreak: String) -> String {
    let padding = String(repeating: " ", count: column)
    return lines.map { lineBreak + ($0.isEmpty ? "" : padding + $0) }.joined()
  }
}
