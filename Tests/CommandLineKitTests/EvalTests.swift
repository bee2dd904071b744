import ArgumentParser
import Primitives
import Testing

@testable import CommandLineKit

@Suite struct EvalTests {
  private static func eval(_ expression: String, _ environment: String = "{}") throws -> String {
    try EvalCommand.json(
      of: expression,
      EvalEnvironment.read(environment),
      now: Instant(secondsSinceEpoch: 1_800_000_000)
    )
  }

  @Test func theValueIsJSONOnOneLine() throws {
    #expect(
      try Self.eval("{b: [1, 2.0, nil], a: result}", #"{"result": {"x": "<"}}"#)
        == #"{"a":{"x":"\u003c"},"b":[1,2,null]}"#
    )
    #expect(try Self.eval("x % 2 == 0", #"{"x": 4}"#) == "true")
    #expect(try Self.eval("now()") == #""2027-01-15T08:00:00Z""#)
  }

  @Test func whatIsNoExpressionIsAnErrorOfUsageThatNamesTheColumn() throws {
    let failure = #expect(throws: CommandFailure.self) { try Self.eval("1 +\n foo", "{\"bar\": 1}") }
    #expect(failure?.code == .usage)
    #expect(failure?.line == "serin: evaluating 1 +  foo: unknown name foo (column 6)")
  }

  @Test func whatHasNoValueIsAFailureThatNamesTheColumn() throws {
    let failure = #expect(throws: CommandFailure.self) { try Self.eval("1 + result[2]", #"{"result": [1]}"#) }
    #expect(failure?.code == .failed)
    #expect(
      failure?.line
        == "serin: evaluating 1 + result[2]: index out of range: 2 (array length is 1) (column 11)"
    )
  }

  @Test(arguments: ["", "[1]", "{\"a\": }", "@/nowhere/at/all", "5"])
  func anEnvironmentThatIsNoObjectIsAnError(_ text: String) {
    #expect(throws: CommandFailure.self) { try Self.eval("1", text) }
  }

  @Test func anEnvironmentMayBeAFile() throws {
    let folder = try FileAccess.makeTemporaryFolder("serin-eval")
    try FileAccess.write(#"{"result": [0.97]}"#, to: folder + "/env.json")
    #expect(try Self.eval("result[0] >= 0.95", "@\(folder)/env.json") == "true")
  }

  @Test(arguments: ["-5 % 3", "-x", "--1", "- 1", "!true", "-1"])
  func anExpressionMayBeginWithAMinus(_ text: String) throws {
    for arguments in [[text, "--env", "{}"], ["--env", "{}", text]] {
      let command = try #require(try EvalCommand.parseAsRoot(arguments) as? EvalCommand)
      #expect(command.expression == [text])
      #expect(command.env == "{}")
    }
  }

  @Test func lintNamesTheFileTheFieldAndTheColumn() {
    let text = """
      apiVersion: argoproj.io/v1alpha1
      kind: AnalysisTemplate
      metadata: {name: a}
      spec:
        metrics:
          - name: rate
            successCondition: result[0] >= 0.95 &&
            failureCondition: len(result)
            provider: {prometheus: {address: "http://p", query: up}}

      """
    let report = Linter.lint([LintInput(name: "a.yaml", bytes: Array(text.utf8))])
    let errors = report.issues.filter { $0.severity == .error }.map { $0.text() }
    #expect(
      errors == [
        "a.yaml:7:7: error: spec.metrics[0].successCondition: unexpected end of the expression (column 20)",
        "a.yaml:8:7: error: spec.metrics[0].failureCondition: expected bool, but got int",
      ]
    )
  }
}
