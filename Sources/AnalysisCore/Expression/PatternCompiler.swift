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

  let source: [Unicode.Scalar]
  var offset = 0
  private var depth = 0
  var flags = PatternFlags()
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

  var next: Unicode.Scalar? { offset < source.count ? source[offset] : nil }

  func failure(_ message: String) -> PatternError {
    PatternError("error parsing regexp: \(message) at \(offset + 1)")
  }

  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
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
    case ".": return .set(flags.dotIsAny ? .any : .anyInLine)
    case "^": return .assertion(flags.isMultiline ? .lineStart : .start)
    case "$": return .assertion(flags.isMultiline ? .lineEnd : .end)
    case "\\": return try escaped()
    default: return .set(literal(scalar))
    }
  }

  func literal(_ scalar: Unicode.Scalar) -> ScalarSet {
    .single(scalar, ignoresCase: flags.ignoresCase)
  }

  private mutating func group() throws(PatternError) -> Piece {
    let outer = flags
    if take("?") {
      if next == "P" || next == "<" {
        try skipName()
      } else if try !takeFlags() {
        return .empty
      }
    }
    let piece = try choice()
    guard take(")") else { throw failure("missing closing )") }
    flags = outer
    return piece
  }

  /// `P<name>` or `<name>`, which captures nothing here.
  private mutating func skipName() throws(PatternError) {
    _ = take("P")
    guard take("<") else { throw failure("invalid named capture") }
    let start = offset
    while let scalar = next, ScalarSet.word.contains(scalar) { offset += 1 }
    guard offset > start, take(">") else { throw failure("invalid named capture") }
  }

  /// Flags such as `i-s`; true when a group follows them, false when they hold for the rest of the group around.
  private mutating func takeFlags() throws(PatternError) -> Bool {
    var value = true
    var hasFlag = false
    while let scalar = next {
      offset += 1
      switch scalar {
      case "i": flags.ignoresCase = value
      case "s": flags.dotIsAny = value
      case "m": flags.isMultiline = value
      // Greedy or not makes no difference to whether it matches.
      case "U": break
      case "-" where value:
        value = false
        hasFlag = false
        continue
      case ":" where value || hasFlag: return true
      case ")" where hasFlag: return false
      default: throw failure("invalid or unsupported Perl syntax")
      }
      hasFlag = true
    }
    throw failure("missing closing )")
  }

  private mutating func escaped() throws(PatternError) -> Piece {
    guard let scalar = next else { throw failure("trailing backslash at end of expression") }
    let assertions: [Unicode.Scalar: Pattern.Assertion] = [
      "A": .start, "z": .end, "b": .wordBoundary, "B": .noWordBoundary,
    ]
    if let assertion = assertions[scalar] {
      offset += 1
      return .assertion(assertion)
    }
    guard scalar == "Q" else { return .set(try escapedSet()) }
    offset += 1
    return try quotation()
  }

  /// What stands between `\Q` and `\E`, each character for itself.
  private mutating func quotation() throws(PatternError) -> Piece {
    var pieces: [Piece] = []
    while let scalar = next {
      offset += 1
      if scalar == "\\", take("E") { break }
      pieces.append(.set(literal(scalar)))
    }
    // A quantifier behind it is one of its last character.
    guard let last = pieces.popLast() else { return .sequence([]) }
    guard let bounds = try bounds() else { return .sequence(pieces + [last]) }
    _ = take("?")
    return .sequence(pieces + [.repetition(last, least: bounds.least, most: bounds.most)])
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

/// The flags that `(?i)` and its like set.
struct PatternFlags {
  var ignoresCase = false
  /// `.` matches a line feed too.
  var dotIsAny = false
  /// `^` and `$` hold at each line.
  var isMultiline = false
}
