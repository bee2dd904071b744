import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// A metric that cannot be had stops a release by the run's own limits, with the provider's words.
  @Suite(.enabled(if: WebServer.isInstalled, WebServer.missing))
  struct BadInputMetricTests {
    /// A spoiled endpoint: what asks it, and what people must be told.
    struct Endpoint: Sendable {
      let name: String
      let provider: String
      let phase: String
      let words: String

      static func web(_ path: String, _ words: String, phase: String = "Error") -> Endpoint {
        let url = path == "down" ? "http://127.0.0.1:1/x" : "SERVER/\(path)"
        return Endpoint(
          name: "web-\(path)",
          provider: "{ web: { url: \"\(url)\", jsonPath: \"{$.rate}\" } }",
          phase: phase,
          words: words
        )
      }

      static func prometheus(_ path: String, _ words: String, phase: String = "Error") -> Endpoint {
        let url = path == "down" ? "http://127.0.0.1:1" : "SERVER/\(path)"
        return Endpoint(
          name: "prometheus-\(path)",
          provider: "{ prometheus: { address: \"\(url)\", query: up } }",
          phase: phase,
          words: words
        )
      }

      static let all = [
        web("down", "Couldn't connect to server", phase: "Inconclusive"),
        web("html", "<html>Sign in</html>"),
        web("nan", "{\"rate\":NaN}"),
        web("text-nan", "could not evaluate successCondition"),
        web("empty", "with an empty body"),
        web("null", "no data returned", phase: "Inconclusive"),
        web("missing", "nothing found at {$.rate} in the answer: {}"),
        web("broken", "the server answered 500 with oops", phase: "Inconclusive"),
        prometheus("down", "Couldn't connect to server", phase: "Inconclusive"),
        prometheus("html", "the server answered 200 with no JSON: <html>Sign in</html>"),
        prometheus("nan", "metric result is not a number (NaN)", phase: "Inconclusive"),
        prometheus("empty", "with an empty body"),
        prometheus("nothing", "no data returned", phase: "Inconclusive"),
        prometheus("refused", "bad_data: parse error"),
      ]
    }

    static let answers: [String: (status: Int, body: String)] = [
      "/html": (200, "<html>Sign in</html>"), "/nan": (200, "{\"rate\":NaN}"),
      "/text-nan": (200, "{\"rate\":\"NaN\"}"), "/empty": (200, ""), "/null": (200, "{\"rate\":null}"),
      "/missing": (200, "{}"), "/broken": (500, "oops"),
      "/html/api/v1/query": (200, "<html>Sign in</html>"), "/empty/api/v1/query": (200, ""),
      "/nan/api/v1/query": (200, vector("{\"metric\":{},\"value\":[1,\"NaN\"]}")),
      "/nothing/api/v1/query": (200, vector("")),
      "/refused/api/v1/query": (
        400, "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error\"}"
      ),
    ]

    @Test(.timeLimit(.minutes(2)))
    func aMetricThatCannotBeHadIsNeverASuccess() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let server = try await WebServer(in: stage.folder, answers: Self.answers)
        let controller = try Controller(on: stage)
        for endpoint in Endpoint.all { try await stage.apply(Self.manifests(endpoint, server.url, "v1")) }
        for endpoint in Endpoint.all { try await wait(stage, endpoint, for: "Healthy") }
        let before = try await pods(stage)
        for endpoint in Endpoint.all { try await stage.apply(Self.manifests(endpoint, server.url, "v2")) }
        for endpoint in Endpoint.all { try await check(stage, endpoint) }
        #expect(try await pods(stage).isSuperset(of: before), "a pod of v1 is gone")
        #expect(await controller.stop())
      }
    }

    /// The release is aborted, or waits for a person where nothing is known of the canary; both the run and the report
    /// say what the provider said.
    private func check(_ stage: Stage, _ endpoint: Endpoint) async throws {
      let isUnknown = endpoint.phase == "Inconclusive"
      try await wait(stage, endpoint, for: isUnknown ? "Paused" : "Degraded")
      let runs = try await stage.list(.analysisRuns, "metrics").filter { $0.name.hasPrefix(endpoint.name) }
      #expect(runs.map { $0.status["phase"]?.string } == [endpoint.phase], "\(endpoint.name)")
      let message = runs.first?.status["message"]?.string ?? ""
      #expect(message.contains(endpoint.words), "\(endpoint.name): \(message)")
      let report = try await stage.serin("get", "rollout", endpoint.name, "-n", "metrics").output
      let line = report.split(separator: "\n").first { $0.hasPrefix("Message:") } ?? ""
      let isTold = line.contains("RolloutAborted: ") && line.contains(endpoint.words)
      #expect(isUnknown ? line.contains("InconclusiveAnalysisRun") : isTold, "\(report)")
      #expect(report.contains("shop:v1 (stable)"), "\(report)")
    }

    private func wait(_ stage: Stage, _ endpoint: Endpoint, for phase: String) async throws {
      try await waitUntil("\(endpoint.name) to be \(phase)") {
        let rollout = try await stage.get(.rollouts, "metrics", endpoint.name)
        return rollout?.status["phase"]?.string == phase
          && rollout?.status["observedGeneration"]?.string == "\(rollout?.generation ?? 0)"
      }
    }

    private func pods(_ stage: Stage) async throws -> Set<String> {
      let pods = try await stage.list(.pods, "metrics")
      return Set(
        pods.filter { $0.spec["containers"]?[0]?["image"]?.string == "shop:v1" }.map { $0.uid }
      )
    }

    private static func vector(_ samples: String) -> String {
      "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[\(samples)]}}"
    }

    private static func manifests(_ endpoint: Endpoint, _ server: String, _ version: String) -> String {
      let result = endpoint.name.hasPrefix("web") ? "result" : "result[0]"
      return """
        apiVersion: v1
        kind: Namespace
        metadata: { name: metrics }
        ---
        apiVersion: argoproj.io/v1alpha1
        kind: AnalysisTemplate
        metadata: { name: \(endpoint.name), namespace: metrics }
        spec:
          metrics:
          - name: rate
            interval: 1s
            count: 3
            failureLimit: 0
            consecutiveErrorLimit: 1
            evidenceDeadline: 3s
            successCondition: \(result) >= 0.95
            provider: \(endpoint.provider.split(separator: "SERVER").joined(separator: server))
        ---
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata: { name: \(endpoint.name), namespace: metrics }
        spec:
          replicas: 2
          selector: { matchLabels: { app: \(endpoint.name) } }
          template:
            metadata: { labels: { app: \(endpoint.name) } }
            spec: { containers: [{ name: web, image: "shop:\(version)" }] }
          strategy:
            canary:
              maxSurge: 1
              maxUnavailable: 0
              abortScaleDownDelaySeconds: 1
              steps:
              - setWeight: 1
              - analysis: { templates: [{ templateName: \(endpoint.name) }] }
        """
    }
  }
}
