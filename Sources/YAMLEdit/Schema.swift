import Primitives

/// What a scalar means, as Kubernetes' own reader (sigs.k8s.io/yaml over its fork of go-yaml 2) decides.
///
/// Unquoted `y`, `yes`, `on` and their opposites are Booleans in every usual spelling, as in YAML 1.1, because the API
/// server reads them so; whole numbers may be hexadecimal, octal (`0o17` and `017`) or binary, with underscores;
/// timestamps and sexagesimal numbers stay strings. Infinities and NaN have no JSON form and are refused.
enum Schema {
  static let tagPrefix = "tag:yaml.org,2002:"
  static let mergeTag = tagPrefix + "merge"

  /// The value of a scalar by its tag, or by its text when it is plain and has none.
  static func value(
    _ text: String,
    style: YAMLScalarStyle,
    tag: String?,
    at mark: YAMLMark
  ) throws(YAMLError) -> JSONValue {
    guard let tag else { return style == .plain ? try plain(text, at: mark) : .string(text) }
    guard tag.hasPrefix(tagPrefix) else { return .string(text) }
    let kind = tag.dropFirst(tagPrefix.count)
    let value: JSONValue
    switch kind {
    case "null", "bool", "int", "float": value = try plain(text, at: mark)
    case "binary": throw YAMLError(message: "the tag !!binary is not supported", at: mark)
    default: return .string(text)
    }
    switch (kind, value) {
    case ("null", .null), ("bool", .bool), ("int", .int), ("float", .int), ("float", .double): return value
    default: throw YAMLError(message: "`\(text.onOneLine)` is no \(kind) as its tag says", at: mark)
    }
  }

  private static func plain(_ text: String, at mark: YAMLMark) throws(YAMLError) -> JSONValue {
    guard let value = resolve(text) else {
      throw YAMLError(message: "`\(text.onOneLine)` has no form in JSON", at: mark)
    }
    return value
  }

  /// The value of an untagged plain scalar; nil for infinities and NaN.
  static func resolve(_ text: String) -> JSONValue? {
    guard let first = text.utf8.first else { return .null }
    switch first {
    case UInt8(ascii: "~"): return text == "~" ? .null : .string(text)
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
      if Self.notFinite.contains(text) { return nil }
      return number(text, allowsWhole: first != UInt8(ascii: ".")) ?? .string(text)
    case _ where text.utf8.count <= 5: return words[text] ?? .string(text)
    default: return .string(text)
    }
  }

  private static let words: [String: JSONValue] = {
    var words: [String: JSONValue] = [:]
    for (names, value) in [
      (["null"], JSONValue.null), (["y", "yes", "true", "on"], true), (["n", "no", "false", "off"], false),
    ] {
      for name in names {
        words[name] = value
        words[name.uppercased()] = value
        words[name.prefix(1).uppercased() + name.dropFirst()] = value
      }
    }
    return words
  }()

  private static let notFinite: Set<String> = [
    ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF",
  ]

  private static func number(_ text: String, allowsWhole: Bool) -> JSONValue? {
    var digits = Array(text.utf8)
    if allowsWhole {
      digits.removeAll { $0 == UInt8(ascii: "_") }
      if let whole = whole(digits) { return whole }
    }
    guard isDecimal(digits[...]), let value = Double(String(decoding: digits, as: UTF8.self)), value.isFinite
    else {
      return nil
    }
    return canonical(value)
  }

  /// One spelling for each number, so that equal numbers are equal values.
  static func canonical(_ value: Double) -> JSONValue {
    if let whole = Int64(exactly: value), whole.magnitude < 1_000_000_000_000_000 { return .int(whole) }
    return .double(value)
  }

  private static func whole(_ text: [UInt8]) -> JSONValue? {
    var rest = text[...]
    let sign = rest.first
    if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
    var radix = 10
    if rest.first == UInt8(ascii: "0"), rest.count > 1 {
      let letter = rest[rest.startIndex + 1] | 0x20
      radix = letter == UInt8(ascii: "x") ? 16 : letter == UInt8(ascii: "b") ? 2 : 8
      let isMarked = radix != 8 || letter == UInt8(ascii: "o")
      rest = rest.dropFirst(isMarked ? 2 : 1)
    }
    let digits = String(decoding: rest, as: UTF8.self)
    guard let first = rest.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+") else { return nil }
    let isNegative = sign == UInt8(ascii: "-")
    if let value = Int64((isNegative ? "-" : "") + digits, radix: radix) { return .int(value) }
    // Beyond 64 bits: a double, as JSON readers have it.
    var value = 0.0
    for byte in rest {
      guard let digit = Int(String(UnicodeScalar(byte)), radix: radix) else { return nil }
      value = value * Double(radix) + Double(digit)
    }
    guard value.isFinite else { return nil }
    // Decimal digits are read exactly by the caller.
    return radix == 10 ? nil : canonical(isNegative ? -value : value)
  }

  /// Whether the text is `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
  private static func isDecimal(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    func digits() -> Int {
      let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
      rest = rest.dropFirst(count)
      return count
    }
    func take(_ characters: String) -> Bool {
      guard let first = rest.first, characters.utf8.contains(first) else { return false }
      rest.removeFirst()
      return true
    }
    _ = take("+-")
    let before = digits()
    let after = take(".") ? digits() : 0
    guard before > 0 || after > 0 else { return false }
    if take("eE") {
      _ = take("+-")
      guard digits() > 0 else { return false }
    }
    return rest.isEmpty
  }
}
