import AnalysisCore
import Primitives
import Testing

@Suite("What is wrong with a provider")
struct ProviderIssuesTests {
  private static let kayenta: JSONValue = [
    "address": "http://k", "application": "a", "canaryConfigName": "c",
    "threshold": ["pass": 90, "marginal": 75],
    "scopes": [["name": "default", "controlScope": ["step": 60], "experimentScope": ["step": 60]]],
  ]
  private static let stat: JSONValue = [
    "id": "a", "metricStat": ["metric": ["namespace": "n", "metricName": "m"], "period": 60, "stat": "Sum"],
  ]

  @Test(
    "is nothing, where all is there",
    arguments: [
      ["prometheus": ["query": "up"]],
      ["prometheus": ["query": "up", "authentication": ["sigv4": ["region": "eu"]]]],
      ["web": ["url": "http://w", "method": "PUT", "jsonBody": ["a": 1]]],
      ["datadog": ["query": "q"]], ["datadog": ["apiVersion": "v2", "query": "q", "aggregator": "max"]],
      ["datadog": ["apiVersion": "v2", "queries": ["a": "q", "b": "q"], "formula": "a / b"]],
      // Arguments without a value stand as 0.
      ["datadog": ["apiVersion": "0", "query": "0", "interval": "0", "requestTimeout": "0"]],
      ["newRelic": ["query": "SELECT 1", "timeout": 10]], ["wavefront": ["address": "w", "query": "q"]],
      ["kayenta": kayenta], ["cloudWatch": ["metricDataQueries": [stat, ["id": "e", "expression": "a/2"]]]],
      ["graphite": ["address": "http://g", "query": "target=a"]], ["influxdb": ["query": "from()"]],
      ["skywalking": ["address": "http://s", "query": "q", "interval": "3m"]], ["job": ["spec": [:]]],
    ] as [JSONValue]
  )
  func good(json: JSONValue) {
    #expect(ProviderSpec(json).issues(at: "provider").isEmpty)
  }

