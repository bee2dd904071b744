import AnalysisCore
import Primitives
import Testing

@Suite("Conditions and their surroundings")
struct ExpressionTests {
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
    #expect(try expression.evaluate(["a": .int(1), "b": .int(2)]).value.text == "3")
    #expect(throws: ExpressionError.self) { try expression.evaluate(["a": .int(1)]) }
  }
}
