import AnalysisCore
import Primitives
import Testing

@testable import CommandLineKit

@Suite struct ComparisonCommandTests {
  @Test func theScheduleOfACanaryIsItsWeightsAndPauses() {
    let rollout: JSONValue = [
      "kind": "Rollout",
      "spec": [
        "strategy": [
          "canary": [
            "steps": [
              ["setWeight": 5], ["pause": ["duration": "10m"]], ["pause": ["duration": 30]],
              ["setWeight": 25],
              ["pause": [:]], ["setWeight": 50],
            ]
          ]
        ]
      ],
    ]
    let steps = CanarySchedule.steps(of: rollout)
    #expect(steps.map(\.weight) == [5, 25])
    #expect(steps.map(\.seconds) == [630, 0])
    #expect(CanarySchedule.steps(of: ["kind": "AnalysisTemplate"]).isEmpty)
  }

  @Test func aGateSaysHowLongItNeeds() throws {
    let gate = try #require(try ComparingGate.all(in: [template(["counts": counts])]).first)
    let line = gate.line(.init(requestsPerSecond: 3, errorRate: 0.01, steps: [(10, 0)]), metrics: 1)
    #expect(line.hasPrefix("AnalysisTemplate/errors metric rate: at 3 requests/s this gate needs about "))
    #expect(line.contains(" to see a doubling of errors; a good canary passes after about "))
    #expect(throws: CommandFailure.self) { try ComparingGate.all(in: [template(["counts": 1])]) }
  }

  private static let foreseen: [(JSONValue, String)] = [
    (
      ["method": "groupSequential", "groupSequential": ["looks": 4]],
      " to see a doubling of errors, and its looks take only 2 min; a good canary passes after about "
    ),
    (
      ["method": "mannWhitney", "samples": ["canary": "c", "stable": "s"]],
      ": a difference shows from 4 pods of each on, at the first look"
    ),
    (
      [
        "method": "mannWhitney", "samples": ["canary": "c", "stable": "s"], "mannWhitney": ["unit": "blocks"],
      ],
      ": a difference shows from 6 looks on, after about 3 min at the earliest"
    ),
  ]

  @Test(arguments: foreseen)
  func everyMethodIsForeseen(compare: JSONValue, text: String) throws {
    var compare = compare
    if compare["samples"] == nil { compare["counts"] = counts }
    let gate = try #require(try ComparingGate.all(in: [template(compare)]).first)
    let line = gate.line(.init(requestsPerSecond: 3, errorRate: 0.01, steps: [(10, 0)]), metrics: 1)
    #expect(line.contains(text), "\(line)")
  }

  @Test func aStoredVerdictIsFoundGenuineOrNot() {
    let look = ComparisonLook(
      canary: .counts(bad: [9], total: 300),
      stable: .counts(bad: [12], total: 5700),
      weight: 5,
      seconds: 30
    )
    let text = Judge(JudgeRule()).look(look, after: nil).text
    let genuine = VerifiedComparison.all(in: run(text))
    #expect(genuine.map(\.isSame) == [true])
    #expect(genuine[0].line.hasPrefix("analysisrun/r metric rate: same to the last bit: Failed (Harmful): "))
    let forged = VerifiedComparison.all(in: run(text.replacing("Failed", with: "Successful")))
    #expect(forged.map(\.isSame) == [false])
    #expect(VerifiedComparison.all(in: run("{")).map(\.isSame) == [false])
  }

  private let counts: JSONValue = [
    "canary": ["bad": "a", "total": "b"], "stable": ["bad": "c", "total": "d"],
  ]

  private func template(_ compare: JSONValue) -> JSONValue {
    [
      "kind": "AnalysisTemplate", "metadata": ["name": "errors"],
      "spec": ["metrics": [["name": "rate", "compare": compare]]],
    ]
  }

  private func run(_ text: String) -> JSONValue {
    let metadata: JSONValue = [ComparisonRecord.metadataKey: .string(text)]
    return [
      "kind": "AnalysisRun", "metadata": ["name": "r"],
      "status": ["metricResults": [["name": "rate", "measurements": [["metadata": metadata]]]]],
    ]
  }
}
