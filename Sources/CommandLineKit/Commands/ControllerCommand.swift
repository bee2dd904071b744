import ArgumentParser
import Dashboard
import Glibc
import KubeClient
import KubeModel
import KubeRuntime
import Logging
import RolloutController
import RolloutCore
import ServiceLifecycle
import UnixSignals

/// `serin controller`
struct ControllerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "controller",
    abstract: "Run the controller, in a cluster or against one."
  )

  @OptionGroup var cluster: ClusterOptions

  @Flag(name: .long, inversion: .prefixedNo, help: "Hold a Lease, so that one controller acts at a time.")
  var leaderElect = true

  @Option(
    name: .long,
    help: "See only objects whose label controller-instance-id is this; else those without it."
  )
  var instanceId = ""

  @Option(name: .long, help: "The namespace of the Lease; else POD_NAMESPACE, else default.")
  var leaseNamespace: String?

  @Option(name: .long, help: "Who holds the Lease; unique among the living. Else host and process.")
  var identity: String?

  @Option(name: .long, help: "Where mirrors of Git repositories are kept.")
  var stateDir = "/tmp/serin"

  @Option(name: .long, help: "trace, debug, info, warning or error.")
  var logLevel = "info"

  @Option(name: .long, help: "HOST:PORT or :PORT to answer /metrics, /healthz and /readyz at; else nowhere.")
  var metricsAddress: String?

  @Option(name: .long, help: "Questions to one metric provider's endpoint that are out at once.")
  var providerConcurrency = EndpointOptions().concurrency

  @Option(name: .long, help: "Questions to one metric provider's endpoint per second.")
  var providerRate = EndpointOptions().questionsPerSecond

  @Flag(
    name: .customLong("aws-verify-target-group"),
    help: "Ask AWS whether its load balancers have the weights of a step before it counts."
  )
  var verifiesLoadBalancers = false

  @Option(
    name: .customLong("alb-tag-key-resource-id"),
    help: "The tag of a target group that says for which Service of which Ingress it is."
  )
  var loadBalancerTag = "ingress.k8s.aws/resource"

  @Option(name: .long, help: "Where to write, at each SIGUSR1, how many requests were sent.")
  var requestReport: String?

  @Flag(name: .long, help: .hidden)
  var exitWithParent = false

  func validate() throws {
    guard providerConcurrency > 0, providerRate > 0 else {
      throw ValidationError("--provider-concurrency and --provider-rate must be at least 1")
    }
  }

  /// What Argo Rollouts' environment variables and the options say about analyses.
  private func analysisOptions(
    controllerNamespace: String,
    userAgent: String
  ) async throws(CommandFailure) -> AnalysisOptions {
    AnalysisOptions(
      environment: ClusterOptions.environment(),
      controllerNamespace: controllerNamespace,
      readFile: { path in
        do throws(CommandFailure) { return try FileAccess.readBytes(path) } catch { return nil }
      },
      jobNamespace: Terminal.environment("ARGO_ROLLOUTS_ANALYSIS_JOB_NAMESPACE"),
      jobCluster: try await jobCluster(userAgent: userAgent),
      endpoints: EndpointOptions(concurrency: providerConcurrency, questionsPerSecond: providerRate),
      seed: UInt64(getpid())
    )
  }

  /// The cluster in which Jobs measure, when it is another one: `in-cluster` means the one in which this runs.
  private func jobCluster(userAgent: String) async throws(CommandFailure) -> KubeClient? {
    let variable = "ARGO_ROLLOUTS_ANALYSIS_JOB_KUBECONFIG"
    guard let path = Terminal.environment(variable), !path.isEmpty else { return nil }
    let environment = ClusterOptions.environment()
    do throws(KubeError) {
      let configuration =
        path == "in-cluster"
        ? try KubeConfiguration.inCluster(environment: environment)
        : try await KubeConfiguration.load(path: path, environment: environment)
      return KubeClient(configuration: configuration, userAgent: userAgent)
    } catch {
      throw CommandFailure(
        .unreachable,
        "\(variable): \(error.message)",
        hint: "check the file that it names"
      )
    }
  }

  func run() async throws {
    guard let level = Logger.Level(rawValue: logLevel) else {
      throw CommandFailure(
        .usage,
        "there is no log level \"\(logLevel)\"",
        hint: "use debug, info, warning or error"
      )
    }
    signal(SIGPIPE, SIG_IGN)
    let logger = Logger(label: "serin") { _ in LineLogHandler(level: level) }
    let userAgent = "serin-controller/\(SerinVersion.text)"
    let client = try await cluster.client(userAgent: userAgent)
    let leaseNamespace = leaseNamespace ?? Terminal.environment("POD_NAMESPACE") ?? "default"
    let lease = ObjectKey(namespace: leaseNamespace, name: RolloutNames.lease(ofInstance: instanceId))
    let options = ControllerOptions(
      namespace: cluster.namespace,
      instanceID: instanceId,
      lease: leaderElect ? lease : nil,
      identity: identity ?? "\(Self.hostName())_\(getpid())",
      stateDirectory: stateDir,
      analysis: try await analysisOptions(controllerNamespace: leaseNamespace, userAgent: userAgent),
      loadBalancerTag: verifiesLoadBalancers ? loadBalancerTag : nil,
      version: SerinVersion.text,
      servesMetrics: metricsAddress != nil
    )
    logger.info(
      "started",
      metadata: ["version": "\(SerinVersion.text)", "server": "\(client.configuration.server)"]
    )
    let controller = Controller(client: client, options: options, logger: logger)
    var services = controller.services()
    if let metricsAddress { services.insert(try statusServer(metricsAddress, controller, logger), at: 0) }
    if let requestReport { services.insert(RequestReport(client: client, file: requestReport), at: 0) }
    if exitWithParent { services.append(ParentWatch(parent: getppid())) }
    // The group's own debug lines print whole services; nobody reads them.
    var quiet = logger
    quiet.logLevel = max(.info, level)
    let group = ServiceGroup(
      configuration: .init(
        services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
        gracefulShutdownSignals: [.sigterm, .sigint],
        logger: quiet
      )
    )
    do {
      try await group.run()
    } catch let lost as LeadershipLost {
      throw CommandFailure(
        .failed,
        lost.description,
        hint: "another controller has taken over; this one may be restarted"
      )
    } catch let failure as ListenFailure {
      throw CommandFailure(.failed, failure.description, hint: "give another --metrics-address")
    } catch let error as KubeError {
      // Asked to end before the caches were full: an orderly end.
      guard error.code != .cancelled else { return }
      let hint = "the warnings say why; check --kubeconfig, KUBECONFIG and the cluster's address"
      throw CommandFailure(.unreachable, "\(error.message) from \(client.configuration.server)", hint: hint)
    }
  }

  private func statusServer(
    _ address: String,
    _ controller: Controller,
    _ logger: Logger
  ) throws(CommandFailure) -> StatusServer {
    guard let parsed = ListenAddress(address) else {
      throw CommandFailure(.usage, "\"\(address)\" is no address", hint: "write HOST:PORT or :PORT")
    }
    return StatusServer(
      address: parsed,
      metrics: { controller.metrics.text() },
      isReady: { controller.isReady },
      onListening: { logger.info("answers /metrics, /healthz and /readyz", metadata: ["port": "\($0)"]) },
      logger: logger
    )
  }

  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Ends when the process that started this one has ended, however it ended.
private struct ParentWatch: Service {
  let parent: Int32

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while getppid() == parent {
        // A cancelled sleep is the shutdown.
        do { try await Task.sleep(for: .seconds(1)) } catch { return }
      }
    }
  }
}
