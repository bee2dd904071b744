package import Primitives

/// Whom a metric asks, and what: the `provider` of a metric.
package enum ProviderSpec: Sendable, Hashable {
  case prometheus(PrometheusQuery)
  case web(WebQuery)
  case datadog(DatadogQuery)
  case newRelic(NewRelicQuery)
  case wavefront(WavefrontQuery)
  case kayenta(KayentaJudgement)
  case cloudWatch(CloudWatchQuery)
  case graphite(GraphiteQuery)
  case influxDB(InfluxDBQuery)
  case skyWalking(SkyWalkingQuery)
  /// A Job whose completion is the measurement: its `metadata` and `spec`.
  case job(JSONValue)
  /// A program of the controller's configuration, which answers with a value or a verdict.
  case plugin(PluginQuery)
  /// A provider that is known to nobody here, such as one of a later version; with its name in the manifest.
  case unsupported(String)

  /// Reads a provider leniently; the first name in alphabetical order counts when there are several, and validation
  /// refuses those.
  package init(_ json: JSONValue) {
    let names = Self.names(in: json)
    guard let name = names.first, let value = json[name] else {
      self = .unsupported("")
      return
    }
    switch name {
    case "prometheus": self = .prometheus(PrometheusQuery(value))
    case "web": self = .web(WebQuery(value))
    case "datadog": self = .datadog(DatadogQuery(value))
    case "newRelic": self = .newRelic(NewRelicQuery(value))
    case "wavefront": self = .wavefront(WavefrontQuery(value))
    case "kayenta": self = .kayenta(KayentaJudgement(value))
    case "cloudWatch": self = .cloudWatch(CloudWatchQuery(value))
    case "graphite": self = .graphite(GraphiteQuery(value))
    case "influxdb": self = .influxDB(InfluxDBQuery(value))
    case "skywalking": self = .skyWalking(SkyWalkingQuery(value))
    case "job": self = .job(value)
    case "plugin": self = PluginQuery(value).map { .plugin($0) } ?? .unsupported("plugin")
    default: self = .unsupported(name)
    }
  }

  /// The names of all providers given; every key of `plugin` counts as one.
  static func names(in json: JSONValue) -> [String] {
    let fields = (json.object ?? [:]).filter { !$0.value.isNull }
    return fields.keys.sorted().flatMap { name in
      Array(repeating: name, count: name == "plugin" ? max(1, fields[name]?.object?.count ?? 0) : 1)
    }
  }

  /// The provider's name in the manifest.
  package var name: String {
    switch self {
    case .prometheus: "prometheus"
    case .web: "web"
    case .datadog: "datadog"
    case .newRelic: "newRelic"
    case .wavefront: "wavefront"
    case .kayenta: "kayenta"
    case .cloudWatch: "cloudWatch"
    case .graphite: "graphite"
    case .influxDB: "influxdb"
    case .skyWalking: "skywalking"
    case .job: "job"
    case .plugin(let query): "plugin \(query.name)"
    case .unsupported(let name): name
    }
  }

  /// Whether success and failure conditions decide about the answer; a Job and Kayenta decide by themselves.
  package var usesConditions: Bool {
    switch self {
    case .prometheus, .web, .datadog, .newRelic, .wavefront, .cloudWatch, .graphite, .influxDB, .skyWalking,
      .plugin:
      true
    case .kayenta, .job, .unsupported: false
    }
  }

  /// The Secrets that the provider itself reads, given the controller's environment; each must be there.
  package func neededSecrets(environment: [String: String]) -> [ProviderSecret] {
    switch self {
    case .datadog(let query): query.secret(environment: environment).map { [$0] } ?? []
    case .newRelic(let query): [query.secret]
    case .wavefront(let query): [query.secret]
    case .influxDB(let query): [query.secret]
    case .prometheus, .web, .kayenta, .cloudWatch, .graphite, .skyWalking, .job, .plugin, .unsupported: []
    }
  }

  /// What is wrong with the provider's fields, with paths that begin with the given one (`spec.metrics[0].provider`).
  ///
  /// Only what no server could answer. An argument without a value stands as `0`, which any field may hold.
  package func issues(at path: String) -> [AnalysisIssue] {
    let found: [ProviderIssue]
    switch self {
    case .prometheus(let query): found = query.issues()
    case .web(let query): found = query.issues()
    case .datadog(let query): found = query.issues()
    case .newRelic(let query): found = query.issues()
    case .wavefront(let query): found = query.issues()
    case .kayenta(let judgement): found = judgement.issues()
    case .cloudWatch(let query): found = query.issues()
    case .graphite(let query): found = query.issues()
    case .influxDB(let query): found = query.issues()
    case .skyWalking(let query): found = query.issues()
    case .job, .plugin: found = []
    case .unsupported(let name):
      return [AnalysisIssue(path: path, reason: "provider \(name) is not supported")]
    }
    return found.map { issue in
      let field = issue.field.isEmpty ? "\(path).\(name)" : "\(path).\(name).\(issue.field)"
      return AnalysisIssue(path: field, reason: issue.reason)
    }
  }
}

/// A scalar as text; manifests write numbers where strings are meant. Anything else is empty.
func scalarText(_ json: JSONValue?) -> String {
  switch json {
  case .string(let text): text
  case .int(let number): String(number)
  case .double(let number): GoFormat.general(number)
  case .bool(let value): String(value)
  case .null, .array, .object, nil: ""
  }
}
