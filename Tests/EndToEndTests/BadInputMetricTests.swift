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
      var condition = "result >= 0.95"

      static func web(_ path: String, _ words: String, phase: String = "Error") -> Endpoint {
        let url = path == "down" ? "http://127.0.0.1:1/x" : "SERVER/\(path)"
        return Endpoint(
          name: "web-\(path)",
          provider: "{ web: { url: \"\(url)\", jsonPath: \"{$.rate}\" } }",
          phase: phase,
          words: words
        )
      }

      static func prometheus(
        _ path: String,
        _ words: String,
        phase: String = "Error",
        condition: String = "result[0] >= 0.95"
      ) -> Endpoint {
        let url = path == "down" ? "http://127.0.0.1:1" : "SERVER/\(path)"
        return Endpoint(
          name: "prometheus-\(path)",
          provider: "{ prometheus: { address: \"\(url)\", query: up } }",
          phase: phase,
          words: words,
          condition: condition
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
        web("big", "the answer is longer than 4194304 bytes"),
        web("loop", "redirects"),
        Endpoint(
          name: "web-silent",
          provider: "{ web: { url: \"SILENT/\", timeoutSeconds: 1 } }",
          phase: "Inconclusive",
          words: "timed out"
        ),
        prometheus("string", "a string, which is no metric"),
        prometheus("two", "mismatched types", condition: "result >= 0.95"),
        prometheus("matrix", "mismatched types", condition: "result >= 0.95"),
        prometheus("big", "the answer is longer than 4194304 bytes"),
        prometheus("loop", "redirects"),
      ]
    }

    static let answers: [String: (status: Int, body: String)] = [
      "/html": (200, "<html>Sign in</html>"), "/nan": (200, "{\"rate\":NaN}"),
      "/text-nan": (200, "{\"rate\":\"NaN\"}"), "/empty": (200, ""), "/null": (200, "{\"rate\":null}"),
      "/missing": (200, "{}"), "/broken": (500, "oops"), "/loop": (302, "/loop"),
      "/html/api/v1/query": (200, "<html>Sign in</html>"), "/empty/api/v1/query": (200, ""),
      "/nan/api/v1/query": (200, vector("{\"metric\":{},\"value\":[1,\"NaN\"]}")),
      "/nothing/api/v1/query": (200, vector("")),
      "/two/api/v1/query": (
        200, vector("{\"metric\":{\"a\":\"b\"},\"value\":[1,\"1\"]},{\"metric\":{},\"value\":[1,\"0\"]}")
      ),
      "/string/api/v1/query": (
        200, "{\"status\":\"success\",\"data\":{\"resultType\":\"string\",\"result\":[1,\"up\"]}}"
      ),
      "/matrix/api/v1/query": (
        200,
        "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":"
          + "[{\"metric\":{},\"values\":[[1,\"1\"],[2,\"1\"]]}]}}"
      ),
      "/refused/api/v1/query": (
        400, "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error\"}"
      ),
    ]

    @Test(.timeLimit(.minutes(2)))
    func aMetricThatCannotBeHadIsNeverASuccess() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let silent = try SilentPort()
        defer { silent.close() }
        let big = "\(stage.folder)/ten-megabytes"
        try Files.write("[" + String(repeating: "1234567890,", count: 1_000_000) + "1]", to: big)
        let server = try await WebServer(
          in: stage.folder,
          answers: Self.answers,
          locations: ["location /big { root /; try_files \(big) =404; }"]
        )
        let urls = ["SERVER": server.url, "SILENT": "http://127.0.0.1:\(silent.port)"]
        let controller = try Controller(on: stage)
        for endpoint in Endpoint.all { try await stage.apply(Self.manifests(endpoint, urls, "v1")) }
        for endpoint in Endpoint.all { try await wait(stage, endpoint, for: "Healthy") }
        let before = try await pods(stage)
        for endpoint in Endpoint.all { try await stage.apply(Self.manifests(endpoint, urls, "v2")) }
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

    private static func manifests(_ endpoint: Endpoint, _ urls: [String: String], _ version: String) -> String
    {
      let provider = urls.reduce(endpoint.provider) { text, url in
        text.split(separator: url.key, omittingEmptySubsequences: false).joined(separator: url.value)
      }
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
            successCondition: \(endpoint.condition)
            provider: \(provider)
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
