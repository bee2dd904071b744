import ArgumentParser
import EmbeddedCluster
import Glibc
import Logging
import Primitives

/// `serin embedded`
struct EmbeddedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embedded",
    abstract: "Run the embedded cluster alone, with a kubeconfig for kubectl."
  )

  @Option(name: .long, help: "The port of the API on 127.0.0.1; 0 takes a free one.")
  var port = 0

  @Option(name: .long, help: "The port of the entry point, which follows HTTPRoutes; 0 takes a free one.")
  var gatewayPort = 0

  @Option(name: .long, help: "Where to write the kubeconfig.")
  var kubeconfig = "serin.kubeconfig"

  @Flag(name: .long, help: "Pods only change their status; else they are processes of this machine.")
  var simulatePods = false

  @Option(
    name: .long,
    help: "What runs for an image, such as `shop=/usr/bin/shop --port 8080`; may be repeated."
  )
  var image: [String] = []

  func run() async throws {
    signal(SIGPIPE, SIG_IGN)
    let logger = Logger(label: "serin.embedded") { _ in LineLogHandler(level: .warning) }
    let pods: PodMode =
      simulatePods ? .simulated : .processes(PodProcessOptions(imageCommands: try imageCommands()))
    let stage = try LocalStage(pods: pods, port: port, gatewayPort: gatewayPort, logger: logger)
    let kubeconfig = kubeconfig
    try await stage.run {
      let port = await stage.cluster.ready()
      guard let gatewayPort = await stage.gateway.ready() else {
        throw CommandFailure(
          .failed,
          "the entry point could not listen",
          hint: "choose another --gateway-port"
        )
      }
      try FileAccess.write(stage.cluster.kubeconfigYAML, to: kubeconfig, mode: 0o600)
      Terminal.printNow("API: http://127.0.0.1:\(port)  entry point: http://127.0.0.1:\(gatewayPort)")
      Terminal.printNow("export KUBECONFIG=\(kubeconfig)")
      try await Task.sleep(for: .seconds(1_000_000_000))
    }
  }

  private func imageCommands() throws(CommandFailure) -> [String: [String]] {
    var commands: [String: [String]] = [:]
    for pair in image {
      let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        throw CommandFailure(.usage, "--image \"\(pair)\" is not NAME=COMMAND", hint: "quote the command")
      }
      commands[parts[0]] = parts[1].split(separator: " ").map(String.init)
    }
    return commands
  }
}
