import AnalysisCore
import Primitives
import Testing

/// An expression that must be refused, with the column and a part of the message.
struct ExpressionErrorCase: CustomTestStringConvertible, Sendable {
  let text: String
  let column: Int
  let message: String
  var result = "null"

  init(_ text: String, _ column: Int, _ message: String, _ result: String = "null") {
    self.text = text
    self.column = column
    self.message = message
    self.result = result
  }

  var testDescription: String { text }
}

@Suite("Errors of the condition language")
struct ExpressionErrorTests {
  @Test(
    "name the column of a text that is no expression",
    arguments: [
      ExpressionErrorCase("", 1, "unexpected end"), ExpressionErrorCase("1 +", 3, "unexpected end"),
      ExpressionErrorCase("1 2", 3, "unexpected token 2"), ExpressionErrorCase("(1", 2, "expected )"),
      ExpressionErrorCase("[1, 2", 5, "expected ,"), ExpressionErrorCase("result[", 7, "unexpected end"),
      ExpressionErrorCase("results[0] > 1", 1, "unknown name results"),
      ExpressionErrorCase("true && lenn(result) > 1", 9, "unknown function lenn"),
      ExpressionErrorCase("len()", 1, "not enough arguments to call len"),
      ExpressionErrorCase("len(1, 2)", 1, "too many arguments to call len"),
      ExpressionErrorCase("all(result)", 11, "not enough arguments to call all"),
      ExpressionErrorCase("# > 1", 1, "pointer accessor outside closure"),
      ExpressionErrorCase("'abc", 1, "unclosed string"), ExpressionErrorCase("1 /* x", 3, "unclosed comment"),
      ExpressionErrorCase("result @ 1", 8, "unrecognized character"),
      ExpressionErrorCase("12abc", 3, "bad number syntax"),
      ExpressionErrorCase("0xZZ", 1, "bad number syntax"),
      ExpressionErrorCase("99999999999999999999", 1, "integer out of range"),
      ExpressionErrorCase("result = 1", 8, "unexpected token ="),
      ExpressionErrorCase("1 not 2", 7, "unexpected token 2"),
      ExpressionErrorCase("'a' matches '('", 5, "missing closing )"),
      ExpressionErrorCase("result ?? 1 + 2", 13, "cannot be mixed"),
      ExpressionErrorCase("len > 1", 1, "must be called"),
      ExpressionErrorCase("let len = 1; 2", 5, "redeclare"),
      ExpressionErrorCase("true ? 1", 8, "expected :"), ExpressionErrorCase("{1 + 2: 3}", 4, "expected :"),
      ExpressionErrorCase("'a'.foo()", 5, "has no method foo"),
      ExpressionErrorCase("'\\q'", 3, "invalid escape"),
      ExpressionErrorCase("a.b", 1, "unknown name a"), ExpressionErrorCase("😀 + 1", 1, "unrecognized"),
    ]
  )
  func syntax(_ example: ExpressionErrorCase) throws {
    let error = #expect(throws: ExpressionError.self) { try ConditionExpression(parsing: example.text) }
    #expect(error?.column == example.column)
    #expect(error?.message.contains(example.message) == true, "\(error?.message ?? "")")
    #expect(error?.kind == .syntax)
  }

