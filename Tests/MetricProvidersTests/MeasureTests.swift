import AnalysisCore
import HTTPTransport
import MetricProviders
import Primitives
import Testing

/// Providers asked over real sockets, which misbehave in every way.
@Suite(.timeLimit(.minutes(2))) struct MeasureTests {
  private var context: ProviderContext {
    ProviderContext(client: HTTPClient(), now: Instant(secondsSinceEpoch: 1_700_000_000))
  }

  private func prometheus(_ server: RawServer) -> ProviderSpec {
    .prometheus(PrometheusQuery(address: server.url, query: "up", timeout: .seconds(50)))
  }

  private func web(_ server: RawServer, path: String = "{$}") -> ProviderSpec {
    .web(WebQuery(url: server.url + "/probe", timeoutSeconds: 50, jsonPath: path))
  }

  private func error(_ spec: ProviderSpec) async -> String {
    let answer = await measure(provider: spec, context: context)
    #expect(answer.value == nil)
    return answer.error ?? ""
  }

  @Test func `an answer over the wire is a value`() async {
    let server = RawServer.answering { request in
      request.target.hasPrefix("/api")
        ? RawServer.ok(#"{"status":"success","data":{"resultType":"scalar","result":[1,"NaN"]}}"#)
        : RawServer.ok(#"{"a":[{"b":5}]}"#)
    }
    defer { server.stop() }
    let context = context
    #expect(await measure(provider: prometheus(server), context: context).valueText == "NaN")
    let value = await measure(provider: web(server, path: "{.a[0].b}"), context: context).value
    #expect(value == .json(5))
    #expect(server.requests.map(\.target) == ["/api/v1/query?query=up", "/probe"])
  }

  /// The shapes that a query may have by mistake, and what a condition on one number makes of them.
  @Test(arguments: [
    (#"{"resultType":"vector","result":[{"value":[1,"1"]},{"value":[1,"2"]}]}"#, "result < 5", "<"),
    (#"{"resultType":"matrix","result":[{"values":[[1,"1"],[2,"2"]]}]}"#, "result < 5", "<"),
    (#"{"resultType":"vector","result":[]}"#, "result[0] < 5", "metric result is nil or empty"),
    (#"{"resultType":"vector","result":[{"value":[1,"NaN"]}]}"#, "!(result[0] > 5)", "NaN"),
    (#"{"resultType":"scalar","result":[1,"7"]}"#, "result[0] < 5", "result[0]"),
  ])
  func `a shape that the condition does not expect is never a success`(
    data: String,
    condition: String,
    reason: String
  ) async throws {
    let server = RawServer.answering { _ in RawServer.ok(#"{"status":"success","data":\#(data)}"#) }
    defer { server.stop() }
    let answer = await measure(provider: prometheus(server), context: context)
    let value = try #require(answer.value)
    let metric = MetricSpec([
      "name": "m", "successCondition": .string(condition), "provider": ["prometheus": [:]],
    ])
    let measurement = metric.measurement(of: value, startedAt: context.now, finishedAt: context.now)
    #expect(measurement.phase == .error || measurement.phase == .inconclusive, "\(measurement)")
    #expect(measurement.message.contains(reason), "\(measurement)")
  }

  @Test func `nobody there is an error`() async {
    let port = RawServer.freePort()
    let spec = ProviderSpec.web(WebQuery(url: "http://127.0.0.1:\(port)/x?token=secret"))
    let error = await error(spec)
    #expect(
      error.hasPrefix("cannot query web: GET http://127.0.0.1:\(port)/x: failed to connect"),
      "\(error)"
    )
    #expect(!error.contains("secret"))
  }

  @Test func `a server that never answers meets the time limit`() async {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.waitForClose()
    }
    defer { server.stop() }
    let spec = ProviderSpec.prometheus(
      PrometheusQuery(address: server.url, query: "up", timeout: .milliseconds(200))
    )
    #expect(await error(spec).contains("timed out"))
  }

  @Test(arguments: [
    (RawServer.ok("<html>Sign in</html>"), "the server answered 200 with no JSON: <html>Sign in</html>"),
    (RawServer.ok(""), "the server answered 200 with an empty body"),
    ("", "empty reply from server"),
    ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"status\":", "transfer closed"),
    ("nonsense\r\n\r\n", "HTTP/0.9"),
    (
      RawServer.ok(#"{"status":"success","data":{"resultType":"vector","result":{"a":1}}}"#),
      "a malformed vector"
    ),
  ])
  func `a bad answer is an error in its own words`(answer: String, reason: String) async {
    let server = RawServer { peer in
      guard peer.readRequest() != nil else { return }
      peer.write(answer)
    }
    defer { server.stop() }
    let error = await error(prometheus(server))
    #expect(error.lowercased().contains(reason.lowercased()), "\(error)")
    #expect(error.hasPrefix("cannot query prometheus: GET \(server.url)/api/v1/query: "), "\(error)")
  }

  @Test func `ten megabytes of JSON are too much`() async {
    let body = "[" + String(repeating: "1234567890,", count: 1_000_000) + "1]"
    let server = RawServer.answering { _ in RawServer.ok(body) }
    defer { server.stop() }
    #expect(await error(prometheus(server)).contains("the answer is longer than 4194304 bytes"))
    #expect(await error(web(server)).contains("the answer is longer than 4194304 bytes"))
  }

  @Test func `redirects are followed, in circles only ten times`() async {
    let server = RawServer.answering { request in
      request.target == "/end"
        ? RawServer.ok("7")
        : "HTTP/1.1 302 F\r\nLocation: \(request.target == "/probe" ? "/end" : request.target)\r\n"
          + "Content-Length: 0\r\n\r\n"
    }
    defer { server.stop() }
    #expect(await measure(provider: web(server), context: context).value == .json(7))
    #expect(await error(prometheus(server)).contains("redirects"))
  }

  @Test(arguments: [
    (ProviderSpec.job([:]), "cannot measure by a Job over HTTP; the controller runs it"),
    (.unsupported("x/y"), "the metric provider \"x/y\" is not supported"),
    (.web(WebQuery(url: "gopher://x")), "cannot query web: \"gopher://x\" is no http or https URL"),
  ])
  func `what cannot be asked is an error`(spec: ProviderSpec, reason: String) async {
    #expect(await error(spec) == reason)
  }

  @Test func `secrets in headers and addresses stay out of errors`() async {
    let spec = ProviderSpec.prometheus(
      PrometheusQuery(
        address: "http://me:hunter2@127.0.0.1:\(RawServer.freePort())",
        query: "up",
        headers: [HeaderField(name: "Authorization", value: "Bearer hunter2")]
      )
    )
    #expect(!(await error(spec)).contains("hunter2"))
  }

  @Test func `cancelling the measurement ends it`() async throws {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.waitForClose()
    }
    defer { server.stop() }
    let spec = web(server)
    let context = context
    let task = Task { await measure(provider: spec, context: context) }
    try await waitFor("the question") { server.requestCount > 0 ? true : nil }
    task.cancel()
    #expect(await task.value.error?.hasSuffix("cancelled") == true)
  }

  @Test func `the resolved query is kept for the metric`() {
    let query = PrometheusQuery(address: "http://p", query: "up{a=\"b\"}")
    #expect(metricMetadata(of: .prometheus(query)) == ["ResolvedPrometheusQuery": "up{a=\"b\"}"])
    #expect(metricMetadata(of: .web(WebQuery(url: "http://w"))) == [:])
  }
}
