import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// The commands on a live cluster: each does what it says, and says what it did.
  @Suite struct CommandTests {
    private static let manifest = """
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata: { name: web, namespace: default }
      spec:
        replicas: 2
        selector: { matchLabels: { app: web } }
        template:
          metadata: { labels: { app: web } }
          spec:
            initContainers: [{ name: setup, image: "setup:v1" }]
            containers: [{ name: web, image: "shop:v1" }]
        strategy:
          canary:
            steps: [{ setWeight: 50 }, { pause: {} }, { setWeight: 60 }, { pause: {} }]
      """

    @Test(.timeLimit(.minutes(3)))
    func aReleaseIsCommandedFromItsImageToItsUndoing() async throws {
      try await withController { stage in
        try await stage.apply(Self.manifest)
        #expect(try await stage.serin("status", "web", "--timeout", "40s").code == 0)

        let set = try await stage.serin("set", "image", "web", "web=shop:v2")
        #expect(set.output == "rollout \"web\" image updated\n" && set.words.isEmpty, "\(set)")
        // At once: the command waits until the controller has seen the new image.
        let abort = try await stage.serin("abort", "web")
        #expect(abort.output == "rollout 'web' aborted\n", "\(abort)")
        #expect(try await stage.serin("status", "web", "--timeout", "40s").code == 1)
        let aborted = try await explanation(stage)
        #expect(aborted["cause"] == "aborted" && aborted["phase"] == "Degraded", "\(aborted)")

        #expect(try await stage.serin("retry", "web").output == "rollout 'web' retried\n")
        try await waitForCause("person", stage)
        let sentence = try await stage.serin("explain", "web").output
        #expect(sentence.hasPrefix("Step 2/4 (pause) waits since "), "\(sentence)")
        #expect(sentence.contains("Controller:"), "\(sentence)")

        #expect(try await stage.serin("promote", "web", "-c").output == "rollout 'web' promoted\n")
        try await waitUntil("the second pause") { try await index(stage) == 3 }
        #expect(try await stage.serin("promote", "web", "-a").output == "rollout 'web' promoted\n")
        #expect(try await stage.serin("status", "web", "--timeout", "40s").code == 0)

        let undo = try await stage.serin("undo", "web", "--to-revision", "1")
        #expect(undo.output == "rollout 'web' undo\n", "\(undo)")
        #expect(try await image(stage) == "shop:v1")
        // The revision that came back has a new number.
        try await waitUntil("the undone revision to be the newest") {
          try await stage.serin("undo", "web", "--to-revision", "3").output.contains("skipped rollback")
        }
        let wrong = try await stage.serin("undo", "web", "--to-revision", "9")
        #expect(wrong.code == 1 && wrong.oneLine?.contains("it has no revision 9") == true, "\(wrong)")
        #expect(try await stage.serin("promote", "web", "--full").output == "rollout 'web' fully promoted\n")
        #expect(try await stage.serin("status", "web", "--timeout", "40s").code == 0)
      }
    }

    @Test(.timeLimit(.minutes(3)))
    func severalRolloutsAreCommandedAlthoughOneIsMissing() async throws {
      try await withController { stage in
        try await stage.apply(Self.manifest)
        #expect(try await stage.serin("status", "web", "--timeout", "40s").code == 0)
        let old = try await pods(stage)
        let restart = try await stage.serin("restart", "nobody", "web")
        #expect(restart.code == 1 && restart.output == "rollout 'web' restarts in 0s\n", "\(restart)")
        #expect(restart.oneLine?.contains("default/nobody") == true, "\(restart)")
        try await waitUntil("new pods", within: .seconds(90)) {
          let pods = try await pods(stage)
          return pods.count == 2 && old.isDisjoint(with: pods)
        }
        #expect(try await stage.serin("pause", "web").output == "rollout 'web' paused\n")
        try await waitForCause("frozen", stage)
        #expect(try await stage.serin("resume", "web").output == "rollout 'web' resumed\n")
        #expect(
          try await stage.serin("status", "web", "--timeout", "40s", "-o", "json").output.contains("Healthy")
        )
        let tree = try await stage.serin("get", "ro", "web").output
        #expect(tree.contains("⧉ web-") && tree.contains("ready:1/1"), "\(tree)")
      }
    }

    // MARK: - Helpers

    private func withController(_ body: (Stage) async throws -> Void) async throws {
      try await Stage.run(pods: .simulated) { stage in
        let controller = try Controller(on: stage)
        do {
          try await body(stage)
        } catch {
          print(controller.logTail())
          throw error
        }
        await controller.stop()
      }
    }

    private func rollout(_ stage: Stage) async throws -> JSONValue {
      try await stage.get(.rollouts, "default", "web") ?? .null
    }

    private func index(_ stage: Stage) async throws -> Int? {
      try await rollout(stage).status["currentStepIndex"]?.int
    }

    private func image(_ stage: Stage) async throws -> String {
      Shop.image(of: try await rollout(stage))
    }

    private func pods(_ stage: Stage) async throws -> Set<String> {
      Set(try await stage.list(.pods, "default").filter { !$0.isBeingDeleted }.map(\.uid))
    }

    private func explanation(_ stage: Stage) async throws -> JSONValue {
      let ran = try await stage.serin("explain", "web", "-o", "json")
      try #require(ran.code == 0, "\(ran)")
      return try JSONValue(parsing: ran.output)
    }

    private func waitForCause(_ cause: String, _ stage: Stage) async throws {
      try await waitUntil("the cause \(cause)") {
        try await explanation(stage)["cause"]?.string == cause
      }
    }
  }
}
