/// A regular expression in the syntax of Go's RE2, matched anywhere in a text and in linear time.
///
/// It knows all of that syntax but the classes of scripts such as `\p{Greek}`, and only says whether it matches: what a
/// group captures is not kept.
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
    case lineStart
    case lineEnd
    case wordBoundary
    case noWordBoundary
  }

  /// Largest program; repetition such as `(a{100}){100}` is refused beyond it.
  static let sizeLimit = 5000

  package let text: String
  let program: [Instruction]
  /// What one character costs at most: every instruction, and a quarter for each member of its class.
  private let weight: Int

  /// Compiles a pattern; the error says what is wrong and at which place of it.
  package init(_ text: String) throws(PatternError) {
    self.text = text
    program = try PatternCompiler.compile(text)
    weight = program.reduce(0) { sum, instruction in
      if case .match(let set) = instruction { sum + 1 + set.size / 4 } else { sum + 1 }
    }
  }

  /// The most steps that one match of the text can take.
  func cost(of text: String) -> Int { (text.utf8.count + 1) * weight }

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
    case .lineStart: position == 0 || text[position - 1] == "\n"
    case .lineEnd: position == text.count || text[position] == "\n"
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
