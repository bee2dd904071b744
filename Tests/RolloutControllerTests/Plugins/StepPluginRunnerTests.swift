import KubeModel
import KubeRuntime
import Primitives
import RolloutCore
import Testing

@testable import RolloutController

@Suite(.timeLimit(.minutes(1))) struct StepPluginRunnerTests {
  private static let rollout: JSONValue = ["metadata": ["name": "web", "namespace": "shop"]]
  private static let key = ObjectKey(rollout)

  private static func call(_ id: String) -> StepPluginCall {
    StepPluginCall(id: id, name: "a", operation: .run, index: 0, config: nil, state: nil, podHash: "h")
  }

  @Test func asksOnceAndKeepsTheAnswer() async throws {
    let asked = Locked(0)
    let (ready, done) = (Gate(), Gate())
    let runner = StepPluginRunner(
      work: { _, _ in
        asked.withLock { $0 += 1 }
        try? await ready.wait()
        return .successful(message: "", state: nil)
      },
      finished: { _ in done.open() }
    )
    #expect(runner.start(Self.call("1"), of: Self.rollout))
    #expect(!runner.start(Self.call("1"), of: Self.rollout))
    #expect(runner.board(of: Self.key) == StepPluginBoard(inFlight: ["1"]))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await runner.run() }
      ready.open()
      try await done.wait()
      group.cancelAll()
    }
    let answered = StepPluginBoard(answers: ["1": .successful(message: "", state: nil)])
    #expect(runner.board(of: Self.key) == answered)
    #expect(!runner.start(Self.call("1"), of: Self.rollout))
    #expect(asked.withLock { $0 } == 1)
    runner.forget(Self.key)
    #expect(runner.board(of: Self.key) == StepPluginBoard())
  }
}
