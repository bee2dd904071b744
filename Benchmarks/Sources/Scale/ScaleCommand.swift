import ArgumentParser
import Glibc
import KubeClient

/// `scale`: what many rollouts at once cost.
@main
struct ScaleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scale",
    abstract: "Create many Rollouts, change all of their images, and print what that cost the controller.",
    discussion: "Every Rollout has one replica and the steps setWeight 20, pause 1s, setWeight 60, pause 1s."
  )

  @Option(name: .long, help: "The serin binary whose controller is measured.")
  var serin = ".build/release/serin"

  @Option(name: .long, help: "The cluster; without one, an embedded cluster with simulated pods is started.")
  var kubeconfig: String?

  @Option(name: .shortAndLong, help: "How many Rollouts.")
  var count = 1000

  @Option(name: .long, help: "The namespace to make, to fill and to delete.")
  var namespace = "serin-scale"

  @Option(name: .long, help: "Creates and patches in flight at once.")
  var parallel = 8

  @Option(name: .long, help: "Seconds at rest after the last phase, in which nothing should be written.")
  var rest = 10

  @Option(name: .long, help: "The longest that a phase may take, in seconds.")
  var limit = 900

  @Option(name: .long, help: "Where logs, the kubeconfig and reports of the processes go.")
  var folder = "/tmp/serin-scale"

  @Option(
    name: .long,
    help: "An image of the first revision; on a real cluster, one that its nodes can pull."
  )
  var image = "registry.k8s.io/pause:3.9"

  @Option(name: .long, help: "The image of the second revision.")
  var nextImage = "registry.k8s.io/pause:3.10"

  @Flag(name: .long, help: "Fail when 1,000 rollouts took more than they may.")
  var check = false

  func validate() throws {
    guard count > 0, parallel > 0, rest >= 0, limit > 0 else {
      throw ValidationError("--count, --parallel and --limit must be positive")
    }
  }

  func run() async throws {
    signal(SIGPIPE, SIG_IGN)
    mkdir(folder, 0o700)
    var cluster: ChildProcess?
    var path = kubeconfig ?? ""
    if kubeconfig == nil {
      path = "\(folder)/kubeconfig"
      unlink(path)
      let arguments = [serin, "embedded", "--simulate-pods", "--kubeconfig", path]
      cluster = try ChildProcess(arguments, output: "\(folder)/cluster.log")
      try await waitFor("the embedded cluster", .seconds(30)) { TextFile.read(path) != nil }
    }
    let configuration = try await KubeConfiguration.load(path: path, environment: Self.environment())
    let client = KubeClient(configuration: configuration, deadline: .seconds(60), userAgent: "serin-scale")
    let run = ScaleRun(options: self, client: client, kubeconfig: path, cluster: cluster)
    let report: Report
    do {
      report = try await run.measure()
    } catch {
      await run.cleanUp()
      throw error
    }
    await run.cleanUp()
    print(report.text)
    guard check, !report.failures.isEmpty else { return }
    throw ScaleError("too much: " + report.failures.joined(separator: "; "))
  }

  /// The process' environment, for exec plugins.
  private static func environment() -> [String: String] {
    var variables: [String: String] = [:]
    var pointer = environ
    while let entry = pointer.pointee {
      let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
      pointer += 1
    }
    return variables
  }
}
