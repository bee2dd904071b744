import AnalysisCore
import Primitives
import Testing

@Suite("Random expressions")
struct ExpressionFuzzTests {
  private static let words = [
    "result", "1", "0.5", "'a'", "\"b\"", "nil", "true", "[", "]", "(", ")", "{", "}", "#", "#acc", ".", "?.",
    "??", "?",
    ":", ",", ";", "+", "-", "*", "/", "%", "**", "..", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "!",
    "not", "in",
    "matches", "contains", "let x =", "x", "|", "len(", "all(", "map(", "filter(", "reduce(", "sum(", "min(",
    "isNaN(",
    "default(", "string(", "flatten(", "repeat(", "split(", "sortBy(", "1..9", "99999", "\\", "é", "\u{0}",
    "toJSON(", "if", "else", "{x}", "::", "$env", "1..3", "9223372036854775807", "-9223372036854775808",
    "1e308",
    "date('2023-01-31')", "duration('2562047h')", ".Add(", ".AddDate(", ".Format(", ".Round(", ".In(",
    "timezone('Europe/Zurich')", "bitshl(", "splitAfter(", "replace(", "fromPairs(", "toPairs(", "take(",
    "fromBase64(", "int(", "b'x'", "[", "]", "groupBy(", "matches '(?i)[^a-c]+$'", "'\\p{L}*'", "not", "?.[",
  ]

  private static let seeds = [
    "result[0] >= 0.95", "len(result) == 0 || all(result, {# < 1})", "let x = 1; x + 2",
    "result?.a?.b ?? 'c'",
    "map(1..9, {# * 2}) | sum()", "reduce([1, 2, 3], #acc + #, 0)", "'abc' matches '^a(b|c)+$'",
    "{a: [1, {b: 2}]}.a[1].b in [1, 2]", "default(result, 0) < 5 ? true : false", "result[1:-1][0] ** 2 % 3",
    "date('2023-01-31 10:00', '2006-01-02 15:04', 'Europe/Zurich').AddDate(0, 1, 9223372036854775807)",
    "duration('2562047h') * 9223372036854775807 + duration('-2562047h')", "bitshl(1, 63) % -1 - 1",
    "int(1e18) * 10 / 0 ?? -9223372036854775807 - 2", "take('a,b' | splitAfter(','), 1) | join('')",
    "date('0001-01-01').Add(duration('-2562047h')).Round(duration('1h')).Format('Jan _2 2006 .000 MST')",
    "if result != nil { 'a'[-9223372036854775807:] } else { [1][9223372036854775807] }",
    "-9223372036854775807 - 1 .. 9223372036854775807", "abs(-9223372036854775807 - 1) % (0 - 1)",
  ]

  private static let results: [ExpressionValue] = [
    .nothing, .float(.nan), .float(0.5), .list([.float(1), .float(.nan)]), .list([]), .string("abc"),
    .map(["a": .map(["b": .float(1)])]), .float(.infinity),
  ]

  @Test("never crash and never run away: 9,000 of them")
  func fuzz() {
    var random = SeededRandom(seed: 20_261_121)
    let limits = ExpressionLimits(length: 2000, depth: 60, steps: 4000, cells: 4000)
    let clock = ExpressionClock(now: Instant(secondsSinceEpoch: 0), zoneFile: ZoneFile.named)
    var parsed = 0
    var evaluated = 0
    for round in 0..<9000 {
      let text =
        switch round % 3 {
        case 0: Self.mutated(using: &random)
        case 1: Self.random(using: &random)
        default: Self.grown(depth: 4, using: &random)
        }
      do throws(ExpressionError) {
        let expression = try ConditionExpression(parsing: text, limits: limits)
        parsed += 1
        let result = Self.results[round % Self.results.count]
        let outcome = try expression.evaluate(["result": result], clock: clock)
        evaluated += 1
        _ = try? expression.json(["result": result], clock: clock)
        _ = outcome.value.text
      } catch {
        let columns = 1...(text.unicodeScalars.count + 1)
        #expect(columns.contains(error.column), "\(text.debugDescription): \(error)")
      }
    }
    // The fuzzer is worth something only when it gets past the parser.
    #expect(parsed > 1000, "parsed \(parsed)")
    #expect(evaluated > 400, "evaluated \(evaluated)")
  }

  private static func random(using random: inout SeededRandom) -> String {
    let count = Int.random(in: 1...14, using: &random)
    return (0..<count).map { _ in words.randomElement(using: &random) ?? "" }.joined(separator: " ")
  }

  /// A text that follows the grammar, whatever its types.
  private static func grown(depth: Int, using random: inout SeededRandom) -> String {
    let leaves = [
      "result", "1", "2.5", "'ab'", "nil", "true", "[1, 2, 3]", "{a: 1}", "1..5", "(0.0 / 0)", "[]",
    ]
    guard depth > 0 else { return leaves.randomElement(using: &random) ?? "1" }
    func part() -> String { grown(depth: Int.random(in: 0..<depth, using: &random), using: &random) }
    switch Int.random(in: 0..<8, using: &random) {
    case 0:
      let signs = ["+", "-", "*", "/", "%", "**", "==", "!=", "<", ">=", "&&", "||", "in", "contains", ".."]
      return "(\(part())) \(signs.randomElement(using: &random) ?? "+") (\(part()))"
    case 1: return "(\(part())) ?? (\(part()))"
    case 2: return "(\(part())) ? (\(part())) : (\(part()))"
    case 3: return "[\(part()), \(part())][\(Int.random(in: -3...3, using: &random))]"
    case 4:
      let calls = [
        "len", "string", "toJSON", "type", "isNaN", "abs", "flatten", "uniq", "sort", "max", "reverse",
      ]
      return "\(calls.randomElement(using: &random) ?? "len")(\(part()))"
    case 5:
      let calls = ["map", "filter", "all", "any", "count", "find", "groupBy", "sortBy", "reduce"]
      let closures = ["#", "# > 1", "[#, #index]", "# ?? 0", "string(#)", "[#acc, #]", "# == #"]
      let closure = closures.randomElement(using: &random) ?? "#"
      return "\(calls.randomElement(using: &random) ?? "map")(\(part()), {\(closure)})"
    case 6: return "default(\(part()), \(part()))"
    default: return "(let v = \(part()); [v, \(part())][:1])"
    }
  }

  private static func mutated(using random: inout SeededRandom) -> String {
    var scalars = Array((seeds.randomElement(using: &random) ?? "").unicodeScalars)
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let place = Int.random(in: 0...scalars.count, using: &random)
      let word = Array((words.randomElement(using: &random) ?? "").unicodeScalars)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: scalars.insert(contentsOf: word, at: place)
      case 1: if place < scalars.count { scalars.remove(at: place) }
      case 2: if place < scalars.count { scalars.replaceSubrange(place...place, with: word) }
      default: if place < scalars.count { scalars.insert(contentsOf: scalars[place...], at: place) }
      }
    }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}
