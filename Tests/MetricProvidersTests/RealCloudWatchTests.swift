import AnalysisCore
import Glibc
import HTTPTransport
import MetricProviders
import Primitives
import Testing

private let motoServer = ".venv/bin/moto_server"

/// Moto, which plays AWS on loopback: CloudWatch takes points and gives them back, the token service gives keys of roles.
@Suite(
  .serialized,
  .timeLimit(.minutes(2)),
  .enabled(if: access(motoServer, X_OK) == 0, "no moto here; make setup installs it")
)
struct RealCloudWatchTests {
  private func moto() throws -> LocalServer {
    let server = try LocalServer()
    try server.start(motoServer, "-H", "127.0.0.1", "-p", "\(server.port)")
    return server
  }

  private let now = Instant(secondsSinceEpoch: Int64(time(nil)))

  private func context(_ server: LocalServer, _ more: [String: String] = [:]) -> ProviderContext {
    let environment = [
      "AWS_ENDPOINT_URL": server.url, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
      "AWS_SECRET_ACCESS_KEY": "hunter2",
    ]
    return ProviderContext(
      client: HTTPClient(),
      now: now,
      environment: environment.merging(more) { $1 },
      readFile: { $0 == "/token" ? Array("header.payload.signature".utf8) : nil }
    )
  }

  private static func stat(_ id: String, _ name: String) -> JSONValue {
    [
      "id": .string(id),
      "metricStat": [
        "metric": [
          "namespace": "shop", "metricName": .string(name), "dimensions": [["name": "app", "value": "web"]],
        ],
        "period": 3600, "stat": "Sum",
      ],
    ]
  }

  private func ask(_ queries: [JSONValue], _ context: ProviderContext) async -> ProviderAnswer {
    let block: JSONValue = ["interval": "3h", "metricDataQueries": .array(queries)]
    return await measure(provider: ProviderSpec(["cloudWatch": block]), context: context)
  }

  /// Stores a point as the tools of AWS do.
  private func put(_ name: String, _ value: Double, _ server: LocalServer) async throws {
    let datum = "MetricData.member.1."
    let form = [
      "Action=PutMetricData", "Version=2010-08-01", "Namespace=shop", "\(datum)MetricName=\(name)",
      "\(datum)Value=\(value)", "\(datum)Dimensions.member.1.Name=app",
      "\(datum)Dimensions.member.1.Value=web",
      "\(datum)Timestamp=\((now + .seconds(-60)).rfc3339)",
    ].joined(separator: "&")
    let credential = "Credential=A/20260101/eu-west-1/monitoring/aws4_request"
    try await server.post("/", form, authorization: "AWS4-HMAC-SHA256 \(credential), Signature=x")
  }

  @Test func `points that were stored come back with the names of the expression language`() async throws {
    let server = try moto()
    defer { server.stop() }
    try await put("errors", 3, server)
    try await put("errors", 4, server)
    try await put("requests", 100, server)
    let queries = [
      Self.stat("errors", "errors"), Self.stat("requests", "requests"), Self.stat("none", "nothing"),
    ]
    let answer = await ask(queries, context(server))
    guard case .json(let results) = answer.value else {
      Issue.record("\(answer)")
      return
    }
    let sums = (results.array ?? []).map { result in
      (result["Values"]?.array ?? []).compactMap(\.double).reduce(0, +)
    }
    #expect(sums == [7, 100, 0], "\(answer)")
    #expect(results[0]?["Id"] == "errors" && results[0]?["StatusCode"] == "Complete")
    #expect(!answer.isEmpty && answer.shortfall == nil)
    let metric = MetricSpec([
      "name": "m", "provider": ["cloudWatch": ["metricDataQueries": .array(queries)]],
      "successCondition": "sum(result[0].Values) / sum(result[1].Values) < 0.1 && len(result[2].Values) == 0",
    ])
    let measurement = metric.measurement(of: .json(results), startedAt: now, finishedAt: now)
    #expect(measurement.phase == .successful, "\(measurement)")
    let nothing = await ask([Self.stat("none", "nothing")], context(server))
    #expect(nothing.isEmpty && nothing.error == nil)
  }

  @Test func `keys of roles come from the token service`() async throws {
    let server = try moto()
    defer { server.stop() }
    try await put("errors", 5, server)
    let workload = context(
      server,
      [
        "AWS_ACCESS_KEY_ID": "", "AWS_WEB_IDENTITY_TOKEN_FILE": "/token",
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/serin",
      ]
    )
    let answer = await ask([Self.stat("errors", "errors")], workload)
    #expect(answer.error == nil && !answer.isEmpty, "\(answer)")
    // A role for Prometheus is assumed with a signature; what is asked for then is no workspace, but was signed.
    let spec = ProviderSpec([
      "prometheus": [
        "address": .string(server.url), "query": "up",
        "authentication": ["sigv4": ["roleArn": "arn:aws:iam::123456789012:role/reader"]],
      ]
    ])
    let asked = await measure(provider: spec, context: context(server))
    #expect(asked.error?.contains("/api/v1/query: the server answered") == true, "\(asked)")
  }
}
