import Glibc
import HTTPTransport
import KubeClient
import KubeModel
import Primitives

/// One run of the benchmark: three processes, many AnalysisRuns, and a look at them from time to time.
final class AnalysesBench: Sendable {
  private static let namespace = "default"
  /// Seconds between two looks at all measurements that are kept, ten of each run.
  private static let lookPause = 30.0
  private let options: AnalysesCommand
  private let processes = Locked<[ChildProcess]>([])

  init(options: AnalysesCommand) { self.options = options }

  /// Does everything and answers the figures.
  func measure() async throws -> AnalysesFigures {
    let kubeconfig = "\(options.folder)/kubeconfig"
    unlink(kubeconfig)
    let cluster = try start(
      [options.serin, "embedded", "--simulate-pods", "--kubeconfig", kubeconfig],
      "cluster"
    )
    let prometheus = try PrometheusServer(program: options.prometheus, folder: options.folder)
    processes.withLock { $0.append(prometheus.process) }
    try await wait("Prometheus") { try await prometheus.isReady(self.query(0)) }
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
      try await client.create(.analysisRuns, run(index, prometheus.address))
      // Runs begin all through a second, as those of a cluster do.
      if index % 25 == 0 { try await Task.sleep(for: .milliseconds(25)) }
    }
    try await Task.sleep(for: .seconds(10))
    let shares = ProcessorShares(controller: controller, others: [prometheus.process, cluster])
    return try await watch(client, shares, prometheus)
  }

  /// Ends what was started.
  func cleanUp() async {
    for process in processes.withLock({ $0 }).reversed() { await process.stop() }
  }

  private func watch(
    _ client: KubeClient,
    _ shares: ProcessorShares,
    _ prometheus: PrometheusServer
  ) async throws -> AnalysesFigures {
    let start = ContinuousClock.now
    let asked = try await prometheus.questions()
    let before = shares.now()
    var lateness = Lateness()
    var memory: [Double] = []
    var elapsed = 0.0
    while elapsed < Double(options.duration) {
      try await Task.sleep(for: .seconds(min(Self.lookPause, Double(options.duration) - elapsed)))
      elapsed = (ContinuousClock.now - start).inSeconds
      memory.append(shares.controller.residentMegabytes ?? .infinity)
      lateness.beginLook()
      // A list of all is work for the cluster, and on two cores a delay for the controller: so they are few.
      for run in try await client.list(.analysisRuns, namespace: Self.namespace).items {
        lateness.take(run, interval: .seconds(1))
      }
    }
    let after = shares.now()
    return AnalysesFigures(
      runs: options.count,
      seconds: elapsed,
      cores: (after - before).divided(by: elapsed),
      questions: try await prometheus.questions() - asked,
      lateness: lateness,
      memory: memory
    )
  }

  /// A rate, as teams ask for one; no two of different numbers are equal questions.
  private func query(_ index: Int) -> String {
    let labels = "code=\"200\", handler!=\"/none/\(index % options.queries)\""
    return "sum(rate(prometheus_http_requests_total{\(labels)}[10s]))"
  }

  private func run(_ index: Int, _ prometheus: String) -> JSONValue {
    [
      "apiVersion": .string(ResourceType.analysisRuns.apiVersion), "kind": "AnalysisRun",
      "metadata": ["name": .string("run-\(index)"), "namespace": .string(Self.namespace)],
      "spec": [
        "metrics": [
          [
            "name": "requests", "interval": "1s", "successCondition": "result[0] >= 0",
            "provider": ["prometheus": ["address": .string(prometheus), "query": .string(query(index))]],
          ]
        ]
      ],
    ]
  }

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
