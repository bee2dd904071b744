import Glibc
import KubeClient
import Primitives
import ServiceLifecycle
import UnixSignals

/// Writes how many requests the client has sent, by verb and resource, at each SIGUSR1 and at the end.
///
/// The file is replaced whole, so that a reader never sees half of it: a list of objects with `verb`, `resource` and
/// `count`.
struct RequestReport: Service {
  let client: KubeClient
  let file: String

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sigusr1).cancelOnGracefulShutdown() { try write() }
    try write()
  }

  private func write() throws(CommandFailure) {
    let rows = client.requestCounts().sorted {
      ($0.key.resource, $0.key.verb) < ($1.key.resource, $1.key.verb)
    }
    let report = JSONValue.array(
      rows.map { kind, count in
        ["verb": .string(kind.verb), "resource": .string(kind.resource), "count": JSONValue(count)]
      }
    )
    try FileAccess.write(report.text(pretty: true) + "\n", to: file + ".new")
    guard rename(file + ".new", file) == 0 else {
      throw CommandFailure(.failed, "replacing \(file): \(String(cString: strerror(errno)))")
    }
  }
}
