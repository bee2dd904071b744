/// Classes of characters and escapes that stand for characters.
extension PatternCompiler {
  private static let plain: [Unicode.Scalar: Unicode.Scalar] = [
    "a": "\u{07}", "f": "\u{0C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{0B}",
  ]

  /// What an escape stands for, of which the backslash is taken.
  mutating func escapedSet() throws(PatternError) -> ScalarSet {
    guard let scalar = next else { throw failure("trailing backslash at end of expression") }
    offset += 1
    switch scalar {
    case "d": return .digit
    case "D": return ScalarSet.digit.negated
    case "w": return .word
    case "W": return ScalarSet.word.negated
    case "s": return .space
    case "S": return ScalarSet.space.negated
    case "p", "P": return try category(isNegated: scalar == "P")
    case "x": return literal(try hexadecimal())
    case "0": return literal(octal(from: 0))
    case "1"..."7":
      // One digit alone would be a backreference.
      guard let digit = next, ("0"..."7").contains(digit) else { throw invalidEscape(scalar) }
      return literal(octal(from: scalar.value - 0x30))
    default:
      if let plain = Self.plain[scalar] { return literal(plain) }
      guard scalar.isASCII, !ScalarSet.word.contains(scalar) else { throw invalidEscape(scalar) }
      return literal(scalar)
    }
  }

  private func invalidEscape(_ scalar: Unicode.Scalar) -> PatternError {
    failure("invalid escape sequence: `\\\(scalar)`")
  }

  /// `61` or `{1F600}`
  private mutating func hexadecimal() throws(PatternError) -> Unicode.Scalar {
    let isBraced = take("{")
    var value: UInt32 = 0
    var count = 0
    while let digit = next?.hexadecimalValue, isBraced ? count < 8 : count < 2 {
      value = value << 4 | digit
      count += 1
      offset += 1
    }
    guard isBraced ? count > 0 && take("}") : count == 2, let scalar = Unicode.Scalar(value) else {
      throw failure("invalid escape sequence: `\\x`")
    }
    return scalar
  }

  /// At most two more digits.
  private mutating func octal(from first: UInt32) -> Unicode.Scalar {
    var value = first
    for _ in 0..<2 {
      guard let digit = next, ("0"..."7").contains(digit) else { break }
      value = value << 3 | (digit.value - 0x30)
      offset += 1
    }
    return Unicode.Scalar(value) ?? "\u{FFFD}"
  }

  // MARK: Classes

  mutating func characterClass() throws(PatternError) -> ScalarSet {
    var set = ScalarSet(ranges: [], isNegated: take("^"), ignoresCase: flags.ignoresCase)
    var isFirst = true
    while let scalar = next, scalar != "]" || isFirst {
      isFirst = false
      if scalar == "[", offset + 1 < source.count, source[offset + 1] == ":", let named = try namedClass() {
        set.parts.append(named)
        continue
      }
      let (low, isCharacter) = try classMember()
      guard next == "-", offset + 1 < source.count, source[offset + 1] != "]" else {
        set.parts.append(low)
        continue
      }
      offset += 1
      let (high, isEnd) = try classMember()
      guard isCharacter, isEnd, let first = low.ranges.first?.lowerBound,
        let last = high.ranges.first?.lowerBound,
        first <= last
      else { throw failure("invalid character class range") }
      set.ranges.append(first...last)
    }
    guard take("]") else { throw failure("missing closing ]") }
    return set
  }

  /// A character or a set of a class, and whether it is one character, which may bound a range.
  private mutating func classMember() throws(PatternError) -> (ScalarSet, isCharacter: Bool) {
    if take("\\") {
      let isSet = next.map { "dDwWsSpP".unicodeScalars.contains($0) } ?? false
      return (try escapedSet(), !isSet)
    }
    guard let scalar = next else { throw failure("missing closing ]") }
    offset += 1
    return (literal(scalar), true)
  }

