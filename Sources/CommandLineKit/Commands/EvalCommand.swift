import AnalysisCore
import ArgumentParser
import KubeClient
import MetricProviders
import Primitives

/// `serin eval`
struct EvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Evaluate an expression of the condition language.",
    discussion: """
      Prints the value as JSON on one line. The environment is a JSON object of the names that the expression may use, \
      each with the type of its value: an unknown name, or types that do not go together, is an error with its column. \
      A number without a point is whole; the numbers of a provider's answer are not, so write 5.0 for them. \
      Ends with 2 when the expression or the environment cannot be read, with 1 when the expression has no value.
      """
  )

  @Option(help: "A JSON object, @FILE with one, or - for standard input.")
  var env: String = "{}"

  // An expression may begin with a minus, so that whatever is no option is taken for it.
  @Argument(parsing: .allUnrecognized, help: "The expression, such as 'result[0] >= 0.95'.")
  var expression: [String]

  func run() throws {
    let texts = expression.filter { $0 != "--" }
    guard texts.count == 1 else {
      throw CommandFailure(
        .usage,
        "evaluating: one expression is needed, in quotes; there are \(texts.count)"
      )
    }
    let environment = try EvalEnvironment.read(env)
    Terminal.printNow(try Self.json(of: texts[0], environment, now: SystemClock.now()))
  }

  /// The JSON of the value; the failure's line names the column.
  static func json(
    of expression: String,
    _ environment: [String: ExpressionValue],
    now: Instant
  ) throws(CommandFailure) -> String {
    do throws(ExpressionError) {
      let condition = try ConditionExpression(
        parsing: expression,
        environment: environment.mapValues { ExpressionNature(of: $0) }
      )
      return try condition.json(environment, clock: ExpressionClock(now: now, zoneFile: ZoneFiles.read))
    } catch {
      let text = expression.split(whereSeparator: \.isNewline).joined(separator: " ")
      let shown = text.count > 80 ? text.prefix(79) + "…" : text[...]
      throw CommandFailure(error.kind == .syntax ? .usage : .failed, "evaluating \(shown): \(error)")
    }
  }
}

/// The names that an expression may use.
enum EvalEnvironment {
  /// Reads a JSON object from the text itself, from `@FILE`, or from standard input.
  static func read(_ option: String) throws(CommandFailure) -> [String: ExpressionValue] {
    let text: String
    switch option {
    case "-": text = try FileAccess.read("/dev/stdin")
    case _ where option.hasPrefix("@"): text = try FileAccess.read(String(option.dropFirst()))
    default: text = option
    }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: text)
    } catch {
      throw CommandFailure(.usage, "reading the environment: \(error)")
    }
    guard let fields = value.object else {
      throw CommandFailure(.usage, "reading the environment: it is no JSON object")
    }
    return fields.mapValues { ExpressionValue(literal: $0) }
  }
}
