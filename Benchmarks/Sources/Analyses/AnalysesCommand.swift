import ArgumentParser
import Glibc
import KubeClient

/// `analyses`: what many AnalysisRuns with a short interval cost.
@main
struct AnalysesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyses",
    abstract: "Create AnalysisRuns that ask one Prometheus every second, and print what that costs.",
    discussion:
      "Starts an embedded cluster, a Prometheus that scrapes itself, and the controller to be measured."
  )

  @Option(name: .long, help: "The serin binary whose controller is measured.")
  var serin = ".build/release/serin"

  @Option(name: .long, help: "The Prometheus to be asked.")
  var prometheus = "/usr/bin/prometheus"

  @Option(name: .shortAndLong, help: "How many AnalysisRuns.")
  var count = 1000

  @Option(name: .long, help: "How many different queries they ask.")
  var queries = 1000

  @Option(name: .long, help: "For how long to measure, in seconds.")
  var duration = 600

  @Option(name: .long, help: "Where logs, the kubeconfig and data of the processes go.")
  var folder = "/tmp/serin-analyses"

  @Flag(name: .long, help: "Fail when it took more than it may.")
  var check = false

  func validate() throws {
    guard count > 0, queries > 0, duration >= 30 else {
      throw ValidationError("--count and --queries must be positive, and --duration at least 30")
    }
  }

  func run() async throws {
    signal(SIGPIPE, SIG_IGN)
    mkdir(folder, 0o700)
    let bench = AnalysesBench(options: self)
    let figures: AnalysesFigures
    do {
      figures = try await bench.measure()
    } catch {
      await bench.cleanUp()
      throw error
    }
    await bench.cleanUp()
    print(figures.text)
    guard check, !figures.failures.isEmpty else { return }
    throw ScaleError("too much: " + figures.failures.joined(separator: "; "))
  }
}

/// Why a run could not be finished.
struct ScaleError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