  private static let named: [String: ScalarSet] = [
    "alnum": ScalarSet(ranges: [0x30...0x39, 0x41...0x5A, 0x61...0x7A]),
    "alpha": ScalarSet(ranges: [0x41...0x5A, 0x61...0x7A]), "ascii": ScalarSet(ranges: [0...0x7F]),
    "blank": ScalarSet(ranges: [0x09...0x09, 0x20...0x20]),
    "cntrl": ScalarSet(ranges: [0...0x1F, 0x7F...0x7F]), "digit": .digit,
    "graph": ScalarSet(ranges: [0x21...0x7E]), "lower": ScalarSet(ranges: [0x61...0x7A]),
    "print": ScalarSet(ranges: [0x20...0x7E]),
    "punct": ScalarSet(ranges: [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]),
    "space": ScalarSet(ranges: [0x09...0x0D, 0x20...0x20]), "upper": ScalarSet(ranges: [0x41...0x5A]),
    "word": .word, "xdigit": ScalarSet(ranges: [0x30...0x39, 0x41...0x46, 0x61...0x66]),
  ]

  /// `[:alpha:]`; nil when it does not end so, which makes the bracket a character.
  private mutating func namedClass() throws(PatternError) -> ScalarSet? {
    let rest = source[(offset + 2)...]
    guard let end = rest.indices.first(where: { rest[$0...].starts(with: [":", "]"]) }) else { return nil }
    var name = String(String.UnicodeScalarView(rest[..<end]))
    let isNegated = name.hasPrefix("^")
    if isNegated { name.removeFirst() }
    guard let set = Self.named[name] else { throw failure("invalid character class range: `[:\(name):]`") }
    offset = end + 2
    return isNegated ? set.negated : set
  }

  // MARK: Categories of Unicode

  private static let categories: [String: Set<Unicode.GeneralCategory>] = [
    "Lu": [.uppercaseLetter], "Ll": [.lowercaseLetter], "Lt": [.titlecaseLetter], "Lm": [.modifierLetter],
    "Lo": [.otherLetter], "Mn": [.nonspacingMark], "Mc": [.spacingMark], "Me": [.enclosingMark],
    "Nd": [.decimalNumber], "Nl": [.letterNumber], "No": [.otherNumber], "Pc": [.connectorPunctuation],
    "Pd": [.dashPunctuation], "Ps": [.openPunctuation], "Pe": [.closePunctuation],
    "Pi": [.initialPunctuation],
    "Pf": [.finalPunctuation], "Po": [.otherPunctuation], "Sm": [.mathSymbol], "Sc": [.currencySymbol],
    "Sk": [.modifierSymbol], "So": [.otherSymbol], "Zs": [.spaceSeparator], "Zl": [.lineSeparator],
    "Zp": [.paragraphSeparator], "Cc": [.control], "Cf": [.format], "Co": [.privateUse], "Cs": [.surrogate],
  ]

  /// `L`, `{Lu}` or `{^Lu}`
  private mutating func category(isNegated: Bool) throws(PatternError) -> ScalarSet {
    let isBraced = take("{")
    let isOpposite = isBraced && take("^")
    var name = ""
    while let scalar = next, scalar != "}", name.count < 40 {
      name.unicodeScalars.append(scalar)
      offset += 1
      if !isBraced { break }
    }
    guard !isBraced || take("}") else { throw failure("invalid character class range: `\\p`") }
    var set = ScalarSet(ranges: [])
    if name == "Any" {
      set = .any
    } else {
      let found = Self.categories.filter { $0.key == name || name.count == 1 && $0.key.hasPrefix(name) }
      guard !found.isEmpty else { throw failure("unknown or unsupported character class: `\\p{\(name)}`") }
      set.categories = found.values.reduce(into: []) { $0.formUnion($1) }
    }
    set.ignoresCase = flags.ignoresCase
    return isNegated != isOpposite ? set.negated : set
  }
}

extension Unicode.Scalar {
  fileprivate var hexadecimalValue: UInt32? {
    switch self {
    case "0"..."9": value - 0x30
    case "a"..."f": value - 0x61 + 10
    case "A"..."F": value - 0x41 + 10
    default: nil
    }
  }
}
