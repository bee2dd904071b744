extension ExpressionValue {
  /// The value as Go's `encoding/json` writes it: keys sorted, durations as nanoseconds, dates in RFC 3339, a zone as
  /// an empty object; on one line, or indented by two blanks. NaN, infinities and years beyond 0 to 9999 have no JSON.
  func goJSON(pretty: Bool, at column: Int) throws(ExpressionError) -> String {
    var output = ""
    try writeJSON(into: &output, indent: pretty ? "\n" : nil, at: column)
    return output
  }

  private func writeJSON(into output: inout String, indent: String?, at column: Int) throws(ExpressionError) {
    switch self {
    case .nothing: output += "null"
    case .bool(let value): output += String(value)
    case .int(let value), .duration(let value): output += String(value)
    case .named(let value): output += String(value.number)
    case .float(let value):
      guard value.isFinite else {
        throw ExpressionError(
          .evaluation,
          "json: unsupported value: \(GoFormat.plain(value))",
          column: column
        )
      }
      output += GoFormat.json(value)
    case .string(let value): Self.quote(value, into: &output)
    case .date(let value):
      guard (0...9999).contains(value.wall.year) else {
        throw ExpressionError(.evaluation, "json: year outside of range [0,9999]", column: column)
      }
      output += "\"\(value.exactText)\""
    case .zone: output += "{}"
    case .list(let elements):
      let inner = indent.map { $0 + "  " }
      output += "["
      for (index, element) in elements.enumerated() {
        output += (index == 0 ? "" : ",") + (inner ?? "")
        try element.writeJSON(into: &output, indent: inner, at: column)
      }
      output += (elements.isEmpty ? "" : indent ?? "") + "]"
    case .map(let fields):
      let inner = indent.map { $0 + "  " }
      output += "{"
      let sorted = fields.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      for (index, field) in sorted.enumerated() {
        output += (index == 0 ? "" : ",") + (inner ?? "")
        Self.quote(field.key, into: &output)
        output += inner == nil ? ":" : ": "
        try field.value.writeJSON(into: &output, indent: inner, at: column)
      }
      output += (fields.isEmpty ? "" : indent ?? "") + "}"
    }
  }

  /// With the escapes that Go uses so that the text may stand in HTML and JavaScript.
  private static func quote(_ text: String, into output: inout String) {
    output += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case "\u{08}": output += "\\b"
      case "\u{0C}": output += "\\f"
      case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{00}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: output.unicodeScalars.append(scalar)
      }
    }
    output += "\""
  }
}
