package import Primitives

/// An expression that was read once and can be evaluated many times, within bounds of steps, depth and memory.
///
/// The language is a large part of expr-lang 1.17, with the functions that Argo Rollouts adds. `isNil(x)` and
/// `default(x, y)` look at their argument, where Argo Rollouts looks at the whole result whatever the argument is.
package struct ConditionExpression: Sendable {
  /// The value of an expression, and whether it rests on a comparison with NaN.
  package struct Outcome: Sendable {
    package let value: ExpressionValue
    /// True when a comparison with NaN, which is always false, decided about the value.
    package let restsOnNaN: Bool
  }

  package let text: String
  /// What is known of the value's type without its inputs.
  package let nature: ExpressionNature
  private let root: SyntaxNode
  private let limits: ExpressionLimits

  /// Reads a text. With a set of names, any other name in it is an error already here; without, all are let pass.
  package init(
    parsing text: String,
    names: Set<String>? = ["result"],
    limits: ExpressionLimits = .standard
  ) throws(ExpressionError) {
    let environment = names.map {
      Dictionary(uniqueKeysWithValues: $0.map { ($0, ExpressionNature.unknown) })
    }
    try self.init(parsing: text, environment: environment, limits: limits)
  }

  /// Reads a text for an environment of which the names and types are known, as expr-lang compiles one: an unknown
  /// name and types that do not go together are errors already here.
  package init(
    parsing text: String,
    environment: [String: ExpressionNature]?,
    limits: ExpressionLimits = .standard
  ) throws(ExpressionError) {
    self.text = text
    self.limits = limits
    root = try ExpressionParser.parse(text, limits: limits)
    nature = try ExpressionChecker.check(root, environment: environment)
  }

  /// The value for an environment of names.
  package func evaluate(
    _ environment: [String: ExpressionValue],
    clock: ExpressionClock = ExpressionClock()
  ) throws(ExpressionError) -> Outcome {
    var evaluator = Evaluator(environment: environment, clock: clock, limits: limits)
    let value = try evaluator.value(of: root)
    // Whoever prints the value walks over all of it.
    try evaluator.meter.walk(value, at: 1)
    return Outcome(value: value, restsOnNaN: evaluator.comparedNaN)
  }

  /// The JSON of the value on one line, as Go's `encoding/json` writes it.
  package func json(
    _ environment: [String: ExpressionValue],
    clock: ExpressionClock = ExpressionClock()
  ) throws(ExpressionError) -> String {
    try evaluate(environment, clock: clock).value.goJSON(pretty: false, at: 1)
  }

  /// The truth for a provider's answer as `result`; anything but a Boolean is an error.
  package func truth(
    of result: MetricValue,
    clock: ExpressionClock = ExpressionClock()
  ) throws(ExpressionError) -> (isTrue: Bool, restsOnNaN: Bool) {
    let outcome = try evaluate(["result": ExpressionValue(result)], clock: clock)
    guard case .bool(let isTrue) = outcome.value else {
      throw ExpressionError(.evaluation, "expected bool, but got \(outcome.value.typeName)", column: 1)
    }
    return (isTrue, outcome.restsOnNaN)
  }

  /// Whether the text says what an absent answer means, by `len`, `isNil`, `default`, `??` or `nil`.
  package var mentionsAbsence: Bool { Self.mentionsAbsence(root) }

  private static func mentionsAbsence(_ node: SyntaxNode) -> Bool {
    switch node.kind {
    case .call(.len, _), .call(.isNil, _), .call(.default, _), .call(.get, _), .binary(.coalesce, _, _),
      .literal(.nothing):
      true
    default: node.children.contains(where: mentionsAbsence)
    }
  }
}

/// The time expressions of a range query: `now() - duration("5m")`.
package enum TimeExpression {
  /// The instant that the text means at `now`; a date, or a text in RFC 3339 form.
  package static func instant(_ text: String, now: Instant) throws(ExpressionError) -> Instant {
    let expression = try ConditionExpression(parsing: text, names: [])
    let value = try expression.evaluate([:], clock: ExpressionClock(now: now)).value
    switch value {
    case .date(let date):
      guard let instant = date.instant else {
        throw ExpressionError(.evaluation, "date out of range", column: 1)
      }
      return instant
    case .string(let text):
      if let date = Instant(text) { return date }
      fallthrough
    default: throw ExpressionError(.evaluation, "expected a time, but got \(value.typeName)", column: 1)
    }
  }
}
