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
  .enabled(if: LocalServer.hasPrometheus, "no prometheus here")
)
struct RealPrometheusTests {
  private func scrapingItself() throws -> LocalServer {
    try LocalServer.prometheus(
      configuration: { server in
        """
        global: { scrape_interval: 1s }
        scrape_configs:
          - job_name: self
            static_configs: [{ targets: ["127.0.0.1:\(server.port)"] }]
        """
      }
    )
  }

  private var context: ProviderContext {
    ProviderContext(client: HTTPClient(), now: Instant(secondsSinceEpoch: Int64(time(nil))))
  }

  private func ask(
    _ server: LocalServer,
    _ query: String,
    range: PrometheusQuery.Range? = nil
  ) async -> ProviderAnswer {
    let spec = PrometheusQuery(address: server.url, query: query, rangeQuery: range)
    return await measure(provider: .prometheus(spec), context: context)
  }

  @Test func `a real server answers every kind of query`() async throws {
    let server = try scrapingItself()
    defer { server.stop() }
    let up = try await waitFor("the first scrape") {
      let up = await ask(server, "up{job=\"self\"}")
      return up.value == .list([1]) ? up : nil
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
    let server = try scrapingItself()
    defer { server.stop() }
    let url = "\(server.url)/api/v1/query?query=42"
    let spec = ProviderSpec.web(WebQuery(url: url, jsonPath: "{.data.result[1]}"))
    try await server.prometheusIsReady()
    let answer = await measure(provider: spec, context: context)
    #expect(answer.value == .json("42"))
  }
}
