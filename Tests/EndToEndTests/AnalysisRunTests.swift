import Glibc
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
        try await Self.create(stage, "mixed", [slow, quick])
        try await Self.create(
          stage,
          "away",
          [Self.web("m", "http://127.0.0.1:1/", [:], ["evidenceDeadline": "5s", "consecutiveErrorLimit": 0])]
        )
        try await wait(stage, "mixed") { $0["metricResults"]?[0]?["phase"] == "Successful" }
        try await wait(stage, "away") { $0["message"]?.string?.contains("is away since") == true }
        // Ended by a person while its slow metric is being asked.
        let change: JSONValue = ["spec": ["terminate": true]]
        try await stage.client.patch(.analysisRuns, namespace: "default", name: "mixed", .merge(change))
        let ended = try await wait(stage, "mixed") { $0["phase"] == "Successful" }
        #expect(ended["message"] == "Run Terminated")
        let away = try await wait(stage, "away") { $0["phase"] == "Inconclusive" }
        #expect(away["message"]?.string?.contains("Couldn't connect to server") == true, "\(away.text())")
        #expect(away["metricResults"]?[0]?["error"] == nil)
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
        try await Self.create(stage, "job", [job])
        let status = try await wait(stage, "job") { $0["phase"] == "Successful" }
        let metadata = status["metricResults"]?[0]?["measurements"]?[0]?["metadata"]
        let name = try #require(metadata?["job-name"]?.string)
        let made = try #require(try await stage.get(.jobs, "default", name))
        let run = try #require(try await stage.get(.analysisRuns, "default", "job"))
        #expect(name == "\(run.uid).smoke.1")
        #expect(made.controllerReference?["uid"]?.string == run.uid)

        // An invalid run ends with Error, and its time to live runs too.
        let invalid: JSONValue = ["name": "m", "failureLimit": -7, "provider": ["web": ["url": "http://x"]]]
        let strategy: JSONValue = ["secondsAfterCompletion": 1]
        try await Self.create(stage, "invalid", [invalid], ["ttlStrategy": strategy])
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

    private static func create(
      _ stage: Stage,
      _ name: String,
      _ metrics: [JSONValue],
      _ fields: JSONFields = [:]
    ) async throws {
      let spec = fields.merging(["metrics": .array(metrics)]) { $1 }
      let run: JSONValue = [
        "apiVersion": .string(ResourceType.analysisRuns.apiVersion), "kind": "AnalysisRun",
        "metadata": ["name": .string(name), "namespace": "default"], "spec": .object(spec),
      ]
      try await stage.client.create(.analysisRuns, run)
    }

    @discardableResult
    private func wait(
      _ stage: Stage,
      _ name: String,
      for isThere: (JSONValue) -> Bool
    ) async throws -> JSONValue {
      try await waitFor("AnalysisRun \(name)") {
        let status = try await stage.get(.analysisRuns, "default", name)?.status ?? .null
        return isThere(status) ? status : nil
      }
    }
  }
}

/// A port of loopback at which somebody listens who never answers.
private final class SilentPort: Sendable {
  let port: Int
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, $0, &size) == 0
      }
    }
    try #require(isListening, "no port to listen at")
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  func close() { Glibc.close(descriptor) }
}
