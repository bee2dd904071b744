import AnalysisCore
import HTTPTransport
import MetricProviders
import Primitives
import Testing

/// Wavefront's answers as documented, served over HTTP.
@Suite struct WavefrontTests {
  private func ask(_ answer: String) async -> (ProviderAnswer, RawServer.Request?) {
    let server = RawServer.answering { _ in RawServer.ok(answer) }
    defer { server.stop() }
    return (await ProviderCase.named("wavefront").ask(server), server.requests.first)
  }

  @Test func `the point nearest to now counts`() async {
    let (answer, request) = await ask(
      """
      {"query":"ts(x)","name":"ts(x)","timeseries":[{"label":"x","host":"h","data":
      [[1699999900.0,1.0],[1699999990.0,12.346],[1700000060.0,3.0]]}],"granularity":1,"warnings":"slow"}
      """
    )
    #expect(answer.value == .number(12.346))
    #expect(answer.valueText == "12.35")
    #expect(answer.metadata == ["timestamps": "1699999990", "drift": "-10", "warnings": "slow"])
    #expect(
      request?.target
        == "/api/v2/chart/api?q=ts%28x%29&s=1700000000000&e=1700000000000&g=s&p=1&strict=false"
    )
    #expect(request?.header("Authorization") == "Bearer hunter2-wavefront")
  }

  @Test func `several series are a list`() async {
    let (answer, _) = await ask(
      #"{"timeseries":[{"data":[[1700000000,-0.126]]},{"data":[[1699999999,2]]},{"data":[[1700000001,"NaN"]]}]}"#
    )
    guard case .list(let values) = answer.value else {
      Issue.record("\(answer)")
      return
    }
    #expect(values[0] == -0.126 && values[1] == 2 && values[2].isNaN && values.count == 3)
    #expect(answer.valueText == "[-0.13,2.00,NaN]")
    #expect(answer.metadata == ["timestamps": "[1700000000,1699999999,1700000001]", "drift": "[0,-1,1]"])
  }

  @Test(arguments: [
    ("{}", "no time series found"), (#"{"timeseries":[]}"#, "no time series found"),
    (#"{"timeseries":[],"warnings":"nothing matches x"}"#, "no time series found: nothing matches x"),
    (#"{"timeseries":[{"data":[]}]}"#, "a series without points"),
    (#"{"errorType":"QuerySyntaxError","errorMessage":"missing ) in ts(x"}"#, "missing ) in ts(x"),
  ])
  func `no point is an error`(body: String, reason: String) async {
    let (answer, _) = await ask(body)
    #expect(answer.error?.contains(reason) == true, "\(answer)")
  }

  @Test func `the token is found by the host, and missed by name`() async {
    let query = WavefrontQuery(["address": "https://example.wavefront.com:8443/", "query": "q"])
    #expect(
      query.secretKeys == [
        "https://example.wavefront.com:8443/", "example.wavefront.com:8443", "example.wavefront.com",
      ]
    )
    #expect(WavefrontQuery(["address": "example.wavefront.com"]).secretKeys == ["example.wavefront.com"])
    let context = ProviderContext(
      client: HTTPClient(),
      now: ProviderCase.now,
      secrets: [query.secret: ["other": "t"]]
    )
    let answer = await measure(provider: .wavefront(query), context: context)
    let reason =
      "the Secret \"wavefront-api-tokens\" has no token for \"https://example.wavefront.com:8443/\""
    #expect(answer.error == "cannot query wavefront: \(reason)")
  }
}
