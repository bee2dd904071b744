import AnalysisCore
import HTTPTransport
import MetricProviders
import Primitives
import Testing

/// Kayenta's conversation: look up, begin, look again.
@Suite struct KayentaTests {
  private let provider = ProviderCase.named("kayenta")
  private static let execution = ["canaryExecutionId": "01ABC"]

  private func server(_ state: String) -> RawServer {
    RawServer.answering { request in
      if request.target.hasPrefix("/canaryConfig") {
        return RawServer.ok(
          #"[{"id":"x","name":"other"},{"id":"id 1","name":"main","applications":["shop"]}]"#
        )
      }
      return RawServer.ok(request.method == "POST" ? #"{"canaryExecutionId":"01ABC"}"# : state)
    }
  }

  private func resumed(_ state: String) async -> ProviderAnswer {
    let server = server(state)
    defer { server.stop() }
    let context = ProviderCase.context(server.url)
    return await resume(provider: provider.spec(server.url), metadata: Self.execution, context: context)
  }

  @Test func `a judgement is begun with the configuration of the name`() async throws {
    let server = server("{}")
    defer { server.stop() }
    let answer = await provider.ask(server)
    #expect(answer.outcome == .unfinished(resumeAfter: .seconds(15)))
    #expect(answer.metadata == Self.execution)
    #expect(answer.value == nil && answer.error == nil)
    #expect(
      server.requests.map(\.target) == [
        "/canaryConfig?application=shop&configurationAccountName=c",
        "/canary/id%201?application=shop&metricsAccountName=m&configurationAccountName=c&storageAccountName=s",
      ]
    )
    let times: JSONValue = ["start": "2023-11-14T22:12:20Z", "end": "2023-11-14T22:13:20Z"]
    func scope(_ name: String) -> JSONValue {
      [
        "scope": .string(name), "region": "eu", "step": 60, "start": times["start"] ?? .null,
        "end": times["end"] ?? .null,
      ]
    }
    let body = try JSONValue(parsing: server.requests[1].body)
    let expected: JSONValue = [
      "scopes": ["default": ["controlScope": scope("stable"), "experimentScope": scope("canary")]],
      "thresholds": ["pass": 90, "marginal": 75],
    ]
    #expect(body == expected)
  }

  @Test(
    arguments: [
      (["lookback": true], "2023-11-14T21:56:40Z"), (["lookback": false], "2023-11-14T22:12:20Z"),
    ] as [(JSONValue, String)]
  )
  func `scopes without a start begin with the run or with the interval`(more: JSONValue, start: String)
    async throws
  {
    let server = server("{}")
    defer { server.stop() }
    var block = provider.manifest(server.url)
    block["lookback"] = more["lookback"]
    block["scopes"] = [
      [
        "name": "x", "controlScope": ["scope": "a", "region": "r", "step": 1],
        "experimentScope": [
          "scope": "b", "region": "r", "step": 1, "start": "2020-01-01T00:00:00Z",
          "end": "2020-01-02T00:00:00Z",
        ],
      ]
    ]
    _ = await measure(provider: ProviderSpec(["kayenta": block]), context: ProviderCase.context(server.url))
    let scopes = try JSONValue(parsing: server.requests[1].body)["scopes"]?["x"]
    #expect(scopes?["controlScope"]?["start"]?.string == start)
    #expect(scopes?["experimentScope"]?["start"] == "2020-01-01T00:00:00Z")
    #expect(scopes?["experimentScope"]?["end"] == "2020-01-02T00:00:00Z")
  }

  @Test(arguments: [
    ("100", AnalysisPhase.successful, "100"), ("90", .successful, "90"), ("89.9", .inconclusive, "89"),
    ("75.0", .inconclusive, "75"), ("74.99", .failed, "74"), ("0", .failed, "0"),
  ])
  func `the score decides, whatever the conditions`(score: String, phase: AnalysisPhase, text: String) async {
    let state =
      #"{"complete":true,"status":"succeeded","result":{"judgeResult":{"score":{"score":\#(score)}}}}"#
    let answer = await resumed(state)
    #expect(answer.outcome == .verdict(phase))
    #expect(answer.valueText == text && answer.metadata == Self.execution)
    #expect(!provider.spec("").usesConditions)
  }

  @Test func `a judgement that is not made yet is looked at again`() async {
    let answer = await resumed(#"{"complete":false,"status":"running"}"#)
    #expect(answer.outcome == .unfinished(resumeAfter: .seconds(15)))
    #expect(answer.metadata == Self.execution)
  }

  @Test(arguments: [
    (#"{"complete":true,"status":"terminal"}"#, "the judgement ended with status terminal without a score"),
    (#"{"complete":"yes"}"#, "the answer does not say whether it is complete"),
    ("[]", "the answer does not say whether it is complete"),
    (#"{"complete":true,"result":{"judgeResult":{"score":{"score":"NaN"}}}}"#, "without a score"),
  ])
  func `a judgement without a score is an error`(state: String, reason: String) async {
    let answer = await resumed(state)
    #expect(answer.error?.contains(reason) == true, "\(answer)")
    #expect(answer.metadata == Self.execution)
  }

  @Test func `a configuration that is not there is named`() async {
    let server = RawServer.answering { _ in RawServer.ok(#"[{"id":"x","name":"other"}]"#) }
    defer { server.stop() }
    let answer = await provider.ask(server)
    #expect(answer.error?.hasSuffix("there is no canary configuration \"main\"") == true, "\(answer)")
  }

  @Test func `only Kayenta is looked at again, and only by its id`() async {
    let context = ProviderCase.context("http://127.0.0.1:9")
    let lost = await resume(provider: provider.spec("http://127.0.0.1:9"), metadata: [:], context: context)
    #expect(lost.error == "cannot query kayenta: the measurement has no canaryExecutionId")
    let web = await resume(provider: .web(WebQuery(url: "http://x")), metadata: [:], context: context)
    #expect(web.error == "a measurement by web cannot be resumed over HTTP")
  }
}
