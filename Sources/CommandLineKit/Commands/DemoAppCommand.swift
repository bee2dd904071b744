import ArgumentParser
import Glibc

/// `serin demo-app`
struct DemoAppCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo-app",
    abstract: "The small web shop that the demo's pods run."
  )

  @Option(name: .long, help: "A version that fails and the share of its answers that do, such as v3=0.2.")
  var failing: String?

  func run() async throws {
    signal(SIGPIPE, SIG_IGN)
    var environment = ClusterOptions.environment()
    if let failing {
      let parts = failing.split(separator: "=").map(String.init)
      guard parts.count == 2, let share = Double(parts[1]), (0...1).contains(share) else {
        throw CommandFailure(.usage, "--failing \"\(failing)\" is not VERSION=SHARE with a share from 0 to 1")
      }
      let version = environment["VERSION"] ?? environment["IMAGE_TAG"] ?? "v1"
      if version == parts[0], environment["ERROR_RATE"] == nil { environment["ERROR_RATE"] = parts[1] }
    }
    do {
      try await DemoApp(environment: environment).run()
    } catch {
      throw CommandFailure(.failed, "serving the demo app: \(error)")
    }
  }
}
