import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// The ready templates that ask the canary itself, with a server that is well and one that is not; the others are
  /// tested against a Prometheus.
  @Suite(.enabled(if: WebServer.isInstalled, WebServer.missing))
  struct AnalysisTemplateTests {
    private static let curl = "/usr/bin/curl"

    private static let answers: [String: (status: Int, body: String)] = [
      "/well": (200, #"{"status":"ok"}"#), "/ill": (200, #"{"status":"down"}"#), "/broken": (500, "oops"),
    ]

    private static func file(_ name: String) -> String {
      let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
      return "/\(root)/analysis-templates/\(name).yaml"
    }

    /// Makes runs of a template with the command, one for each path of the server, and wants their phases.
    private static func check(
      _ stage: Stage,
      _ template: String,
      _ server: WebServer,
      _ wanted: [(path: String, phase: String)],
      _ more: [String] = []
    ) async throws {
      let paths = wanted.map(\.path)
      for path in paths {
        let made = try await Ran.program(
          stage.binary,
          [
            "create", "analysisrun", "--from-file", file(template), "--name", "\(template)-\(path)", "-n",
            "default", "-a", "url=\(server.url)/\(path)",
          ] + more.flatMap { ["-a", $0] },
          environment: ["KUBECONFIG": stage.kubeconfig]
        )
        #expect(made.code == 0, "\(made)")
      }
      for (path, phase) in wanted {
        let name = "\(template)-\(path)"
        let status = try await stage.waitForRun(name, within: .seconds(60)) { $0["completedAt"] != nil }
        #expect(status["phase"]?.string == phase, "\(name): \(status.text())")
      }
    }

    @Test(.timeLimit(.minutes(2)))
    func httpCheckAsksTheCanarySeveralTimes() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let server = try await WebServer(in: stage.folder, answers: Self.answers)
        let controller = try Controller(on: stage)
        let quick = ["interval=200ms", "count=3"]
        try await Self.check(stage, "http-check", server, [("well", "Successful"), ("ill", "Failed")], quick)
        #expect(server.requests.count { $0 == "GET /well" } == 3)
        #expect(server.requests.count { $0 == "GET /ill" } == 2)
        #expect(await controller.stop())
      }
    }

    @Test(.timeLimit(.minutes(2)), .enabled(if: Files.read(curl) != nil, "curl is not installed"))
    func smokeTestJobRunsItsImage() async throws {
      try await Stage.run(images: ["curlimages/curl=\(Self.curl)"]) { stage in
        let server = try await WebServer(in: stage.folder, answers: Self.answers)
        let controller = try Controller(on: stage)
        let wanted = [("well", "Successful"), ("broken", "Failed")]
        try await Self.check(stage, "smoke-test-job", server, wanted)
        #expect(server.requests.contains("GET /well"))
        // One attempt more than `backoffLimit`.
        #expect(server.requests.count { $0 == "GET /broken" } == 2, "\(server.requests)")
        #expect(await controller.stop())
      }
    }
  }
}
