import ArgumentParser
import Glibc
import KubeClient

/// `routes`: what it costs that many rollouts change their weights at once.
@main
struct RoutesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "routes",
    abstract: "Have many Rollouts behind one Gateway change their weights in the same second.",
    discussion:
      "Starts an embedded cluster with its gateway and the controller to be measured. Every Rollout has one replica, "
      + "two Services, and the steps setWeight 20, pause, setWeight 50, pause, setWeight 80, pause."
  )

  @Option(name: .long, help: "The serin binary whose controller is measured.")
  var serin = ".build/release/serin"

  @Option(name: .shortAndLong, help: "How many Rollouts.")
  var count = 1000

  @Option(name: .long, help: "How many Rollouts share an HTTPRoute, with a rule for each.")
  var share = 1

  @Option(name: .long, help: "Creates and patches in flight at once.")
  var parallel = 8

  @Option(name: .long, help: "The longest that a phase may take, in seconds.")
  var limit = 600

  @Option(name: .long, help: "Where logs, the kubeconfig and reports of the processes go.")
  var folder = "/tmp/serin-routes"

  @Flag(name: .long, help: "Fail when it took more requests than it may.")
  var check = false

  func validate() throws {
    // The Gateway API allows sixteen rules in a route.
    guard count > 0, (1...16).contains(share), parallel > 0, limit > 0 else {
      throw ValidationError("--count, --parallel and --limit must be positive, --share 1 to 16")
    }
  }

  func run() async throws {
    signal(SIGPIPE, SIG_IGN)
    mkdir(folder, 0o700)
    let kubeconfig = "\(folder)/kubeconfig"
    unlink(kubeconfig)
    let cluster = try ChildProcess(
      [
        serin, "embedded", "--simulate-pods", "--port", "0", "--gateway-port", "0", "--kubeconfig",
        kubeconfig,
      ],
      output: "\(folder)/cluster.log"
    )
    let report: RoutesReport
    do {
      report = try await measure(cluster, kubeconfig)
    } catch {
      await cluster.stop()
      throw error
    }
    await cluster.stop()
    print(report.text)
    guard check, !report.failures.isEmpty else { return }
    throw ScaleError("too much: " + report.failures.joined(separator: "; "))
  }

  private func measure(_ cluster: ChildProcess, _ kubeconfig: String) async throws -> RoutesReport {
    try await waitFor("the embedded cluster", .seconds(30)) { TextFile.read(kubeconfig) != nil }
    let configuration = try await KubeConfiguration.load(path: kubeconfig, environment: [:])
    let client = KubeClient(configuration: configuration, deadline: .seconds(60), userAgent: "serin-routes")
    let controller = try ChildProcess(
      [
        serin, "controller", "--kubeconfig", kubeconfig, "--state-dir", "\(folder)/state", "--log-level",
        "warning", "--request-report", "\(folder)/requests.json",
      ],
      output: "\(folder)/controller.log"
    )
    let run = RoutesRun(options: self, client: client, cluster: cluster, controller: controller)
    do {
      let report = try await run.measure()
      await controller.stop()
      await client.shutdown()
      return report
    } catch {
      await controller.stop()
      await client.shutdown()
      throw error
    }
  }
}
