import AnalysisCore
import Glibc
import HTTPTransport
import MetricProviders
import Primitives
import Testing

/// Debian's Prometheus on loopback, scraping itself.
@Suite(
  .serialized,
  .timeLimit(.minutes(2)),
  .enabled(if: access("/usr/bin/prometheus", X_OK) == 0, "no prometheus here")
)
struct RealPrometheusTests {
  private final class Server: Sendable {
    let port = RawServer.freePort()
    let folder: TemporaryFolder
    private let process: ChildProcess

    init() throws {
      folder = try TemporaryFolder()
      try folder.write(
        """
        global: { scrape_interval: 1s }
        scrape_configs:
          - job_name: self
            static_configs: [{ targets: ["127.0.0.1:\(port)"] }]
        """,
        to: "prometheus.yml"
      )
      process = try ChildProcess(
        [
          "/usr/bin/prometheus", "--config.file=\(folder.path)/prometheus.yml",
          "--storage.tsdb.path=\(folder.path)/data",
          "--web.listen-address=127.0.0.1:\(port)",
        ],
        output: "\(folder.path)/log"
      )
    }

    func stop() { process.stop() }
  }

  private var context: ProviderContext {
    ProviderContext(client: HTTPClient(), now: Instant(secondsSinceEpoch: Int64(time(nil))))
  }

  private func ask(
    _ server: Server,
    _ query: String,
    range: PrometheusQuery.Range? = nil
  ) async -> ProviderAnswer {
    let spec = PrometheusQuery(address: "http://127.0.0.1:\(server.port)", query: query, rangeQuery: range)
    return await measure(provider: .prometheus(spec), context: context)
  }

  @Test func `a real server answers every kind of query`() async throws {
    let server = try Server()
    defer { server.stop() }
    let deadline = ContinuousClock.now + .seconds(60)
    var up = await ask(server, "up{job=\"self\"}")
    while up.value != .list([1]), ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(50))
      up = await ask(server, "up{job=\"self\"}")
    }
    #expect(up.value == .list([1]), "\(up)")
    #expect(up.valueText == "[1]")
    #expect(await ask(server, "scalar(up{job=\"self\"}) / 4").value == .number(0.25))
    #expect(await ask(server, "vector(0) / 0").valueText == "[NaN]")
    #expect(await ask(server, "1 / 0").valueText == "+Inf")
    #expect(await ask(server, "-1 / 0").valueText == "-Inf")
    #expect(await ask(server, "scalar(nothing_like_this)").valueText == "NaN")
    #expect(await ask(server, "nothing_like_this").value == .list([]))
    #expect(await ask(server, "\"text\"").error?.contains("a string, which is no metric") == true)

    let many = await ask(server, String(repeating: "0 + ", count: 1500) + "3")
    #expect(many.value == .number(3), "\(many)")

    let wrong = await ask(server, "sum(up")
    #expect(wrong.error?.contains("the server answered 400 bad_data: ") == true, "\(wrong)")
    #expect(wrong.error?.contains("parse error: unclosed left parenthesis") == true, "\(wrong)")

    let range = PrometheusQuery.Range(start: "now() - duration(\"30s\")", end: "now()", step: "10s")
    #expect(await ask(server, "vector(2)", range: range).value == .list([2, 2, 2, 2]))
    let scalars = await ask(server, "3", range: range)
    #expect(scalars.valueText == "[3,3,3,3]")
  }

  @Test func `the web provider reads the same server by a path`() async throws {
    let server = try Server()
    defer { server.stop() }
    let url = "http://127.0.0.1:\(server.port)/api/v1/query?query=42"
    let spec = ProviderSpec.web(WebQuery(url: url, jsonPath: "{.data.result[1]}"))
    let deadline = ContinuousClock.now + .seconds(60)
    var answer = await measure(provider: spec, context: context)
    while answer.error != nil, ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(50))
      answer = await measure(provider: spec, context: context)
    }
    #expect(answer.value == .json("42"))
  }
}
