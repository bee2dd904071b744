import AnalysisCore
import Primitives
import Testing

/// One expression and the JSON of its value, with `result` as its only name.
struct ExpressionCase: CustomTestStringConvertible, Sendable {
  let text: String
  let expected: String
  var result = "null"

  init(_ text: String, _ expected: String, _ result: String = "null") {
    self.text = text
    self.expected = expected
    self.result = result
  }

  var testDescription: String { text }
}

@Suite("The condition language")
struct ExpressionTests {
  @Test(
    "gives the value that expr-lang gives",
    arguments: [
      // Literals.
      ExpressionCase("42", "42"), ExpressionCase("0x1F", "31"), ExpressionCase("0b101", "5"),
      ExpressionCase("0o17", "15"), ExpressionCase("1_000", "1000"), ExpressionCase("0.5", "0.5"),
      ExpressionCase(".5", "0.5"), ExpressionCase("1e3", "1000"), ExpressionCase("2.5E-1", "0.25"),
      ExpressionCase(#""a\tb""#, #""a\tb""#), ExpressionCase(#"'it\'s'"#, #""it's""#),
      ExpressionCase("`raw \\n`", #""raw \\n""#), ExpressionCase(#""\u00e9""#, #""é""#),
      ExpressionCase("true", "true"), ExpressionCase("nil", "null"), ExpressionCase("[1, 2, ]", "[1,2]"),
      ExpressionCase("{a: 1, 'b': 2, (\"c\" + \"d\"): 3}", #"{"a":1,"b":2,"cd":3}"#),
      ExpressionCase("[]", "[]"), ExpressionCase("{}", "{}"),
      // Arithmetic and precedence.
      ExpressionCase("1 + 2 * 3", "7"), ExpressionCase("(1 + 2) * 3", "9"), ExpressionCase("7 / 2", "3.5"),
      ExpressionCase("7 % 3", "1"), ExpressionCase("-7 % 3", "-1"), ExpressionCase("2 ** 3 ** 2", "512"),
      ExpressionCase("2 ^ 10", "1024"), ExpressionCase("-2 ** 2", "-4"), ExpressionCase("1 - 2 - 3", "-4"),
      ExpressionCase("1 + 0.5", "1.5"), ExpressionCase("+3 - -3", "6"), ExpressionCase("'a' + 'b'", #""ab""#),
      ExpressionCase("9223372036854775807 + 1", "-9223372036854775808"),
      // Comparison.
      ExpressionCase("1 == 1.0", "true"), ExpressionCase("1 != 2", "true"),
      ExpressionCase("'a' < 'b'", "true"),
      ExpressionCase("1 < 2 < 3", "true"), ExpressionCase("3 > 2 > 2", "false"),
      ExpressionCase("[1, 2] == [1.0, 2]", "true"), ExpressionCase("{a: 1} == {a: 1}", "true"),
      ExpressionCase("nil == nil", "true"), ExpressionCase("1 == '1'", "false"),
      // Logic.
      ExpressionCase("true && !false", "true"), ExpressionCase("true and not false", "true"),
      ExpressionCase("false or true", "true"), ExpressionCase("false || false", "false"),
      ExpressionCase("true || 1 / 'x' == 2", "true"), ExpressionCase("not (1 == 2)", "true"),
      ExpressionCase("1 > 0 ? 'yes' : 'no'", #""yes""#), ExpressionCase("false ? 1 : true ? 2 : 3", "2"),
      ExpressionCase("nil ?? 3", "3"), ExpressionCase("0 ?? 3", "0"), ExpressionCase("(nil ?? 1) + 1", "2"),
      // Membership and texts.
      ExpressionCase("2 in [1, 2]", "true"), ExpressionCase("3 not in [1, 2]", "true"),
      ExpressionCase("'a' in {a: 1}", "true"), ExpressionCase("not ('a' in {b: 1})", "true"),
      ExpressionCase("'hello' contains 'ell'", "true"), ExpressionCase("'hello' startsWith 'he'", "true"),
      ExpressionCase("'hello' endsWith 'lo'", "true"), ExpressionCase("'hello' not contains 'x'", "true"),
      ExpressionCase("'v1.2.3' matches '^v[0-9]+'", "true"), ExpressionCase("'abc' matches 'B'", "false"),
      ExpressionCase("'abc' matches '(?i)B'", "true"), ExpressionCase("nil contains 'a'", "false"),
      // Members, indexes, slices.
      ExpressionCase("result.a.b", "1", #"{"a":{"b":1}}"#), ExpressionCase("result['a']", "1", #"{"a":1}"#),
      ExpressionCase("result.missing", "null", "{}"), ExpressionCase("result?.a?.b", "null", "{}"),
      ExpressionCase("result?.a.b.c", "null"), ExpressionCase("result?.[0]", "null"),
      ExpressionCase("result?.a ?? 5", "5"), ExpressionCase("[1, 2, 3][-1]", "3"),
      ExpressionCase("[1, 2, 3][0]", "1"), ExpressionCase("[1, 2, 3, 4][1:3]", "[2,3]"),
      ExpressionCase("[1, 2, 3][:2]", "[1,2]"), ExpressionCase("[1, 2, 3][-2:]", "[2,3]"),
      ExpressionCase("'hello'[1:3]", #""el""#), ExpressionCase("[1, 2][5:]", "[]"),
      ExpressionCase("1..4", "[1,2,3,4]"), ExpressionCase("3..1", "[]"),
      // Closures.
      ExpressionCase("all([1, 2], {# < 3})", "true"), ExpressionCase("all([1, 2], # < 2)", "false"),
      ExpressionCase("any([1, 2], # == 2)", "true"), ExpressionCase("none([1, 2], # > 2)", "true"),
      ExpressionCase("one([1, 2, 2], # == 2)", "false"), ExpressionCase("filter(1..5, # % 2 == 0)", "[2,4]"),
      ExpressionCase("map([1, 2], {# * 2})", "[2,4]"), ExpressionCase("map(['a', 'b'], #index)", "[0,1]"),
      ExpressionCase("count([true, false])", "1"), ExpressionCase("count(1..5, # > 2)", "3"),
      ExpressionCase("sum([1, 2, 3])", "6"), ExpressionCase("sum([1, 2], # * 10)", "30"),
      ExpressionCase("sum([])", "0"), ExpressionCase("find(1..9, # > 4)", "5"),
      ExpressionCase("findIndex(1..9, # > 4)", "4"), ExpressionCase("findLast(1..9, # < 4)", "3"),
      ExpressionCase("reduce(1..4, #acc + #)", "10"), ExpressionCase("reduce(1..4, #acc * #, 10)", "240"),
      ExpressionCase("groupBy(1..3, string(# % 2))", #"{"0":[2],"1":[1,3]}"#),
      ExpressionCase("sortBy([{n: 2}, {n: 1}], .n)", #"[{"n":1},{"n":2}]"#),
      ExpressionCase("map(result, .v)", "[1,2]", #"[{"v":1},{"v":2}]"#),
      ExpressionCase("all(result, {all(#, # > 0)})", "true", "[[1],[2,3]]"),
      ExpressionCase("1..3 | map(# * 2) | sum()", "12"),
      ExpressionCase("let x = 2; let y = x + 1; x * y", "6"),
      // Functions.
      ExpressionCase("len('héllo')", "5"), ExpressionCase("len([1, 2])", "2"),
      ExpressionCase("min(3, 1, 2)", "1"),
      ExpressionCase("max([1, 2.5])", "2.5"), ExpressionCase("abs(-3)", "3"),
      ExpressionCase("abs(-0.5)", "0.5"),
      ExpressionCase("floor(1.7)", "1"), ExpressionCase("ceil(1.2)", "2"), ExpressionCase("round(1.5)", "2"),
      ExpressionCase("mean([1, 2, 3])", "2"), ExpressionCase("median([1, 3, 2, 4])", "2.5"),
      ExpressionCase("int(3.9)", "3"), ExpressionCase("int('7')", "7"), ExpressionCase("float('1.5')", "1.5"),
      ExpressionCase("string(1.5)", #""1.5""#), ExpressionCase("string([1, 'a'])", #""[1 a]""#),
      ExpressionCase("asInt('12') + 1", "13"), ExpressionCase("asFloat('0.5')", "0.5"),
      ExpressionCase("asInt(result)", "3", "3.7"), ExpressionCase("isNaN(0.0 / 0)", "true"),
      ExpressionCase("isInf(1 / 0)", "true"), ExpressionCase("isInf(-1 / 0)", "true"),
      ExpressionCase("isNil(result)", "true"), ExpressionCase("isNil(result)", "false", "0"),
      ExpressionCase("default(result, 7)", "7"), ExpressionCase("default(result, 7)", "1", "1"),
      ExpressionCase("first([]) ?? 'none'", #""none""#), ExpressionCase("last([1, 2])", "2"),
      ExpressionCase("keys({b: 1, a: 2})", #"["a","b"]"#), ExpressionCase("get([1], 9)", "null"),
      ExpressionCase("join(['a', 'b'], '-')", #""a-b""#), ExpressionCase("split('a,b', ',')", #"["a","b"]"#),
      ExpressionCase("trim('  a ')", #""a""#), ExpressionCase("upper('a')", #""A""#),
      ExpressionCase("replace('aXbX', 'X', '-')", #""a-b-""#), ExpressionCase("repeat('ab', 2)", #""abab""#),
      ExpressionCase("indexOf('abc', 'c')", "2"), ExpressionCase("lastIndexOf('abab', 'ab')", "2"),
      ExpressionCase("hasPrefix('abc', 'ab')", "true"), ExpressionCase("sort([3, 1, 2])", "[1,2,3]"),
      ExpressionCase("uniq([1, 1.0, 2])", "[1,2]"), ExpressionCase("flatten([1, [2, [3]]])", "[1,2,3]"),
      ExpressionCase("fromJSON('{\"a\": 1}').a", "1"), ExpressionCase("type(1.5)", #""float""#),
      ExpressionCase("duration('90s') > duration('1m')", "true"),
      ExpressionCase(
        "date('2026-01-02T00:00:00Z') - date('2026-01-01T00:00:00Z') == duration('24h')",
        "true"
      ),
      // Layout.
      ExpressionCase("1 + // one\n 2 /* two */", "3"),
      // What people write.
      ExpressionCase("result[0] >= 0.95", "true", "[0.97]"),
      ExpressionCase("len(result) == 0 || result[0] >= 0.95", "true", "[]"),
      ExpressionCase(
        "result.ok && result.successPercent >= 0.90",
        "true",
        #"{"ok":true,"successPercent":0.95}"#
      ),
      ExpressionCase("asFloat(result.data.value) < 100.5", "true", #"{"data":{"value":"99"}}"#),
      ExpressionCase("result == 'It worked!'", "true", #""It worked!""#),
    ]
  )
  func value(_ example: ExpressionCase) throws {
    let result = ExpressionValue(try JSONValue(parsing: example.result))
    let expression = try ConditionExpression(parsing: example.text)
    let value = try expression.evaluate(["result": result]).value
    #expect(value.json.text() == (try JSONValue(parsing: example.expected)).text())
  }

  @Test("reads the clock that it is given, and none otherwise")
  func clock() throws {
    let now = try #require(Instant("2026-11-21T08:00:00Z"))
    let start = try TimeExpression.instant("now() - duration('5m')", now: now)
    #expect(start.rfc3339 == "2026-11-21T07:55:00Z")
    #expect(throws: ExpressionError.self) {
      try ConditionExpression(parsing: "now() == now()").evaluate([:])
    }
    #expect(throws: ExpressionError.self) { try TimeExpression.instant("5", now: now) }
  }

  @Test("lets any name pass when no names are given, and asks the environment for it")
  func openNames() throws {
    let expression = try ConditionExpression(parsing: "a + b", names: nil)
    #expect(try expression.evaluate(["a": .int(1), "b": .int(2)]).value.json == 3)
    #expect(throws: ExpressionError.self) { try expression.evaluate(["a": .int(1)]) }
  }
}
