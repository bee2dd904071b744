import Primitives

/// Writes values in block style with sorted keys.
struct BlockWriter {
  let layout: YAMLLayout

  /// A non-empty collection whose first line begins at the column, where the caller stands already; no line break at
  /// the end.
  func collection(_ value: JSONValue, column: Int) -> String {
    var output = ""
    write(value, column: column, into: &output)
    return output
  }

  /// A key and its value, as they stand at the column.
  func field(_ key: String, _ value: JSONValue, column: Int, quotes: YAMLScalarStyle = .plain) -> String {
    var output = ""
    writeField(key, value, column: column, quotes: quotes, into: &output)
    return output
  }

  /// A list item, dash included, as it stands at the column.
  func item(_ value: JSONValue, column: Int) -> String {
    var output = ""
    writeItem(value, column: column, into: &output)
    return output
  }

  private func write(_ value: JSONValue, column: Int, into output: inout String) {
    var isFirst = true
    func begin(_ output: inout String) {
      if !isFirst { breakLine(column, into: &output) }
      isFirst = false
    }
    switch value {
    case .object(let fields) where !fields.isEmpty:
      for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
        begin(&output)
        writeField(key, value, column: column, quotes: .plain, into: &output)
      }
    case .array(let elements) where !elements.isEmpty:
      for element in elements {
        begin(&output)
        writeItem(element, column: column, into: &output)
      }
    default: output += scalar(value, column: column)
    }
  }

  private func breakLine(_ column: Int, into output: inout String) {
    output += layout.lineBreak
    for _ in 0..<column { output += " " }
  }

  private func writeField(
    _ key: String,
    _ value: JSONValue,
    column: Int,
    quotes: YAMLScalarStyle,
    into output: inout String
  ) {
    let text = ScalarText.string(key, quotes: key == "<<" ? .doubleQuoted : quotes, inFlow: false)
    // A key longer than 1024 characters needs the explicit form.
    if text.unicodeScalars.count > 1000 {
      output += "? " + text
      breakLine(column, into: &output)
      output += ":"
    } else {
      output += text + ":"
    }
    switch value {
    case .object(let fields) where !fields.isEmpty:
      breakLine(column + layout.indent, into: &output)
      write(value, column: column + layout.indent, into: &output)
    case .array(let elements) where !elements.isEmpty:
      breakLine(column + layout.dashIndent, into: &output)
      write(value, column: column + layout.dashIndent, into: &output)
    default:
      output += " " + scalar(value, column: column + layout.indent)
    }
  }

  private func writeItem(_ value: JSONValue, column: Int, into output: inout String) {
    output += "- "
    write(value, column: column + 2, into: &output)
  }

  /// A scalar or empty collection; a string of several lines becomes a literal block at the column.
  func scalar(_ value: JSONValue, column: Int) -> String {
    if layout.hasLiterals, case .string(let text) = value, text.utf8.contains(UInt8(ascii: "\n")),
      let block = BlockScalarText(text)
    {
      return block.header + block.indented(to: max(column, layout.indent), lineBreak: layout.lineBreak)
    }
    return ScalarText.inline(value)
  }
}

/// Writes values on one line in flow style with sorted keys.
enum FlowWriter {
  static func text(_ value: JSONValue, quotes: YAMLScalarStyle = .plain) -> String {
    switch value {
    case .object(let fields):
      let pairs = fields.sorted { $0.key < $1.key }.map { field($0.key, $0.value) }
      return "{" + pairs.joined(separator: ", ") + "}"
    case .array(let elements): return "[" + elements.map { text($0) }.joined(separator: ", ") + "]"
    default: return ScalarText.inline(value, quotes: quotes, inFlow: true)
    }
  }

  static func field(_ key: String, _ value: JSONValue, quotes: YAMLScalarStyle = .plain) -> String {
    ScalarText.string(key, quotes: key == "<<" ? .doubleQuoted : quotes, inFlow: true) + ": " + text(value)
  }
}
