import KubeClient
import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// Metrics that are measured by Jobs (reference, section 4.6).
  struct AnalysisJobTests {
    /// A metric whose Job's pod behaves as its annotations say.
    private static func metric(_ pod: JSONFields, _ fields: JSONFields = [:]) -> JSONValue {
      let template: JSONValue = [
        "metadata": ["annotations": .object(pod)],
        "spec": ["restartPolicy": "Never", "containers": [["name": "test", "image": "test:1"]]],
      ]
      let metric: JSONFields = [
        "name": "smoke", "provider": ["job": ["spec": ["backoffLimit": 0, "template": template]]],
      ]
      return .object(metric.merging(fields) { $1 })
    }

    private static func measurements(_ status: JSONValue) -> [JSONValue] {
      status["metricResults"]?[0]?["measurements"]?.array ?? []
    }

    private static func jobs(_ status: JSONValue) -> [String] {
      measurements(status).compactMap { $0["metadata"]?["job-name"]?.string }
    }

    @Test(.timeLimit(.minutes(2)))
    func jobsFailWaitForAPersonAndEndWithTheirRun() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let controller = try Controller(on: stage)
        let long: JSONFields = ["serin.dev/run-time": "1h"]
        try await stage.createRun("ended", [Self.metric(long)])
        try await stage.createRun("lost", [Self.metric(long, ["consecutiveErrorLimit": 0])])
        try await stage.createRun("pull", [Self.metric(["serin.dev/image-pull-error": "true"])])
        let limits: JSONFields = ["count": 3, "interval": "1s", "failureLimit": 1]
        try await stage.createRun("failing", [Self.metric(["serin.dev/exit-code": "1"], limits)])

        // Terminated while it runs: the Job goes, and says nothing of the canary.
        let running = try await stage.waitForRun("ended") { !Self.jobs($0).isEmpty }
        let job = try #require(Self.jobs(running).first)
        #expect(try await stage.get(.jobs, "default", job) != nil)
        try await stage.terminateRun("ended")
        let ended = try await stage.waitForRun("ended") { $0["phase"] == "Successful" }
        #expect(ended["message"] == "Run Terminated")
        #expect(Self.measurements(ended).map { $0["message"] } == ["Metric Terminated"])
        try await waitUntil("the Job to be deleted") { try await stage.get(.jobs, "default", job) == nil }

        // An image that cannot be had is for people to see; the Job stays.
        let pull = try await stage.waitForRun("pull") { $0["phase"] == "Inconclusive" }
        #expect(pull["message"]?.string?.contains("cannot start: ErrImagePull: ") == true, "\(pull.text())")
        let stays = try #require(Self.jobs(pull).first)
        #expect(try await stage.get(.jobs, "default", stays) != nil)

        // Every measurement has a Job of its own, and limits hold.
        let failing = try await stage.waitForRun("failing") { $0["phase"] == "Failed" }
        let words = failing["message"]?.string ?? ""
        #expect(words.hasPrefix(#"Metric "smoke" assessed Failed due to failed (2) > failureLimit (1)"#))
        #expect(words.contains("Job has reached the specified backoff limit"))
        let uid = try await stage.get(.analysisRuns, "default", "failing")?.uid ?? ""
        #expect(Self.jobs(failing) == ["\(uid).smoke.1", "\(uid).smoke.2"])

        // Somebody deletes the Job of a measurement: an error of the metric.
        let lost = try await stage.waitForRun("lost") { !Self.jobs($0).isEmpty }
        try await stage.client.delete(.jobs, namespace: "default", name: Self.jobs(lost).first ?? "")
        let error = try await stage.waitForRun("lost") { $0["phase"] == "Error" }
        #expect(error["message"]?.string?.contains("not found") == true, "\(error.text())")
        #expect(await controller.stop())
      }
    }

    @Test(.timeLimit(.minutes(2)))
    func jobsRunInAnotherClusterWhenTheEnvironmentNamesOne() async throws {
      try await Stage.run(pods: .simulated) { stage in
        try await Stage.run(pods: .simulated) { other in
          try await other.apply("{apiVersion: v1, kind: Namespace, metadata: {name: checks}}")
          let controller = try Controller(
            on: stage,
            environment: [
              "ARGO_ROLLOUTS_ANALYSIS_JOB_KUBECONFIG": other.kubeconfig,
              "ARGO_ROLLOUTS_ANALYSIS_JOB_NAMESPACE": "checks",
            ]
          )
          try await stage.createRun("short", [Self.metric([:])])
          try await stage.createRun("long", [Self.metric(["serin.dev/run-time": "1h"])])
          let short = try await stage.waitForRun("short") { $0["phase"] == "Successful" }
          let made = try #require(try await other.get(.jobs, "checks", Self.jobs(short).first ?? ""))
          #expect(made.controllerReference == nil)
          #expect(made.annotations["analysisrun.argoproj.io/name"] == "short")
          let long = try await stage.waitForRun("long") { !Self.jobs($0).isEmpty }
          try await stage.terminateRun("long")
          try await waitUntil("the Job to be deleted") {
            try await other.get(.jobs, "checks", Self.jobs(long).first ?? "") == nil
          }
          #expect(try await stage.list(.jobs, nil).isEmpty)
          #expect(await controller.stop())
        }
      }
    }
  }
}
