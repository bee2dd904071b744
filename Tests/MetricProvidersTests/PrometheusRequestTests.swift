import AnalysisCore
import HTTPTransport
import Primitives
import Testing

@testable import MetricProviders

@Suite struct PrometheusRequestTests {
  private let now = Instant(secondsSinceEpoch: 1_700_000_000)

  private func query(_ json: JSONValue) -> PrometheusQuery { PrometheusQuery(json) }

  private func refusal(_ json: JSONValue) -> String? {
    do throws(ProviderFailure) {
      _ = try PrometheusProvider.request(for: query(json), now: now)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func `an instant query asks with what the spec says`() throws {
    let spec: JSONValue = [
      "address": "https://prom.example:9090/",
      "query": "sum(rate(http_requests_total{code=~\"5..\"}[1m])) / 2 + 1",
      "timeout": 5, "insecure": true, "headers": [["key": "X-Scope-OrgID", "value": "shop"]],
    ]
    let request = try PrometheusProvider.request(for: query(spec), now: now)
    #expect(request.method == "GET")
    #expect(
      request.url == "https://prom.example:9090/api/v1/query?query="
        + "sum%28rate%28http_requests_total%7Bcode%3D~%225..%22%7D%5B1m%5D%29%29%20%2F%202%20%2B%201"
    )
    #expect(request.headers == ["X-Scope-OrgID": "shop"])
    #expect(request.deadline == .seconds(5))
    #expect(request.connectTimeout == .seconds(5))
    #expect(request.insecure)
    #expect(request.body.isEmpty)
  }

  @Test func `the time limit is 30 seconds unless given`() throws {
    let request = try PrometheusProvider.request(
      for: query(["address": "http://p", "query": "up"]),
      now: now
    )
    #expect(request.deadline == .seconds(30))
    #expect(request.insecure == false)
  }

  @Test func `a query without an address asks the server of the environment`() async {
    let server = RawServer.answering { _ in
      RawServer.ok(#"{"status":"success","data":{"resultType":"scalar","result":[1,"7"]}}"#)
    }
    defer { server.stop() }
    let spec = ProviderSpec(["prometheus": ["query": "up"]])
    var context = ProviderContext(
      client: HTTPClient(),
      now: now,
      environment: ["ARGO_ROLLOUTS_PROMETHEUS_ADDRESS": server.url]
    )
    #expect(await measure(provider: spec, context: context).value == .number(7))
    context = ProviderContext(client: HTTPClient(), now: now)
    #expect(await measure(provider: spec, context: context).error != nil)
  }

  @Test(arguments: [
    ("http://p:9090", "http://p:9090/api/v1/query?query=up"),
    ("http://p/prometheus//", "http://p/prometheus/api/v1/query?query=up"),
    ("http://p?tenant=a", "http://p/api/v1/query?tenant=a&query=up"),
    ("http://p/x/?tenant=a#top", "http://p/x/api/v1/query?tenant=a&query=up"),
  ])
  func `the API is below the address`(address: String, url: String) throws {
    let request = try PrometheusProvider.request(
      for: PrometheusQuery(address: address, query: "up"),
      now: now
    )
    #expect(request.url == url)
  }

  @Test func `a spec without an address asks the default`() throws {
    let spec = PrometheusQuery(address: "", query: "up")
    let request = try PrometheusProvider.request(for: spec, now: now, defaultAddress: "http://d")
    #expect(request.url == "http://d/api/v1/query?query=up")
    #expect(refusal(["query": "up"]) == "no address is given")
  }

  @Test func `a range query counts from now`() throws {
    let spec: JSONValue = [
      "address": "http://p", "query": "up",
      "rangeQuery": ["start": "now() - duration(\"5m\")", "end": "now()", "step": "30s"],
    ]
    let request = try PrometheusProvider.request(for: query(spec), now: now)
    #expect(
      request.url
        == "http://p/api/v1/query_range?query=up&start=1699999700.000&end=1700000000.000&step=30.000"
    )
  }

  @Test func `a long query goes into the body`() throws {
    let long = String(repeating: "x", count: 3000)
    let request = try PrometheusProvider.request(
      for: PrometheusQuery(address: "http://p", query: long),
      now: now
    )
    #expect(request.method == "POST")
    #expect(request.url == "http://p/api/v1/query")
    #expect(request.headers["Content-Type"] == "application/x-www-form-urlencoded")
    #expect(request.body == Array("query=\(long)".utf8))
  }

  @Test(arguments: [
    ("Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), ("a", "b", "Basic YTpi"),
    ("é", "", "Basic w6k6"),
  ])
  func `basic authentication is a header`(user: String, password: String, header: String) throws {
    let authentication = ProviderAuthentication.basic(username: user, password: password)
    let spec = PrometheusQuery(address: "http://p", query: "up", authentication: authentication)
    #expect(try PrometheusProvider.request(for: spec, now: now).headers["authorization"] == header)
  }

  @Test func `a bearer token is a header, by itself or written out`() throws {
    var spec = PrometheusQuery(address: "http://p", query: "up", authentication: .bearer(token: "t"))
    #expect(try PrometheusProvider.request(for: spec, now: now).headers["authorization"] == "Bearer t")
    spec.authentication = .none
    spec.headers = [HeaderField(name: "Authorization", value: "Bearer u")]
    #expect(try PrometheusProvider.request(for: spec, now: now).headers["authorization"] == "Bearer u")
  }

  @Test(
    arguments: [
      (["address": "p:9090", "query": "up"], "the address \"p:9090\" is no http or https URL"),
      (["address": "http://p"], "the query is empty"),
      (
        ["address": "http://p", "query": "up", "authentication": ["ntlm": ["region": "eu"]]],
        "authentication by ntlm is not supported"
      ),
      (
        [
          "address": "http://p", "query": "up",
          "rangeQuery": ["start": "now()", "end": "now()", "step": "often"],
        ],
        "the step \"often\" of the range query is no positive duration"
      ),
      (
        [
          "address": "http://p", "query": "up",
          "rangeQuery": ["start": "now()", "end": "now() - duration(\"1m\")", "step": "1s"],
        ], "the range query ends before it starts"
      ),
    ] as [(JSONValue, String)]
  )
  func `a spec that cannot be asked says why`(json: JSONValue, reason: String) {
    #expect(refusal(json) == reason)
  }

  @Test func `a range that is no time says which end`() throws {
    let reason = try #require(
      refusal([
        "address": "http://p", "query": "up",
        "rangeQuery": ["start": "yesterday", "end": "now()", "step": "1s"],
      ])
    )
    #expect(reason.hasPrefix("the start \"yesterday\" of the range query: "))
  }
}
