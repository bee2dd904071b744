import AnalysisCore
import Glibc
import HTTPTransport
import MetricProviders
import Primitives
import Testing
import YAMLEdit

/// The ready templates, asked about a good canary, a bad one and none that Debian's Prometheus knows of.
@Suite(
  .serialized,
  .timeLimit(.minutes(2)),
  .enabled(if: LocalServer.hasPrometheus, "no prometheus here")
)
struct AnalysisTemplateTests {
  static let templates = [
    "gateway-api-traefik", "nginx", "istio", "linkerd", "error-budget-burn-rate", "cpu-throttling",
    "memory-growth", "restarts-and-oom-kills", "log-error-rate",
  ]

  private static let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  @Test func `every template passes a good canary, stops a bad one, and waits where nothing is known`()
    async throws
  {
    let server = try LocalServer.prometheus(series: SyntheticSeries.text(now: Int(time(nil))))
    defer { server.stop() }
    try await server.prometheusIsReady()
    let context = ProviderContext(client: HTTPClient(), now: Instant(secondsSinceEpoch: Int64(time(nil))))
    for name in Self.templates {
      let template = try Self.template(name)
      for (canary, phase) in [("good", "Successful"), ("bad", "Failed"), ("none", "Inconclusive")] {
        let run = try Self.run(template, canary, server.url)
        let status = await Self.play(run, context)
        #expect(status["phase"]?.string == phase, "\(name) of \(canary): \(status.text())")
      }
    }
  }

  @Test func `every template is sound, and every one is told of in the README`() throws {
    let readme = try Self.read("README.md")
    var names: [String] = []
    for entry in try Self.entries() where entry.hasSuffix(".yaml") {
      let name = String(entry.dropLast(".yaml".count))
      names.append(name)
      let template = try Self.template(name)
      #expect(template.at("metadata", "name")?.string == name)
      #expect(analysisIssues(in: template).isEmpty, "\(name): \(analysisIssues(in: template))")
      #expect(readme.contains("| `\(name)` |"))
    }
    #expect(Set(names) == Set(Self.templates + ["smoke-test-job", "http-check"]))
  }

  /// A run of the template about a canary.
  private static func run(_ template: JSONValue, _ canary: String, _ prometheus: String) throws -> JSONValue {
    let given = [
      "prometheus": prometheus, "service": canary, "namespace": "shop", "workload": canary,
      "pod": "\(canary)-.*", "canary-pods": "\(canary)-.*", "stable-pods": "stable-.*",
      "requests": "http_requests_total{service=\"\(canary)\"}",
      "errors": "http_errors_total{service=\"\(canary)\"}", "count": "2",
    ]
    let spec = try TemplateComposition.compose(
      ["templates": [["templateName": "t"]]],
      arguments: given.map { AnalysisArgument(name: $0.key, value: $0.value) }
    ) { _ in template }
    return ["metadata": ["name": "run", "namespace": "shop"], "spec": spec]
  }

  /// Plays the run to its end; waits pass at once.
  private static func play(_ run: JSONValue, _ context: ProviderContext) async -> JSONValue {
    var work = AnalysisRunWork(run)
    var now = context.now
    var taken: [TakenMeasurement] = []
    for _ in 0..<200 where work.phase?.isCompleted != true {
      let plan = work.advance(with: taken, now: now)
      taken = []
      for name in plan.measure {
        guard let measurement = await measurement(name, run, context, at: now) else { continue }
        taken.append(TakenMeasurement(metric: name, measurement: measurement))
      }
      if taken.isEmpty { now = plan.wake ?? now }
    }
    return work.status
  }

  private static func measurement(
    _ name: String,
    _ run: JSONValue,
    _ context: ProviderContext,
    at now: Instant
  ) async -> Measurement? {
    guard let metric = try? metricToMeasure(name, of: run) else { return nil }
    let answer = await measure(provider: metric.provider, context: context)
    if let minimum = metric.minSamples {
      let counted = await measure(provider: minimum.provider, context: context).value ?? .missing
      let few = metric.insufficientMeasurement(
        of: answer.value ?? .missing,
        samples: MinimumSamples.samples(in: counted) ?? 0,
        startedAt: now,
        finishedAt: now
      )
      if let few { return few }
    }
    guard let value = answer.value else {
      return metric.measurement(failing: answer.error ?? "no value", startedAt: now, finishedAt: now)
    }
    return metric.measurement(of: value, startedAt: now, finishedAt: now)
  }

  private static func template(_ name: String) throws -> JSONValue {
    try #require(try YAML.parse(Array(read("\(name).yaml").utf8)).first?.json)
  }

