import Glibc
import HTTPTransport
import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// A real Prometheus scrapes the shop's pods, and decides.
  @Suite(.enabled(if: access("/usr/bin/prometheus", X_OK) == 0, "prometheus is not installed"))
  struct RealPeersPrometheusTests {
    @Test(.timeLimit(.minutes(3)))
    func prometheusPromotesAGoodVersionAndStopsABadOne() async throws {
      try await Stage.run(pods: .processes) { stage in
        let prometheus = try await Prometheus(in: stage.folder)
        let visitor = HTTPClient()
        let controller = try Controller(on: stage)
        do {
          try await stage.apply(Self.manifests("v1", prometheus.url))
          try await wait(stage, for: "Healthy", image: "shop:v1", prometheus, visitor)
          try await stage.apply(Self.manifests("v2", prometheus.url))
          try await wait(stage, for: "Healthy", image: "shop:v2", prometheus, visitor)
          let good = try await measurements(stage, of: "Successful")
          #expect(good.count >= 2 && good.allSatisfy { $0 == "[1]" }, "\(good)")

          try await stage.apply(Self.manifests("v3", prometheus.url))
          try await wait(stage, for: "Degraded", image: "shop:v3", prometheus, visitor)
          let bad = try await measurements(stage, of: "Failed")
          // Every fifth answer of v3 is an error; a short window does not hit it exactly.
          let rate = bad.last.flatMap { Double($0.dropFirst().dropLast()) } ?? 1
          #expect(rate > 0.5 && rate < 0.95, "\(bad)")
          let report = try await stage.serin("get", "rollout", "web").output
          #expect(
            report.contains("shop:v2 (stable)") && report.contains("Metric \"success-rate\""),
            "\(report)"
          )
        } catch {
          print(controller.logTail())
          await visitor.shutdown()
          await controller.stop()
          throw error
        }
        await visitor.shutdown()
        #expect(await controller.stop())
      }
    }

    /// Waits for a phase, while users visit every pod and Prometheus learns of new pods.
    private func wait(
      _ stage: Stage,
      for phase: String,
      image: String,
      _ prometheus: Prometheus,
      _ visitor: HTTPClient
    ) async throws {
      try await waitUntil("\(phase) at \(image)", within: .seconds(60), every: .milliseconds(50)) {
        let pods = try await stage.list(.pods, "default").compactMap { $0.status["podIP"]?.string }
        try prometheus.scrape(pods.map { "\($0):8080" })
        for address in pods {
          // A pod that ends does not answer, and that is no matter.
          let request = HTTPRequest(method: "GET", url: "http://\(address):8080/", deadline: .seconds(2))
          _ = try? await visitor.send(request)
        }
        let rollout = try await stage.get(.rollouts, "default", "web") ?? .null
        return rollout.status["phase"]?.string == phase && Shop.image(of: rollout) == image
          && rollout.status["observedGeneration"]?.string == "\(rollout.generation)"
      }
    }

    /// The values that runs in a phase measured, those that came to a verdict.
    private func measurements(_ stage: Stage, of phase: String) async throws -> [String] {
      try await stage.list(.analysisRuns, "default").filter { $0.status["phase"]?.string == phase }
        .flatMap { $0.status["metricResults"]?[0]?["measurements"]?.array ?? [] }
        .filter { $0["phase"]?.string == phase }.compactMap { $0["value"]?.string }
    }

    private static func manifests(_ version: String, _ prometheus: String) -> String {
      """
      apiVersion: argoproj.io/v1alpha1
      kind: AnalysisTemplate
      metadata: { name: success-rate, namespace: default }
      spec:
        args: [{ name: version }]
        metrics:
        - name: success-rate
          interval: 1s
          count: 2
          failureLimit: 0
          # Until the first two scrapes of a new pod there is nothing to divide.
          consecutiveErrorLimit: 20
          successCondition: result[0] >= 0.95
          failureCondition: result[0] < 0.95
          provider:
            prometheus:
              address: \(prometheus)
              query: |
                sum(rate(http_requests_total{code="200",version="{{args.version}}"}[5s])) /
                (sum(rate(http_requests_total{version="{{args.version}}"}[5s])) > 0)
      ---
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata: { name: web, namespace: default }
      spec:
        replicas: 2
        selector: { matchLabels: { app: web } }
        template:
          metadata: { labels: { app: web } }
          spec:
            containers:
            - name: web
              image: shop:\(version)
              ports: [{ name: http, containerPort: 8080 }]
              readinessProbe: { httpGet: { path: /healthz, port: http }, periodSeconds: 1 }
        strategy:
          canary:
            abortScaleDownDelaySeconds: 1
            steps:
            - setWeight: 50
            - analysis:
                templates: [{ templateName: success-rate }]
                args: [{ name: version, value: \(version) }]
      """
    }
  }
}

/// A Prometheus of a test; its targets come from a file.
final class Prometheus: Sendable {
  let url: String
  private let targets: String
  private let process: ChildProcess

  /// Begins with the given samples, OpenMetrics with a time for each.
  init(in folder: String, samples: String = "") async throws {
    let root = "\(folder)/prometheus"
    mkdir(root, 0o755)
    if !samples.isEmpty {
      try Files.write(samples, to: "\(root)/samples")
      let blocks = ["tsdb", "create-blocks-from", "openmetrics", "\(root)/samples", "\(root)/data"]
      let made = try await Ran.program("/usr/bin/promtool", blocks)
      try #require(made.code == 0, "promtool \(made)")
    }
    targets = "\(root)/targets.json"
    let port = try FreePort.next()
    url = "http://127.0.0.1:\(port)"
    try Files.write("[]", to: targets)
    try Files.write(
      """
      global: { scrape_interval: 500ms, scrape_timeout: 400ms }
      scrape_configs:
      - job_name: shop
        file_sd_configs: [{ files: ["\(targets)"], refresh_interval: 1s }]

      """,
      to: "\(root)/prometheus.yml"
    )
    process = try ChildProcess(
      [
        "/usr/bin/prometheus", "--config.file=\(root)/prometheus.yml", "--storage.tsdb.path=\(root)/data",
        "--web.listen-address=127.0.0.1:\(port)",
      ],
      output: "\(root)/log"
    )
    try await waitUntil("prometheus to listen") { FreePort.answers(port) }
  }

  /// Sets what is scraped; a file that says so already is left alone.
  func scrape(_ addresses: [String]) throws {
    let list = addresses.sorted().map { "\"\($0)\"" }.joined(separator: ",")
    let text = "[{\"targets\":[\(list)]}]"
    guard Files.read(targets) != text else { return }
    // A file that is half written must not be read.
    try Files.write(text, to: "\(targets).new")
    try #require(rename("\(targets).new", targets) == 0)
  }
}
