import AnalysisCore
import HTTPTransport
import MetricProviders
import Primitives
import Testing

/// New Relic and SkyWalking, which both speak GraphQL: their answers as documented, served over HTTP.
@Suite struct GraphQLProviderTests {
  private func ask(_ name: String, _ answer: String) async -> (ProviderAnswer, RawServer.Request?) {
    let server = RawServer.answering { _ in RawServer.ok(answer) }
    defer { server.stop() }
    return (await ProviderCase.named(name).ask(server), server.requests.first)
  }

  private static func rows(_ rows: String) -> String {
    #"{"data":{"actor":{"account":{"nrql":{"results":[\#(rows)]}}}}}"#
  }

  @Test func `New Relic is asked in NRQL, within GraphQL`() async throws {
    let (answer, request) = await ask("newRelic", Self.rows(#"{"percentage":99.5,"average.duration":0.2}"#))
    #expect(answer.value == .json(["percentage": 99.5, "average.duration": 0.2]))
    #expect(answer.valueText == #"{"average.duration":0.2,"percentage":99.5}"#)
    #expect(request?.method == "POST" && request?.target == "/graphql")
    #expect(request?.header("Api-Key") == "hunter2-newrelic")
    let body = try JSONValue(parsing: request?.body ?? [])
    #expect(body["variables"] == ["accountId": 17, "nrql": "SELECT 1", "timeout": 15])
    #expect(body["query"]?.string?.contains("nrql(query: $nrql, timeout: $timeout) { results }") == true)
  }

  @Test func `several rows are a list`() async {
    let (answer, _) = await ask("newRelic", Self.rows(#"{"facet":"a","count":1},{"facet":"b","count":2}"#))
    #expect(answer.value == .json([["facet": "a", "count": 1], ["facet": "b", "count": 2]]))
  }

  @Test(arguments: [
    (rows(""), "no results returned from the NRQL query"),
    (rows("{}"), "no results returned from the NRQL query"),
    (#"{"data":{"actor":{"account":null}}}"#, "the answer has no results"),
    (
      #"{"data":{"actor":null},"errors":[{"message":"NRQL Syntax Error: Error at line 1","path":["actor"]}]}"#,
      "the server answered: NRQL Syntax Error: Error at line 1"
    ),
    (#"{"data":null}"#, "the answer has no data"),
  ])
  func `New Relic without rows is an error`(body: String, reason: String) async {
    let (answer, _) = await ask("newRelic", body)
    #expect(answer.error?.contains(reason) == true, "\(answer)")
  }

  @Test(arguments: [
    (["region": "eu"], "https://api.eu.newrelic.com/graphql"), ([:], "https://api.newrelic.com/graphql"),
    (["region": "US"], "https://api.newrelic.com/graphql"),
  ])
  func `New Relic's region says where to ask`(data: [String: String], url: String) async {
    // Nothing may leave the machine: a proxy that nobody runs tells whom it was asked for.
    let client = HTTPClient(options: HTTPClientOptions(proxy: "http://127.0.0.1:\(RawServer.freePort())"))
    let spec = NewRelicQuery(["query": "SELECT 1"])
    let secret = data.merging(["personal-api-key": "hunter2", "account-id": "1"]) { first, _ in first }
    let context = ProviderContext(client: client, now: ProviderCase.now, secrets: [spec.secret: secret])
    let answer = await measure(provider: .newRelic(spec), context: context)
    #expect(answer.error?.hasPrefix("cannot query newRelic: POST \(url): ") == true, "\(answer)")
  }

  @Test(arguments: [
    (["account-id": "x"], "the account-id is no number"),
    (["account-id": "1", "region": "moon"], "the region \"moon\" is not us or eu"),
    (["account-id": "1"], "the Secret \"newrelic\" has no key \"personal-api-key\""),
    ([:], "the Secret \"newrelic\" has no key \"account-id\""),
  ])
  func `a Secret of New Relic that is not whole says so`(data: [String: String], reason: String) async {
    let spec = NewRelicQuery(["query": "SELECT 1"])
    let context = ProviderContext(
      client: HTTPClient(),
      now: ProviderCase.now,
      secrets: [spec.secret: data]
    )
    let answer = await measure(provider: .newRelic(spec), context: context)
    #expect(answer.error == "cannot query newRelic: \(reason)")
  }

  @Test func `SkyWalking is asked for a window of minutes`() async throws {
    let (answer, request) = await ask(
      "skywalking",
      #"{"data":{"result":{"values":{"values":[{"value":10000},{"value":9900}]}}}}"#
    )
    #expect(answer.value?.valueText == #"{"result":{"values":{"values":[{"value":10000},{"value":9900}]}}}"#)
    #expect(request?.method == "POST" && request?.target == "/graphql")
    let body = try JSONValue(parsing: request?.body ?? [])
    let duration: JSONValue = ["start": "2023-11-14 2210", "end": "2023-11-14 2213", "step": "MINUTE"]
    #expect(body == ["query": "query q { x }", "variables": ["duration": duration]])
  }

  @Test func `SkyWalking that knows nothing answers with nothing`() async {
    let (answer, _) = await ask("skywalking", #"{"data":{"result":null}}"#)
    #expect(answer.isEmpty && answer.error == nil)
    let (failed, _) = await ask(
      "skywalking",
      #"{"data":null,"errors":[{"message":"Validation error of type FieldUndefined: x"}]}"#
    )
    #expect(failed.error?.contains("the server answered: Validation error of type FieldUndefined: x") == true)
  }

  @Test func `the query of New Relic is kept for the metric`() {
    #expect(
      metricMetadata(of: ProviderCase.named("newRelic").spec("")) == ["ResolvedNewRelicQuery": "SELECT 1"]
    )
  }
}
