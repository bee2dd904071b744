import KubeClient
import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// AnalysisRuns that belong to no Rollout, on a live cluster.
  struct AnalysisRunTests {
    @Test(.timeLimit(.minutes(2)))
    func aProviderThatIsSlowOrAwayHoldsUpNothingElse() async throws {
      let silent = try SilentPort()
      defer { silent.close() }
      try await Stage.run(pods: .simulated) { stage in
        let controller = try Controller(on: stage)
        let slow = Self.web("slow", "http://127.0.0.1:\(silent.port)/", ["timeoutSeconds": 60])
        let quick = Self.web("quick", "\(stage.api)/version", ["jsonPath": "{$.major}"])
        try await stage.createRun("mixed", [slow, quick])
        let away = Self.web(
          "m",
          "http://127.0.0.1:1/",
          [:],
          ["evidenceDeadline": "5s", "consecutiveErrorLimit": 0]
        )
        try await stage.createRun("away", [away])
        try await stage.waitForRun("mixed") { $0["metricResults"]?[0]?["phase"] == "Successful" }
        try await stage.waitForRun("away") { $0["message"]?.string?.contains("is away since") == true }
        // Ended by a person while its slow metric is being asked.
        try await stage.terminateRun("mixed")
        let ended = try await stage.waitForRun("mixed") { $0["phase"] == "Successful" }
        #expect(ended["message"] == "Run Terminated")
        let gone = try await stage.waitForRun("away") { $0["phase"] == "Inconclusive" }
        #expect(gone["message"]?.string?.contains("Couldn't connect to server") == true, "\(gone.text())")
        #expect(gone["metricResults"]?[0]?["error"] == nil)
        #expect(await controller.stop())
      }
    }

    @Test(.timeLimit(.minutes(2)))
    func jobsMeasureAndRunsAreDeletedInTime() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let controller = try Controller(on: stage)
        let pod: JSONValue = [
          "spec": ["restartPolicy": "Never", "containers": [["name": "test", "image": "test:1"]]]
        ]
        let job: JSONValue = [
          "name": "smoke", "provider": ["job": ["spec": ["backoffLimit": 0, "template": pod]]],
        ]
        try await stage.createRun("job", [job])
        let status = try await stage.waitForRun("job") { $0["phase"] == "Successful" }
        let metadata = status["metricResults"]?[0]?["measurements"]?[0]?["metadata"]
        let name = try #require(metadata?["job-name"]?.string)
        let made = try #require(try await stage.get(.jobs, "default", name))
        let run = try #require(try await stage.get(.analysisRuns, "default", "job"))
        #expect(name == "\(run.uid).smoke.1")
        #expect(made.controllerReference?["uid"]?.string == run.uid)

        // An invalid run ends with Error, and its time to live runs too.
        let invalid: JSONValue = ["name": "m", "failureLimit": -7, "provider": ["web": ["url": "http://x"]]]
        let strategy: JSONValue = ["secondsAfterCompletion": 1]
        try await stage.createRun("invalid", [invalid], ["ttlStrategy": strategy])
        try await waitUntil("the invalid run to be deleted") {
          try await stage.get(.analysisRuns, "default", "invalid") == nil
        }
        #expect(await controller.stop())
      }
    }

    private static func web(
      _ name: String,
      _ url: String,
      _ query: JSONFields,
      _ fields: JSONFields = [:]
    ) -> JSONValue {
      let web = query.merging(["url": .string(url)]) { $1 }
      let metric: JSONFields = ["name": .string(name), "provider": ["web": .object(web)]]
      return .object(metric.merging(fields) { $1 })
    }
  }
}
