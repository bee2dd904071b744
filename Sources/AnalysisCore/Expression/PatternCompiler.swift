/// Turns the text of a pattern into a program.
struct PatternCompiler {
  private indirect enum Piece {
    case empty
    case set(ScalarSet)
    case assertion(Pattern.Assertion)
    case sequence([Piece])
    case choice([Piece])
    case repetition(Piece, least: Int, most: Int?)
  }

  private let source: [Unicode.Scalar]
  private var offset = 0
  private var depth = 0
  private var ignoresCase = false
  private var program: [Pattern.Instruction] = []

  static func compile(_ text: String) throws(PatternError) -> [Pattern.Instruction] {
    guard text.utf8.count <= 1000 else { throw PatternError("pattern longer than 1000 bytes") }
    var compiler = PatternCompiler(source: Array(text.unicodeScalars))
    let piece = try compiler.choice()
    guard compiler.offset == compiler.source.count else { throw compiler.failure("unexpected )") }
    try compiler.emit(piece)
    try compiler.append(.accept)
    return compiler.program
  }

  private init(source: [Unicode.Scalar]) { self.source = source }

  private var next: Unicode.Scalar? { offset < source.count ? source[offset] : nil }

  private func failure(_ message: String) -> PatternError {
    PatternError("error parsing regexp: \(message) at \(offset + 1)")
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    offset += 1
    return true
  }

  // MARK: Parsing

  private mutating func choice() throws(PatternError) -> Piece {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 50 else { throw failure("groups nested deeper than 50") }
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(PatternError) -> Piece {
    var pieces: [Piece] = []
    while let scalar = next, scalar != "|", scalar != ")" { pieces.append(try quantified()) }
    return .sequence(pieces)
  }

  private mutating func quantified() throws(PatternError) -> Piece {
    if let scalar = next, scalar == "*" || scalar == "+" || scalar == "?" {
      throw failure("missing argument to repetition operator: `\(scalar)`")
    }
    let piece = try atom()
    guard let bounds = try bounds() else { return piece }
    _ = take("?")  // Lazy or not makes no difference to whether it matches.
    if let scalar = next, scalar == "*" || scalar == "+" {
      throw failure("invalid nested repetition operator")
    }
    return .repetition(piece, least: bounds.least, most: bounds.most)
  }

  private mutating func bounds() throws(PatternError) -> (least: Int, most: Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    guard next == "{" else { return nil }
    let start = offset
    offset += 1
    let least = number()
    let isOpen = take(",")
    let most = isOpen ? number() : least
    guard let least, take("}") else {
      // Not a count: a brace that stands for itself, as in RE2.
      offset = start
      return nil
    }
    guard least <= 1000, (most ?? 0) <= 1000, most.map({ $0 >= least }) ?? true else {
      throw failure("invalid repeat count")
    }
    return (least, most)
  }

  private mutating func number() -> Int? {
    let start = offset
    while let scalar = next, ("0"..."9").contains(scalar), offset - start < 5 { offset += 1 }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: source[start..<offset])
    return Int(String(view))
  }

  private mutating func atom() throws(PatternError) -> Piece {
    guard let scalar = next else { return .empty }
    offset += 1
    switch scalar {
    case "(": return try group()
    case "[": return .set(try characterClass())
    case ".": return .set(.anyInLine)
    case "^": return .assertion(.start)
    case "$": return .assertion(.end)
    case "\\": return try escaped()
    default: return .set(literal(scalar))
    }
  }

  private func literal(_ scalar: Unicode.Scalar) -> ScalarSet {
    ScalarSet(ranges: [scalar.value...scalar.value], ignoresCase: ignoresCase)
  }

  private mutating func group() throws(PatternError) -> Piece {
    let outer = ignoresCase
    if take("?") {
      if take("i") {
        ignoresCase = true
        if take(")") { return .empty }
      } else if take("P") || next == "<" {
        guard take("<") else { throw failure("invalid named capture") }
        while let scalar = next, scalar != ">" {
          _ = scalar
          offset += 1
        }
        guard take(">") else { throw failure("invalid named capture") }
        return try closeGroup(outer)
      }
      guard take(":") else { throw failure("invalid or unsupported Perl syntax") }
    }
    return try closeGroup(outer)
  }

