import AnalysisCore
import HTTPTransport
import MetricProviders
import Primitives
import Testing

/// A provider of each kind, whose server is the one given; every secret that it has begins with `hunter2`.
struct ProviderCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// The provider's block of a manifest for a server at this URL.
  let manifest: @Sendable (String) -> JSONValue

  func spec(_ url: String) -> ProviderSpec { ProviderSpec([testDescription: manifest(url)]) }

  static let all = [
    ProviderCase(testDescription: "prometheus") { url in
      [
        "address": .string(url), "query": "up", "timeout": 20,
        "headers": [["key": "X-Token", "value": "hunter2-header"]],
        "authentication": ["basicAuth": ["username": "me", "password": "hunter2-basic"]],
      ]
    },
    ProviderCase(testDescription: "web") { url in
      [
        "url": .string(url + "/probe"), "timeoutSeconds": 20, "jsonPath": "{.a}",
        "headers": [["key": "Authorization", "value": "Bearer hunter2-bearer"]],
      ]
    },
    ProviderCase(testDescription: "datadog") { _ in ["query": "avg:x{*}", "requestTimeout": "20s"] },
    ProviderCase(testDescription: "newRelic") { _ in ["query": "SELECT 1", "timeout": 15] },
    ProviderCase(testDescription: "wavefront") { url in ["address": .string(url), "query": "ts(x)"] },
    ProviderCase(testDescription: "kayenta") { url in
      [
        "address": .string(url), "application": "shop", "canaryConfigName": "main",
        "metricsAccountName": "m", "configurationAccountName": "c", "storageAccountName": "s",
        "threshold": ["pass": 90, "marginal": 75],
        "scopes": [
          [
            "name": "default", "controlScope": ["scope": "stable", "region": "eu", "step": 60],
            "experimentScope": ["scope": "canary", "region": "eu", "step": 60],
          ]
        ],
      ]
    },
    ProviderCase(testDescription: "cloudWatch") { _ in
      [
        "metricDataQueries": [
          [
            "id": "rate",
            "metricStat": [
              "metric": ["namespace": "app", "metricName": "errors"], "period": 60, "stat": "Sum",
            ],
          ]
        ]
      ]
    },
    ProviderCase(testDescription: "graphite") { url in
      ["address": .string(url), "query": "target=app.errors"]
    },
    ProviderCase(testDescription: "influxdb") { _ in ["query": "from(bucket: \"b\")"] },
    ProviderCase(testDescription: "skywalking") { url in
      ["address": .string(url), "query": "query q { x }", "interval": "3m"]
    },
  ]

  static func named(_ name: String) -> ProviderCase {
    guard let found = all.first(where: { $0.testDescription == name }) else {
      preconditionFailure("no provider \(name)")
    }
    return found
  }

  static let now = Instant(secondsSinceEpoch: 1_700_000_000)

  /// A context in which every provider finds its credentials and the server.
  static func context(_ url: String, tls: TLSOptions = TLSOptions()) -> ProviderContext {
    func secret(_ name: String, _ keys: [String]) -> ProviderSecret {
      ProviderSecret(place: .controller, name: name, confidentialKeys: keys)
    }
    let wavefront = WavefrontQuery(["address": .string(url)]).secret
    return ProviderContext(
      client: HTTPClient(options: HTTPClientOptions(tls: tls)),
      now: now,
      environment: [
        "AWS_ENDPOINT_URL": url, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "hunter2-aws", "AWS_SESSION_TOKEN": "hunter2-session",
      ],
      secrets: [
        secret("datadog", ["api-key", "app-key"]): [
          "api-key": "hunter2-api\n", "app-key": "hunter2-app", "address": url,
        ],
        secret("newrelic", ["personal-api-key"]): [
          "personal-api-key": "hunter2-newrelic", "account-id": "17", "base-url-nerdgraph": url + "/graphql",
        ],
        wavefront: [url: "hunter2-wavefront"],
        secret("influxdb", ["authToken"]): ["authToken": "hunter2-influx", "org": "acme", "address": url],
      ],
      runStartedAt: Instant(secondsSinceEpoch: 1_699_999_000),
      interval: .seconds(60)
    )
  }

  /// Asks the provider at a server once.
  func ask(_ server: RawServer) async -> ProviderAnswer {
    await measure(provider: spec(server.url), context: Self.context(server.url))
  }
}
