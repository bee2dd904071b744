import AnalysisCore
import Primitives
import Testing

@Suite("A provider")
struct ProviderSpecTests {
  @Test("of Prometheus is read with its defaults")
  func prometheus() {
    let plain = PrometheusQuery(["address": "http://p", "query": "up"])
    #expect(plain == PrometheusQuery(address: "http://p", query: "up"))
    #expect(plain.timeout == .seconds(30))
    let full = PrometheusQuery([
      "address": "http://p", "query": "up", "timeout": 5, "insecure": true,
      "headers": [["key": "X-Scope", "value": "a"], ["value": "lost"]],
      "authentication": [
        "sigv4": ["region": ""], "oauth2": [:], "basicAuth": ["username": "u", "password": "p4ss"],
      ],
      "rangeQuery": ["start": "now() - duration(\"5m\")", "end": "now()", "step": "1m"],
    ])
    #expect(full.timeout == .seconds(5) && full.insecure)
    #expect(full.headers == [HeaderField(name: "X-Scope", value: "a")])
    #expect(full.authentication == .basic(username: "u", password: "p4ss"))
    #expect(full.rangeQuery?.step == "1m")
    #expect(!"\(full)".contains("p4ss"))
  }

  @Test("says which authentication it does not know")
  func authentication() {
    #expect(ProviderAuthentication(["ntlm": ["region": "eu"]]) == .unsupported("ntlm"))
    #expect(ProviderAuthentication(["bearer": ["token": "t"]]) == .bearer(token: "t"))
    #expect(ProviderAuthentication(nil) == .none)
  }

  @Test("of the web is read with its defaults")
  func web() {
    let query = WebQuery(["url": "http://w", "method": "post", "jsonBody": ["a": 1], "timeoutSeconds": "3"])
    #expect(query.method == "POST" && query.jsonBody == ["a": 1] && query.timeoutSeconds == 3)
    #expect(query.jsonPath == "{$}")
    #expect(WebQuery(["url": "u"]).timeoutSeconds == 10)
  }

  @Test("that nobody knows keeps its name")
  func unknown() {
    #expect(ProviderSpec(["opsmx": [:]]) == .unsupported("opsmx"))
    guard case .plugin(let query) = ProviderSpec(["plugin": ["acme/x": ["a": 1]]]) else {
      return #expect(Bool(false), "no plugin")
    }
    #expect(query.name == "acme/x" && query.config == ["a": 1])
    #expect(ProviderSpec(["plugin": [:]]) == .unsupported("plugin"))
    #expect(ProviderSpec(.null) == .unsupported(""))
    #expect(ProviderSpec(["job": ["spec": [:]]]).usesConditions == false)
  }

  @Test("that is no object, or full of other types, is read without a complaint")
  func hostile() {
    for json in [
      JSONValue.null, 1, "x", [], ["prometheus": 5], ["web": [1]],
      ["prometheus": ["headers": 7, "timeout": []]],
    ] {
      _ = ProviderSpec(json)
      _ = MetricSpec(json)
      _ = planAnalysisRun(run: json, now: Instant(secondsSinceEpoch: 0))
      _ = summaryLines(of: json)
      _ = analysisIssues(in: json)
      _ = planAnalysisRun(
        run: ["spec": ["metrics": [json]], "status": json],
        now: Instant(secondsSinceEpoch: 0)
      )
      _ = summaryLines(of: ["spec": json, "status": ["metricResults": [json, ["measurements": [json]]]]])
    }
  }
}
