/// A regular expression in the common part of Go's RE2, matched anywhere in a text and in linear time.
///
/// It knows literals, `.`, classes, `\d \w \s \b` and their opposites, groups, alternatives, the quantifiers
/// `* + ? {n,m}`, the anchors `^ $ \A \z`, and `(?i)`. It has neither captures nor backreferences.
package struct Pattern: Sendable {
  /// What a pattern's program does in one step.
  enum Instruction: Sendable {
    case match(ScalarSet)
    case split(Int, Int)
    case jump(Int)
    case assert(Assertion)
    case accept
  }

  enum Assertion: Sendable {
    case start
    case end
    case wordBoundary
    case noWordBoundary
  }

  /// Largest program; repetition such as `(a{100}){100}` is refused beyond it.
  static let sizeLimit = 5000

  package let text: String
  let program: [Instruction]

  /// Compiles a pattern; the error says what is wrong and at which place of it.
  package init(_ text: String) throws(PatternError) {
    self.text = text
    program = try PatternCompiler.compile(text)
  }

  /// The most instructions that one match of the text can run.
  func cost(of text: String) -> Int { (text.utf8.count + 1) * program.count }

  /// Whether the pattern matches anywhere in the text.
  package func matches(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    var current = ThreadList(capacity: program.count)
    var next = ThreadList(capacity: program.count)
    for position in 0...scalars.count {
      // A new start at every place makes the match unanchored.
      if add(0, at: position, of: scalars, to: &current) { return true }
      guard position < scalars.count else { break }
      next.removeAll()
      for counter in current.order {
        guard case .match(let set) = program[counter], set.contains(scalars[position]) else { continue }
        if add(counter + 1, at: position + 1, of: scalars, to: &next) { return true }
      }
      swap(&current, &next)
    }
    return false
  }

  /// Follows jumps and splits from a place of the program; true as soon as it accepts.
  private func add(_ start: Int, at position: Int, of text: [Unicode.Scalar], to list: inout ThreadList)
    -> Bool
  {
    var pending = [start]
    while let counter = pending.popLast() {
      guard list.insert(counter) else { continue }
      switch program[counter] {
      case .accept: return true
      case .match: continue
      case .jump(let target): pending.append(target)
      case .split(let first, let second):
        pending.append(second)
        pending.append(first)
      case .assert(let assertion):
        if Self.holds(assertion, at: position, of: text) { pending.append(counter + 1) }
      }
    }
    return false
  }

  private static func holds(_ assertion: Assertion, at position: Int, of text: [Unicode.Scalar]) -> Bool {
    let before = position > 0 && ScalarSet.word.contains(text[position - 1])
    let after = position < text.count && ScalarSet.word.contains(text[position])
    return switch assertion {
    case .start: position == 0
    case .end: position == text.count
    case .wordBoundary: before != after
    case .noWordBoundary: before == after
    }
  }
}

/// Why a text is no pattern.
package struct PatternError: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

/// The places of a program that are alive, each once.
private struct ThreadList {
  private(set) var order: [Int] = []
  private var present: [Bool]

  init(capacity: Int) { present = Array(repeating: false, count: capacity) }

  mutating func insert(_ counter: Int) -> Bool {
    guard !present[counter] else { return false }
    present[counter] = true
    order.append(counter)
    return true
  }

  mutating func removeAll() {
    for counter in order { present[counter] = false }
    order.removeAll(keepingCapacity: true)
  }
}

/// A set of characters.
struct ScalarSet: Sendable, Hashable {
  var ranges: [ClosedRange<UInt32>]
  var isNegated = false
  /// Sets that belong to this one beside its ranges, such as `\d` inside a class.
  var parts: [ScalarSet] = []
  /// Whether the case of ASCII letters is ignored.
  var ignoresCase = false

  static let digit = ScalarSet(ranges: [0x30...0x39])
  static let word = ScalarSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let space = ScalarSet(ranges: [0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
  /// Everything but a line feed: `.`.
  static let anyInLine = ScalarSet(ranges: [0x0A...0x0A], isNegated: true)

  var negated: ScalarSet { ScalarSet(ranges: ranges, isNegated: !isNegated, parts: parts) }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    var found = holds(value)
    if !found, ignoresCase, (0x41...0x5A).contains(value & ~0x20), value < 0x80 {
      found = holds(value ^ 0x20)
    }
    return found != isNegated
  }

  private func holds(_ value: UInt32) -> Bool {
    ranges.contains { $0.contains(value) }
      || parts.contains { part in Unicode.Scalar(value).map(part.contains) ?? false }
  }
}
