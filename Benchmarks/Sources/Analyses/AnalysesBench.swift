import Glibc
import HTTPTransport
import KubeClient
import KubeModel
import Primitives

/// One run of the benchmark: three processes, many AnalysisRuns, and a look at them every ten seconds.
final class AnalysesBench: Sendable {
  private static let namespace = "default"
  private let options: AnalysesCommand
  private let processes = Locked<[ChildProcess]>([])

  init(options: AnalysesCommand) { self.options = options }

  /// Does everything and answers the figures.
  func measure() async throws -> AnalysesFigures {
    let kubeconfig = "\(options.folder)/kubeconfig"
    unlink(kubeconfig)
    try start([options.serin, "embedded", "--simulate-pods", "--kubeconfig", kubeconfig], "cluster")
    let prometheus = try await startPrometheus()
    try await wait("the embedded cluster") { TextFile.read(kubeconfig) != nil }
    let configuration = try await KubeConfiguration.load(path: kubeconfig, environment: [:])
    let client = KubeClient(configuration: configuration, deadline: .seconds(60), userAgent: "serin-analyses")
    let controller = try start(
      [
        options.serin, "controller", "--kubeconfig", kubeconfig, "--state-dir", "\(options.folder)/state",
        "--log-level", "warning",
      ],
      "controller"
    )
    try await Task.sleep(for: .seconds(3))
    for index in 0..<options.count {
      try await client.create(.analysisRuns, run(index, prometheus))
      // Runs begin all through a second, as those of a cluster do.
      if index % 25 == 0 { try await Task.sleep(for: .milliseconds(25)) }
    }
    try await Task.sleep(for: .seconds(10))
    return try await watch(client, controller, prometheus)
  }

  /// Ends what was started.
  func cleanUp() async {
    for process in processes.withLock({ $0 }).reversed() { await process.stop() }
  }

  private func watch(
    _ client: KubeClient,
    _ controller: ChildProcess,
    _ prometheus: String
  ) async throws -> AnalysesFigures {
    let start = ContinuousClock.now
    let cpu = controller.cpuSeconds ?? 0
    let asked = try await questions(prometheus)
    var delays: [Double] = []
    var early = controller.residentMegabytes ?? 0
    var elapsed = Duration.zero
    while elapsed < .seconds(options.duration) {
      try await Task.sleep(for: .seconds(10))
      elapsed = ContinuousClock.now - start
      if elapsed < .seconds(max(20, options.duration / 10)) { early = controller.residentMegabytes ?? 0 }
      // A list of all is work for the cluster, and on two cores a delay for the controller: one minute is enough.
      guard elapsed.components.seconds % 60 < 10 else { continue }
      let runs = try await client.list(.analysisRuns, namespace: Self.namespace).items
      delays += runs.flatMap(Self.delays)
    }
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    return AnalysesFigures(
      runs: options.count,
      seconds: seconds,
      cpuSeconds: (controller.cpuSeconds ?? .infinity) - cpu,
      questions: try await questions(prometheus) - asked,
      delays: delays.sorted(),
      megabytes: (early, controller.residentMegabytes ?? .infinity)
    )
  }

  /// How much later than a second after the one before each measurement of a run began.
  private static func delays(_ run: JSONValue) -> [Double] {
    let measurements = run.status["metricResults"]?[0]?["measurements"]?.array ?? []
    return zip(measurements, measurements.dropFirst()).compactMap { before, after in
      guard let end = before["finishedAt"]?.string.flatMap(Instant.init),
        let start = after["startedAt"]?.string.flatMap(Instant.init)
      else { return nil }
      return Double((start - end - .seconds(1)).wholeNanoseconds) / 1e9
    }
  }

  private func run(_ index: Int, _ prometheus: String) -> JSONValue {
    let query = "vector(\(index % options.queries)) >= 0 or on () scalar(up) > bool 0"
    return [
      "apiVersion": .string(ResourceType.analysisRuns.apiVersion), "kind": "AnalysisRun",
      "metadata": ["name": .string("run-\(index)"), "namespace": .string(Self.namespace)],
      "spec": [
        "metrics": [
          [
            "name": "m", "interval": "1s", "successCondition": "result[0] >= 0",
            "provider": ["prometheus": ["address": .string(prometheus), "query": .string(query)]],
          ]
        ]
      ],
    ]
  }

  /// Starts a Prometheus that scrapes itself; its address once it answers.
  private func startPrometheus() async throws -> String {
    let port = 19_090 + Int(getpid()) % 1000
    let address = "127.0.0.1:\(port)"
    let configuration = """
      global: { scrape_interval: 1s }
      scrape_configs: [{ job_name: self, static_configs: [{ targets: ["\(address)"] }] }]
      """
    let file = "\(options.folder)/prometheus.yml"
    guard let handle = fopen(file, "w") else { throw ScaleError("cannot write \(file)") }
    fputs(configuration, handle)
    fclose(handle)
    try start(
      [
        options.prometheus, "--config.file=\(file)", "--storage.tsdb.path=\(options.folder)/prometheus",
        "--web.listen-address=\(address)", "--log.level=error",
      ],
      "prometheus"
    )
    let url = "http://\(address)"
    try await wait("Prometheus") {
      do { return try await self.questions(url) >= 0 } catch { return false }
    }
    return url
  }

  /// How many queries Prometheus has answered so far.
  private func questions(_ prometheus: String) async throws -> Double {
    let http = HTTPClient()
    let answer = try await http.send(
      HTTPRequest(method: "GET", url: "\(prometheus)/metrics", deadline: .seconds(5))
    )
    await http.shutdown()
    let name = #"prometheus_http_requests_total{code="200",handler="/api/v1/query"} "#
    let lines = String(decoding: answer.body, as: UTF8.self).split(separator: "\n")
    let line = lines.first { $0.hasPrefix(name) }
    return line.flatMap { Double($0.dropFirst(name.count)) } ?? 0
  }

  @discardableResult
  private func start(_ arguments: [String], _ name: String) throws -> ChildProcess {
    let process = try ChildProcess(arguments, output: "\(options.folder)/\(name).log")
    processes.withLock { $0.append(process) }
    return process
  }

  private func wait(_ what: String, _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(30)
    while try await !condition() {
      guard ContinuousClock.now < end else { throw ScaleError("waited 30 s for \(what)") }
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}

extension ChildProcess {
  /// What is resident now, in megabytes of 2^20 bytes; nil when the process has ended.
  var residentMegabytes: Double? {
    let line = TextFile.read("/proc/\(pid)/status")?.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }.map {
      $0 / 1024
    }
  }
}
