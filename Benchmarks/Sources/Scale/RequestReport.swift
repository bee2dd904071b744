import Glibc
import Primitives

/// Requests by verb and resource, as the controller counted them (`serin controller --request-report`).
struct RequestReport: Sendable {
  /// By `VERB RESOURCE`, such as `patch rollouts.argoproj.io/status`.
  var counts: [String: Int] = [:]

  /// Asks a controller for its count of this moment.
  static func ask(_ process: ChildProcess, file: String) async throws -> RequestReport {
    unlink(file)
    kill(process.pid, SIGUSR1)
    var report = RequestReport()
    try await waitFor("the controller's request report", .seconds(10)) {
      guard let text = TextFile.read(file), let rows = try JSONValue(parsing: text).array else {
        return false
      }
      for row in rows {
        report.counts["\(row["verb"]?.string ?? "") \(row["resource"]?.string ?? "")"] =
          row["count"]?.int ?? 0
      }
      return true
    }
    return report
  }

  /// What came since an earlier count.
  static func - (later: RequestReport, earlier: RequestReport) -> RequestReport {
    var difference = RequestReport()
    for (kind, count) in later.counts where count != earlier.counts[kind] {
      difference.counts[kind] = count - (earlier.counts[kind] ?? 0)
    }
    return difference
  }

  /// What the rollouts themselves needed.
  var total: Int { counts.filter { !Self.isApart($0.key) }.values.reduce(0, +) }

  /// Events that were written.
  var events: Int { counts.filter { Self.isEvent($0.key) }.values.reduce(0, +) }

  private static func isEvent(_ kind: String) -> Bool {
    kind.hasSuffix(" events") || kind.hasSuffix(" events.events.k8s.io")
  }

  /// Whether requests of this kind count apart: events, which are sent behind the rollouts' backs, and what the process
  /// does for itself, whether there are rollouts or not: its lease, lists and watches.
  static func isApart(_ kind: String) -> Bool {
    isEvent(kind) || kind.hasPrefix("list ") || kind.hasPrefix("watch ")
      || kind.hasSuffix(" leases.coordination.k8s.io")
  }

  /// Requests to change a Rollout, its status included.
  var rolloutWrites: Int {
    counts.filter { kind, _ in
      !kind.hasPrefix("list ") && !kind.hasPrefix("watch ") && !kind.hasPrefix("get ")
        && kind.contains(" rollouts.argoproj.io")
    }.values.reduce(0, +)
  }
}