  private static func read(_ file: String) throws -> String {
    let handle = try #require(fopen("/\(folder)/analysis-templates/\(file)", "r"), "no \(file)")
    defer { fclose(handle) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, handle)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  private static func entries() throws -> [String] {
    let handle = try #require(opendir("/\(folder)/analysis-templates"))
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
        }
      )
    }
    return names
  }
}

/// Two hours of what a good and a bad canary, and stable, look like to those who watch them.
private enum SyntheticSeries {
  /// OpenMetrics: a sample every 15 seconds of counters and gauges that grow evenly.
  static func text(now: Int) -> String {
    var byName: [String: [(labels: String, perSecond: Double, base: Double)]] = [:]
    func add(_ name: String, _ labels: String, _ perSecond: Double, base: Double = 0) {
      byName[name, default: []].append((labels, perSecond, base))
    }
    for (canary, errors) in [("good", 0.0), ("bad", 2.0)] {
      requests(canary, errors, add)
      latencies(canary, add)
    }
    for (pods, throttled, growth, restarts) in [
      ("stable", 0.5, 100.0, 0.0), ("good", 0.6, 150, 0), ("bad", 5, 60_000, 0.005),
    ] {
      let labels = "namespace=\"shop\",pod=\"\(pods)-1\",container=\"web\""
      add("container_cpu_cfs_periods_total", labels, 10)
      add("container_cpu_cfs_throttled_periods_total", labels, throttled)
      add("container_memory_working_set_bytes", labels, growth, base: 1e8)
      add("kube_pod_container_status_restarts_total", labels, restarts)
      guard restarts > 0 else { continue }
      let killed = "\(labels),reason=\"OOMKilled\""
      add("kube_pod_container_status_last_terminated_reason", killed, 0, base: 1)
    }
    var lines: [String] = []
    for (name, series) in byName.sorted(by: { $0.key < $1.key }) {
      lines.append("# TYPE \(name) unknown")
      for (labels, perSecond, base) in series {
        for second in stride(from: 0, through: 7200, by: 15) {
          lines.append("\(name){\(labels)} \(base + perSecond * Double(second)) \(now - 7200 + second)")
        }
      }
    }
    return (lines + ["# EOF", ""]).joined(separator: "\n")
  }

  private static func requests(
    _ canary: String,
    _ errors: Double,
    _ add: (String, String, Double, Double) -> Void
  ) {
    let istio =
      "reporter=\"destination\",destination_service_namespace=\"shop\",destination_workload=\"\(canary)\""
    let linkerd = "namespace=\"shop\",pod=\"\(canary)-1\",direction=\"inbound\""
    let counters = [
      ("traefik_service_requests_total", "service=\"\(canary)\"", "code=\"200\"", "code=\"503\""),
      (
        "nginx_ingress_controller_requests", "namespace=\"shop\",service=\"\(canary)\"", "status=\"200\"",
        "status=\"502\""
      ), ("istio_requests_total", istio, "response_code=\"200\"", "response_code=\"503\""),
      ("response_total", linkerd, "classification=\"success\"", "classification=\"failure\""),
      ("log_messages_total", "namespace=\"shop\",pod=\"\(canary)-1\"", "level=\"INFO\"", "level=\"ERROR\""),
    ]
    for (name, labels, well, badly) in counters {
      add(name, "\(labels),\(well)", 10 - errors, 0)
      // Who never failed has no series of failures.
      if errors > 0 { add(name, "\(labels),\(badly)", errors, 0) }
    }
    add("http_requests_total", "service=\"\(canary)\"", 10, 0)
    if errors > 0 { add("http_errors_total", "service=\"\(canary)\"", errors, 0) }
  }

  private static func latencies(_ canary: String, _ add: (String, String, Double, Double) -> Void) {
    let istio =
      "reporter=\"destination\",destination_service_namespace=\"shop\",destination_workload=\"\(canary)\""
    let linkerd = "namespace=\"shop\",pod=\"\(canary)-1\",direction=\"inbound\""
    let histograms = [
      ("traefik_service_request_duration_seconds_bucket", "service=\"\(canary)\"", ["0.1", "0.3", "1.2"]),
      (
        "nginx_ingress_controller_request_duration_seconds_bucket",
        "namespace=\"shop\",service=\"\(canary)\"", ["0.1", "0.3", "1.2"]
      ), ("istio_request_duration_milliseconds_bucket", istio, ["100", "300", "1200"]),
      ("response_latency_ms_bucket", linkerd, ["100", "300", "1200"]),
    ]
    let shares = canary == "good" ? [0.8, 0.99, 1, 1] : [0.3, 0.5, 1, 1]
    for (name, labels, bounds) in histograms {
      for (bound, share) in zip(bounds + ["+Inf"], shares) {
        add(name, "\(labels),le=\"\(bound)\"", 10 * share, 0)
      }
    }
  }
}
