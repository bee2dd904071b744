extension JSONValue {
  /// JSON text with sorted keys; `pretty` breaks lines and indents by two blanks.
  package func text(pretty: Bool = false) -> String { String(decoding: bytes(pretty: pretty), as: UTF8.self) }

  /// JSON text as UTF-8 with sorted keys; NaN and infinities, which JSON has no word for, become null.
  package func bytes(pretty: Bool = false) -> [UInt8] {
    var output: [UInt8] = []
    write(into: &output, indent: pretty ? 0 : nil)
    return output
  }

  private func write(into output: inout [UInt8], indent: Int?) {
    switch self {
    case .null: output.append(contentsOf: "null".utf8)
    case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
    case .int(let value): output.append(contentsOf: String(value).utf8)
    case .double(let value): output.append(contentsOf: Self.text(of: value).utf8)
    case .string(let value): Self.quote(value, into: &output)
    case .array(let elements):
      Self.writeList(elements, "[", "]", into: &output, indent: indent) { element, output, indent in
        element.write(into: &output, indent: indent)
      }
    case .object(let fields):
      Self.writeList(fields, "{", "}", into: &output, indent: indent) { field, output, indent in
        Self.quote(field.key, into: &output)
        output.append(contentsOf: (indent == nil ? ":" : ": ").utf8)
        field.value.write(into: &output, indent: indent)
      }
    }
  }

  private static func writeList<List: Collection>(
    _ elements: List,
    _ open: String,
    _ close: String,
    into output: inout [UInt8],
    indent: Int?,
    element write: (List.Element, inout [UInt8], Int?) -> Void
  ) {
    output.append(contentsOf: open.utf8)
    let inner = indent.map { $0 + 2 }
    for (index, element) in elements.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      breakLine(into: &output, indent: inner)
      write(element, &output, inner)
    }
    if !elements.isEmpty { breakLine(into: &output, indent: indent) }
    output.append(contentsOf: close.utf8)
  }

  private static func breakLine(into output: inout [UInt8], indent: Int?) {
    guard let indent else { return }
    output.append(UInt8(ascii: "\n"))
    output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent))
  }

  private static func text(of value: Double) -> String {
    guard value.isFinite else { return "null" }
    if let whole = Int64(exactly: value), abs(value) < 1e15 { return String(whole) }
    return String(value)
  }

  private static func quote(_ text: String, into output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): output.append(contentsOf: "\\\"".utf8)
      case UInt8(ascii: "\\"): output.append(contentsOf: "\\\\".utf8)
      case 0x0A: output.append(contentsOf: "\\n".utf8)
      case 0x0D: output.append(contentsOf: "\\r".utf8)
      case 0x09: output.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        output.append(contentsOf: "\\u00\(digits.count == 1 ? "0" : "")\(digits)".utf8)
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