  private mutating func closeGroup(_ outerIgnoresCase: Bool) throws(PatternError) -> Piece {
    let piece = try choice()
    guard take(")") else { throw failure("missing closing )") }
    ignoresCase = outerIgnoresCase
    return piece
  }

  private mutating func escaped() throws(PatternError) -> Piece {
    guard let scalar = next else { throw failure("trailing backslash at end of expression") }
    switch scalar {
    case "A":
      offset += 1
      return .assertion(.start)
    case "z":
      offset += 1
      return .assertion(.end)
    case "b":
      offset += 1
      return .assertion(.wordBoundary)
    case "B":
      offset += 1
      return .assertion(.noWordBoundary)
    default: return .set(try escapedSet())
    }
  }

  private mutating func escapedSet() throws(PatternError) -> ScalarSet {
    guard let scalar = next else { throw failure("trailing backslash at end of expression") }
    offset += 1
    switch scalar {
    case "d": return .digit
    case "D": return ScalarSet.digit.negated
    case "w": return .word
    case "W": return ScalarSet.word.negated
    case "s": return .space
    case "S": return ScalarSet.space.negated
    case "n": return literal("\n")
    case "r": return literal("\r")
    case "t": return literal("\t")
    default:
      let isPlain = scalar.isASCII && !ScalarSet.word.contains(scalar)
      guard isPlain else { throw failure("invalid escape sequence: `\\\(scalar)`") }
      return literal(scalar)
    }
  }

  private mutating func characterClass() throws(PatternError) -> ScalarSet {
    var set = ScalarSet(ranges: [], isNegated: take("^"), ignoresCase: ignoresCase)
    var isFirst = true
    while let scalar = next, scalar != "]" || isFirst {
      isFirst = false
      let low = try classMember()
      guard next == "-", offset + 1 < source.count, source[offset + 1] != "]" else {
        set.parts.append(low)
        continue
      }
      offset += 1
      let high = try classMember()
      guard let first = low.single, let last = high.single, first <= last else {
        throw failure("invalid character class range")
      }
      set.ranges.append(first...last)
    }
    guard take("]") else { throw failure("missing closing ]") }
    return set
  }

  private mutating func classMember() throws(PatternError) -> ScalarSet {
    if take("\\") { return try escapedSet() }
    guard let scalar = next else { throw failure("missing closing ]") }
    offset += 1
    return literal(scalar)
  }

  // MARK: Program

  private mutating func append(_ instruction: Pattern.Instruction) throws(PatternError) {
    guard program.count < Pattern.sizeLimit else { throw PatternError("pattern is too large") }
    program.append(instruction)
  }

  private mutating func emit(_ piece: Piece) throws(PatternError) {
    switch piece {
    case .empty: break
    case .set(let set): try append(.match(set))
    case .assertion(let assertion): try append(.assert(assertion))
    case .sequence(let pieces): for piece in pieces { try emit(piece) }
    case .choice(let branches): try emit(branches: branches)
    case .repetition(let piece, let least, let most):
      for _ in 0..<least { try emit(piece) }
      guard let most else { return try emitLoop(piece) }
      var splits: [Int] = []
      for _ in least..<max(least, most) {
        splits.append(program.count)
        try append(.split(program.count + 1, 0))
        try emit(piece)
      }
      for split in splits { program[split] = .split(split + 1, program.count) }
    }
  }

  private mutating func emitLoop(_ piece: Piece) throws(PatternError) {
    let start = program.count
    try append(.split(start + 1, 0))
    try emit(piece)
    try append(.jump(start))
    program[start] = .split(start + 1, program.count)
  }

  private mutating func emit(branches: [Piece]) throws(PatternError) {
    var ends: [Int] = []
    for (index, branch) in branches.enumerated() {
      guard index < branches.count - 1 else {
        try emit(branch)
        break
      }
      let split = program.count
      try append(.split(split + 1, 0))
      try emit(branch)
      ends.append(program.count)
      try append(.jump(0))
      program[split] = .split(split + 1, program.count)
    }
    for end in ends { program[end] = .jump(program.count) }
  }
}

extension ScalarSet {
  /// The one character of the set, if it has no other.
  fileprivate var single: UInt32? {
    guard ranges.count == 1, parts.isEmpty, !isNegated, ranges[0].count == 1 else { return nil }
    return ranges[0].lowerBound
  }
}