  @Test(
    "name the column of what has no value",
    arguments: [
      ExpressionErrorCase("result[0] > 1", 7, "index out of range: 0 (array length is 0)", "[]"),
      ExpressionErrorCase("result[0] > 1", 7, "cannot fetch 0 from <nil>"),
      ExpressionErrorCase("result.a.b > 1", 10, "cannot fetch b from <nil>", "{}"),
      ExpressionErrorCase("result > 1", 8, "invalid operation: []float64 > int", "[0.5]"),
      ExpressionErrorCase("result > 1", 8, "invalid operation: <nil> > int"),
      ExpressionErrorCase("result + 'a'", 8, "invalid operation: float64 + string", "1"),
      ExpressionErrorCase("result.foo()", 8, "has no method foo", "{}"),
      ExpressionErrorCase("result % 2", 8, "invalid operation: float64 % int", "5"),
      ExpressionErrorCase("1 % 0", 3, "integer divide by zero"),
      ExpressionErrorCase("isNaN(result)", 1, "invalid argument for isNaN (type []float64)", "[1]"),
      ExpressionErrorCase("isInf(result)", 1, "invalid argument for isInf (type string)", "\"x\""),
      ExpressionErrorCase("asInt('x')", 1, "invalid syntax"),
      ExpressionErrorCase("asInt(0.0 / 0)", 1, "out of range"),
      ExpressionErrorCase("asFloat(result)", 1, "asFloat() not supported on", "[1]"),
      ExpressionErrorCase("!result", 1, "expected bool, but got float64", "1"),
      ExpressionErrorCase("result && true", 1, "expected bool, but got float64", "1"),
      ExpressionErrorCase("all(result, # < 1)", 5, "cannot use float64 as a list in all", "1"),
      ExpressionErrorCase(
        "filter(result, # + 1)",
        16,
        "predicate should return boolean (got float64)",
        "[1]"
      ),
      ExpressionErrorCase("len(result)", 1, "invalid argument for len (type float64)", "1"),
      ExpressionErrorCase("'a' matches '('+''", 5, "missing closing )"),
      ExpressionErrorCase("min(['a'])", 1, "invalid argument for min (type string)"),
      ExpressionErrorCase("duration('x')", 1, "invalid duration"),
      ExpressionErrorCase("now()", 1, "no clock"),
    ]
  )
  func evaluation(_ example: ExpressionErrorCase) throws {
    let expression = try ConditionExpression(parsing: example.text)
    let result = ExpressionValue(try JSONValue(parsing: example.result))
    let error = #expect(throws: ExpressionError.self) { try expression.evaluate(["result": result]) }
    #expect(error?.column == example.column)
    #expect(error?.message.contains(example.message) == true, "\(error?.message ?? "")")
    #expect(error?.kind == .evaluation)
  }

  @Test(
    "say that a condition must be a Boolean",
    arguments: [
      ("result", "expected bool, but got float64"), ("1", "expected bool, but got int"),
      ("'a'", "expected bool, but got string"), ("nil", "expected bool, but got <nil>"),
      ("{}", "expected bool, but got map[string]interface {}"),
      ("[result]", "expected bool, but got []float64"),
    ]
  )
  func mustBeBool(_ text: String, _ message: String) throws {
    let expression = try ConditionExpression(parsing: text)
    let error = #expect(throws: ExpressionError.self) { try expression.truth(of: .number(1)) }
    #expect(error?.message == message)
  }

  @Test(
    "stop what would not end",
    arguments: [
      String(repeating: "(", count: 5000), String(repeating: "[", count: 5000),
      String(repeating: "!", count: 5000) + "true", "1" + String(repeating: "+1", count: 5000),
      "true" + String(repeating: " ? true", count: 3000), "result" + String(repeating: ".a", count: 5000),
      String(repeating: "-", count: 9000) + "1", String(repeating: "let a = ", count: 2000) + "1",
      String(repeating: "1 < ", count: 4000) + "1", String(repeating: " ", count: 20_000),
      "1..9223372036854775807", "-9223372036854775807..9223372036854775807",
      "repeat('abc', 9223372036854775807)",
      "map(1..1000, map(1..1000, map(1..1000, #)))", "count(1..999999, count(1..999999, true) > 0)",
      "reduce(1..100000, [#acc], [])", "reduce(1..1000, #acc + #acc, 'aaaaaaaa')",
      "reduce(1..200, [#acc, #acc], [1]) == 1", "reduce(1..100, concat(#acc, #acc), [1])",
      "repeat('a', 900000) matches '(a?){500}b'", "string(reduce(1..64, [#acc, #acc], [1]))",
    ]
  )
  func bounded(_ text: String) {
    let error = #expect(throws: ExpressionError.self) {
      try ConditionExpression(parsing: text, names: nil).evaluate(["result": .nothing])
    }
    #expect(error?.kind == .limit || error?.kind == .evaluation || error?.kind == .syntax)
  }
}
