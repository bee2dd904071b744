/// A set of characters, as a class of a pattern has it.
struct ScalarSet: Sendable, Hashable {
  var ranges: [ClosedRange<UInt32>]
  var isNegated = false
  /// Sets that belong to this one beside its ranges, such as `\d` inside a class.
  var parts: [ScalarSet] = []
  /// Whole categories of Unicode that belong to it.
  var categories: Set<Unicode.GeneralCategory> = []
  /// Whether the case of letters is ignored.
  var ignoresCase = false

  static let digit = ScalarSet(ranges: [0x30...0x39])
  static let word = ScalarSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let space = ScalarSet(ranges: [0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
  /// Everything but a line feed: `.`.
  static let anyInLine = ScalarSet(ranges: [0x0A...0x0A], isNegated: true)
  static let any = ScalarSet(ranges: [0...0x10FFFF])

  var negated: ScalarSet {
    var set = self
    set.isNegated.toggle()
    return set
  }

  /// How many members must be looked at at most; a letter is looked for in each of its cases.
  var size: Int { (ranges.count + parts.count) * (ignoresCase ? 8 : 1) + (categories.isEmpty ? 0 : 8) }

  /// One character; when the case does not matter, with the form to which all its cases fold.
  static func single(_ scalar: Unicode.Scalar, ignoresCase: Bool) -> ScalarSet {
    var set = ScalarSet(ranges: [scalar.value...scalar.value], ignoresCase: ignoresCase)
    let folded = scalar.folded.value
    if ignoresCase, folded != scalar.value { set.ranges.append(folded...folded) }
    return set
  }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    var found = holds(scalar)
    if !found, ignoresCase { found = holds(scalar.lower) || holds(scalar.upper) || holds(scalar.folded) }
    return found != isNegated
  }

  private func holds(_ scalar: Unicode.Scalar) -> Bool {
    ranges.contains { $0.contains(scalar.value) } || parts.contains { $0.contains(scalar) }
      || !categories.isEmpty && categories.contains(scalar.properties.generalCategory)
  }
}

extension Unicode.Scalar {
  fileprivate var lower: Unicode.Scalar { Self.single(properties.lowercaseMapping) ?? self }
  fileprivate var upper: Unicode.Scalar { Self.single(properties.uppercaseMapping) ?? self }
  /// One form for all cases of a letter.
  fileprivate var folded: Unicode.Scalar { lower.upper.lower }

  private static func single(_ text: String) -> Unicode.Scalar? {
    text.unicodeScalars.count == 1 ? text.unicodeScalars.first : nil
  }
}
