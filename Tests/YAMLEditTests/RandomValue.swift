import Primitives

/// Random JSON values that lean towards what is hard to write in YAML.
struct RandomValue {
  var random: SeededRandom

  private static let words = [
    "", " ", "a", "yes", "No", "null", "~", "-", "--- a", "...", "- a", "? b", "a: b", "a:", ":a", "a #b",
    "#a", "&a",
    "*a", "!a", "|", ">", "%a", "@a", "`a", "'", "\"", "it's", "[a", "a]", "{", "a,b", "1", "01", "0x1",
    "1.0", "1e3",
    ".5", "+1", "1_0", "1:30", "2026-11-21", "2026-11-21T07:46:00Z", "<<", "=", "\t", "a\tb", "\ta", "a\n",
    "\na", "a\n\nb",
    "a\n b\n", " a\nb", "a\n\n", "\n", "a\r\nb", "a\u{85}b", "\u{2028}", "\u{FEFF}", "\u{7F}", "\u{1B}[0m",
    "é→😀", "\u{0}",
    "registry:5000/shop@sha256:0a", "a  ", "  a", "a\n  \nb", "# c\nd: e", "--port=80", "$(X)", "\\n",
    "a\n# b\n", "%\n", "-\n",
    "\u{FFFE}", "\u{E000}", "🦜\nü", "key", "name", "x.y/z", "true\n", "a \nb ", "a\n\tb",
  ]

  mutating func value(depth: Int = 0) -> JSONValue {
    switch Int.random(in: 0..<(depth > 4 ? 6 : 10), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .int(Int64.random(in: -1_000_000...1_000_000, using: &random))
    case 3: return number()
    case 4, 5: return .string(string())
    case 6, 7:
      return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(depth: depth + 1) })
    default: return object(depth: depth)
    }
  }

  mutating func object(depth: Int = 0) -> JSONValue {
    var fields: JSONFields = [:]
    for _ in 0..<Int.random(in: 0...4, using: &random) { fields[string()] = value(depth: depth + 1) }
    return .object(fields)
  }

  mutating func string() -> String {
    var text = Self.words.randomElement(using: &random) ?? ""
    while Int.random(in: 0..<3, using: &random) == 0 {
      text += Self.words.randomElement(using: &random) ?? ""
    }
    if Int.random(in: 0..<200, using: &random) == 0 { text += String(repeating: "long ", count: 300) }
    return text
  }

  private mutating func number() -> JSONValue {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return .int(Int64.random(in: .min ... .max, using: &random))
    case 1: return .double(Double.random(in: 0..<1, using: &random) + 0.25)
    case 2: return .double(Double.random(in: 1e15...1e300, using: &random))
    default: return .double(-1e-7)
    }
  }
}
