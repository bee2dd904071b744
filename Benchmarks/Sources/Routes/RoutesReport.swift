/// What it cost that all rollouts did one thing.
struct RoutesPhase: Sendable {
  let name: String
  /// What the benchmark's own requests took.
  let asking: Duration
  /// From the first request until all rules had the weight.
  let weighted: Duration
  /// From the first request until all rollouts had it verified and waited, or were healthy.
  let finished: Duration
  let requests: RequestReport
  let changes: RoutesBoard.Changes
  let processors: ProcessorShares.Reading

  /// Requests to change routes.
  private var patches: Int { requests.counts["patch \(Self.routes)"] ?? 0 }
  private static let routes = "httproutes.gateway.networking.k8s.io"

  /// Patches that changed nothing, because the server refused them or because nothing was different.
  var idle: Int { patches - changes.spec - changes.managers }

  /// What it took to change weights. What gives a route back at the end of a release is a read and a write of their own.
  var requestsPerChange: Double {
    changes.spec == 0 ? 0 : Double(patches - changes.managers) / Double(changes.spec)
  }

  /// Reads of single routes; the list and the watch are not of the rollouts.
  var reads: Int { requests.counts["get \(Self.routes)"] ?? 0 }
}

/// The figures of a run as one table.
struct RoutesReport: Sendable {
  let count: Int
  let share: Int
  let phases: [RoutesPhase]
  let peakMegabytes: Double
  /// The machine's load average of a minute when the run began.
  let load: String

  /// The most requests to routes for one change of a weight.
  static let mostRequests = 1.1
  private static let width = (label: 44, column: 11)

  /// One line for each bound that does not hold.
  var failures: [String] {
    let most = Self.mostRequests
    let busy = phases.dropFirst().filter { $0.requestsPerChange > most }.map {
      "requests per change in \($0.name): \($0.requestsPerChange.text(2)), at most \(most.text(1))"
    }
    let reading = phases.filter { Double($0.reads) > most * Double($0.name == "promotion" ? count : 0) }
      .map { "\($0.reads) reads of routes in \($0.name)" }
    // Each rollout's rule changes once in a step, and at the end to 100 and back to 0.
    let still = phases.dropFirst().filter { $0.changes.spec < ($0.name == "promotion" ? 2 : 1) * count }
      .map { "only \($0.changes.spec) changes of routes in \($0.name)" }
    return busy + reading + still
  }

  var text: String {
    var lines = [
      row("\(count) rollouts, \(share) in an HTTPRoute", phases.map(\.name)),
      row("seconds for the benchmark's own requests", phases.map { $0.asking.seconds.text(2) }),
      row("seconds until all routes have the weight", phases.map { $0.weighted.seconds.text(2) }),
      row("seconds until all rollouts are there", phases.map { $0.finished.seconds.text(2) }),
      row("changes of routes", phases.map { "\($0.changes.spec)" }),
      row("requests for routes per change", phases.map { $0.requestsPerChange.text(3) }),
      row("patches of routes that changed nothing", phases.map { "\($0.idle)" }),
      row("times that a route was given back", phases.map { "\($0.changes.managers)" }),
      row("status writes of the gateway", phases.map { "\($0.changes.status)" }),
      row("CPU seconds of the controller", phases.map { $0.processors.controller.text(2) }),
      row("CPU seconds of the cluster", phases.map { $0.processors.servers.text(2) }),
      row("CPU seconds of everybody else", phases.map { $0.processors.rest.text(2) }),
      row("requests of the controller, per rollout", []),
    ]
    for kind in Set(phases.flatMap(\.requests.counts.keys)).sorted() {
      lines.append(row("  \(kind)", phases.map { perRollout($0.requests.counts[kind] ?? 0).text(2) }))
    }
    let peak = peakMegabytes.text(0)
    lines.append("peak memory of the controller \(peak) MB; load of the machine at the start \(load)")
    return lines.joined(separator: "\n")
  }

  private func perRollout(_ value: Int) -> Double { Double(value) / Double(count) }

  private func row(_ label: String, _ cells: [String]) -> String {
    let padded = label + String(repeating: " ", count: max(0, Self.width.label - label.count))
    return padded
      + cells.map { String(repeating: " ", count: max(1, Self.width.column - $0.count)) + $0 }.joined()
  }
}