  @Test(
    "has a path and a reason",
    arguments: [
      (["prometheus": [:]], ["prometheus.query: a query is needed"]),
      (
        ["prometheus": ["query": "q", "authentication": ["oauth2": ["tokenUrl": "http://t"]]]],
        [
          "prometheus.authentication.oauth2.clientId: oauth2 needs a clientId",
          "prometheus.authentication.oauth2.clientSecret: oauth2 needs a clientSecret",
        ]
      ),
      (
        ["web": ["url": "http://w", "body": "b", "jsonBody": [:], "method": "delete"]],
        [
          "web.method: method DELETE is not GET, POST or PUT",
          "web: use either body or jsonBody; both cannot exist",
        ]
      ),
      (["datadog": [:]], ["datadog.query: a query, or queries, is needed"]),
      (
        ["datadog": ["query": "q", "queries": ["a": "q"], "apiVersion": "v2"]],
        ["datadog.queries: use either query or queries; both cannot exist"]
      ),
      (
        ["datadog": ["queries": ["a": "q"], "aggregator": "sum"]],
        [
          "datadog.queries: queries need apiVersion v2; v1 has query",
          "datadog.aggregator: an aggregator needs apiVersion v2",
        ]
      ),
      (
        ["datadog": ["apiVersion": "v3", "query": "q", "formula": "a"]],
        [
          "datadog.apiVersion: apiVersion v3 is not v1 or v2",
          "datadog.formula: a formula is for queries, not for query",
        ]
      ),
      (
        [
          "datadog": [
            "apiVersion": "v2", "queries": ["a": "q", "b": "q"], "interval": "soon", "requestTimeout": "-1s",
          ]
        ],
        [
          "datadog.formula: several queries need a formula",
          "datadog.interval: invalid interval string: soon",
          "datadog.requestTimeout: requestTimeout must be greater than zero",
        ]
      ),
      (
        ["newRelic": ["timeout": -1]],
        ["newRelic.query: a query is needed", "newRelic.timeout: timeout must not be negative"]
      ),
      (
        ["wavefront": [:]], ["wavefront.address: an address is needed", "wavefront.query: a query is needed"]
      ),
      (
        ["kayenta": ["address": "http://k", "application": "a", "threshold": ["pass": 1, "marginal": 2]]],
        [
          "kayenta.canaryConfigName: the name of a canary configuration is needed",
          "kayenta.scopes: a scope is needed",
          "kayenta.threshold: the marginal threshold is above the one to pass",
        ]
      ),
      (
        ["cloudWatch": ["interval": "0s"]],
        [
          "cloudWatch.interval: interval must be greater than zero",
          "cloudWatch.metricDataQueries: a query is needed",
        ]
      ),
      (
        ["cloudWatch": ["metricDataQueries": [stat, ["expression": ""]]]],
        [
          "cloudWatch.metricDataQueries[1].id: an id is needed",
          "cloudWatch.metricDataQueries[1]: use either expression or metricStat",
        ]
      ),
      (["graphite": ["query": "target=a"]], ["graphite.address: an address is needed"]),
      (["influxdb": [:]], ["influxdb.query: a query is needed"]),
      (
        ["skywalking": ["interval": "x"]],
        [
          "skywalking.address: an address is needed", "skywalking.query: a query is needed",
          "skywalking.interval: invalid interval string: x",
        ]
      ),
    ] as [(JSONValue, [String])]
  )
  func bad(json: JSONValue, issues: [String]) {
    #expect(
      ProviderSpec(json).issues(at: "spec.metrics[0].provider").map(\.description)
        == issues.map {
          "spec.metrics[0].provider.\($0)"
        }
    )
  }

  @Test("does not hide which Secrets it needs")
  func secrets() {
    func names(_ json: JSONValue, _ environment: [String: String] = [:]) -> [String] {
      ProviderSpec(json).neededSecrets(environment: environment).map { "\($0.place) \($0.name)" }
    }
    let variables = ["DD_API_KEY": "a", "DD_APP_KEY": "b", "DD_ADDRESS": "c"]
    #expect(names(["datadog": [:]]) == ["controller datadog"])
    #expect(names(["datadog": [:]], variables).isEmpty)
    #expect(names(["datadog": [:]], ["DD_API_KEY": "a", "DD_APP_KEY": "b"]) == ["controller datadog"])
    #expect(names(["datadog": ["secretRef": ["name": "x"]]], variables) == ["controller x"])
    #expect(names(["datadog": ["secretRef": ["name": "x", "namespaced": true]]], variables) == ["run x"])
    #expect(names(["datadog": ["secretRef": ["namespaced": true]]]) == ["controller datadog"])
    #expect(names(["newRelic": [:]]) == ["controller newrelic"])
    #expect(names(["newRelic": ["profile": "p"]]) == ["controller p"])
    #expect(names(["wavefront": ["address": "w"]]) == ["controller wavefront-api-tokens"])
    #expect(names(["influxdb": [:]]) == ["controller influxdb"])
    #expect(names(["influxdb": ["profile": "p"]]) == ["controller p"])
    for name in ["prometheus", "web", "kayenta", "cloudWatch", "graphite", "skywalking", "job"] {
      #expect(names(.object([name: [:]])).isEmpty)
    }
  }

  @Test("never shows a secret of its authentication")
  func redaction() {
    let block: JSONValue = ["tokenUrl": "http://t", "clientId": "me", "clientSecret": "hunter2"]
    let oauth2 = ProviderAuthentication(["oauth2": block, "basicAuth": ["password": "hunter2"]])
    #expect("\(oauth2)" == "oauth2 me:***** at http://t")
    #expect(
      !String(describing: ProviderSpec(["web": ["url": "u", "authentication": ["oauth2": block]]])).contains(
        "hunter2"
      )
    )
    let sigv4 = ProviderAuthentication(["sigv4": ["region": "eu", "roleArn": "r"], "oauth2": block])
    #expect(sigv4 == .sigv4(AWSIdentity(region: "eu", roleARN: "r")))
  }
}
