import AnalysisCore
import HTTPTransport
import Primitives
import Testing

@testable import MetricProviders

@Suite struct GraphiteTests {
  private func url(_ query: String, address: String = "http://g") throws(ProviderFailure) -> String {
    try GraphiteProvider.request(for: GraphiteQuery(address: address, query: query)).url
  }

  @Test(arguments: [
    ("target=a.b&from=-5min", "target=a.b&from=-5min"),
    ("target=sumSeries(a.*)", "target=sumSeries%28a.%2A%29"),
    (" target=sum(\n    a,\n    b\n) & from=-1h ", "target=sum%28a%2Cb%29&from=-1h"),
    ("target=alias(a, 'two words')", "target=alias%28a%2C%27two%20words%27%29"),
    ("target=alias(a, \"it's\", b)", "target=alias%28a%2C%22it%27s%22%2Cb%29"),
    ("target=it's a", "target=it%27sa"), ("target=a%20b%2", "target=a%20b%252"),
    ("target=a&target=b&format=png", "target=a&target=b"),
    ("target=scale(a,1e+3)", "target=scale%28a%2C1e%2B3%29"),
  ])
  func `a query is sent without its line breaks, texts left alone`(query: String, sent: String) throws {
    #expect(try url(query) == "http://g/render?\(sent)&format=json")
  }

  @Test func `an address may have a path`() throws {
    #expect(
      try url("target=a", address: "https://g:8443/graphite/")
        == "https://g:8443/graphite/render?target=a&format=json"
    )
  }

  @Test(arguments: [("", "the query has no target="), ("from=-1h", "the query has no target=")])
  func `a query without a target is not sent`(query: String, reason: String) {
    #expect(throws: ProviderFailure(reason)) { try url(query) }
    #expect(throws: ProviderFailure.self) { try url("target=a", address: "g:80") }
  }

  @Test(
    arguments: [
      (#"[{"target":"a","datapoints":[[1,10],[null,20],[2.5,30]]}]"#, [1, 2.5], [:]),
      (#"[{"datapoints":[["3.5",10]]}]"#, [3.5], [:]),
      (
        #"[{"datapoints":[[1,10]]},{"datapoints":[[9,10]]},{"datapoints":[]}]"#, [1],
        ["warnings": "2 more targets were left out"]
      ),
    ] as [(String, [Double], [String: String])]
  )
  func `the points of the first target are the value`(
    body: String,
    values: [Double],
    metadata: [String: String]
  ) throws {
    let answer = try GraphiteProvider.answer(from: JSONValue(parsing: body))
    #expect(answer.value == .list(values))
    #expect(answer.metadata == metadata)
  }

  @Test(arguments: [
    ("[]", "no values found"), (#"[{"datapoints":[]}]"#, "no values found"),
    (#"[{"datapoints":[[null,1]]}]"#, "no values found"),
    (#"[{"datapoints":[[1]]}]"#, "a malformed point: [1]"),
    (#"[{"datapoints":[["x",1]]}]"#, "a malformed point: [\"x\",1]"),
    (#"[{"target":"a"}]"#, "a malformed answer: [{\"target\":\"a\"}]"), ("{}", "a malformed answer: {}"),
  ])
  func `an answer without a value says so`(body: String, reason: String) throws {
    let json = try JSONValue(parsing: body)
    #expect(throws: ProviderFailure(reason)) { try GraphiteProvider.answer(from: json) }
  }
}
