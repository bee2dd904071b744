import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// Names of AnalysisRuns that somebody else has.
  struct AnalysisNameTests {
    /// Releases v1 and then v2 of the Rollout `web`, which asks the API itself whether v2 is well.
    private static func release(_ stage: Stage, in namespace: String) async throws {
      let template = Manifests.analysisTemplate(
        "\(stage.api)/version",
        path: "{$.major}",
        wants: "result == \"1\""
      )
      let steps: JSONValue = [["analysis": ["templates": [["templateName": "smoke"]]]]]
      for version in ["v1", "v2"] {
        let objects = [template, Manifests.canary(version, steps)]
        try await stage.apply(Manifests.text(objects, namespace: namespace))
        try await waitUntil("\(version) in \(namespace)") {
          let rollout = try await stage.get(.rollouts, namespace, "web") ?? .null
          return rollout.status["phase"] == "Healthy"
            && rollout.status["observedGeneration"]?.string == "\(rollout.generation)"
        }
      }
    }

    @Test(.timeLimit(.minutes(2)))
    func aReleaseWhoseRunsNameIsTakenHasOneWithTheNextNumber() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let controller = try Controller(on: stage)
        for name in ["one", "two"] {
          try await stage.apply("{apiVersion: v1, kind: Namespace, metadata: {name: \(name)}}")
        }
        // Names follow from the pods, the revision and the step, which are the same in both namespaces.
        try await Self.release(stage, in: "one")
        let name = try #require(try await stage.list(.analysisRuns, "one").first?.name)
        let late: JSONValue = [
          "name": "m", "initialDelay": "1h", "provider": ["web": ["url": .string(stage.api)]],
        ]
        try await stage.createRun(name, [late], namespace: "two")
        try await Self.release(stage, in: "two")
        let runs = try await stage.list(.analysisRuns, "two").sorted { $0.name < $1.name }
        #expect(runs.map(\.name) == [name, "\(name).1"])
        #expect(runs.map { $0.status["phase"] } == ["Running", "Successful"])
        #expect(runs.map { $0.spec["terminate"] } == [nil, nil])
        #expect(await controller.stop())
      }
    }
  }
}
