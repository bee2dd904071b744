/// What one phase cost.
struct PhaseFigures: Sendable {
  let name: String
  /// From the first change until the last Rollout was healthy.
  let duration: Duration
  /// Of that, what the benchmark's own requests took.
  let changing: Duration
  let requests: RequestReport
  let cpuSeconds: Double
  /// CPU seconds of the embedded cluster; 0 for another.
  let clusterSeconds: Double
  /// Requests to change a Rollout that did not change it, refused ones included.
  let unchanging: Int
}

/// The figures of a run as one table.
struct Report: Sendable {
  let count: Int
  let create: PhaseFigures
  let update: PhaseFigures
  let rest: PhaseFigures
  let peakMegabytes: Double
  /// Requests to make or to size a ReplicaSet that changed nothing, in both phases.
  let idleReplicaSetWrites: Int
  let isEmbedded: Bool

  private static let width = (label: 42, column: 9)
  private var phases: [PhaseFigures] { [create, update] }

  /// One line for each bound that does not hold; the bounds are for 1,000 Rollouts and say nothing of another number.
  var failures: [String] {
    guard count == Reference.count else { return [] }
    let bound = Reference.bound
    var figures = [
      ("peak memory in MB", peakMegabytes, bound.peakMegabytes),
      ("writes of ReplicaSets that changed nothing", Double(idleReplicaSetWrites), 0),
    ]
    for (phase, most) in [(create, bound.create), (update, bound.update)] {
      figures += [
        ("seconds to \(phase.name)", phase.duration.seconds, most.seconds),
        ("requests per rollout to \(phase.name)", perRollout(phase.requests.total), most.requests),
        ("CPU seconds to \(phase.name)", phase.cpuSeconds, most.cpuSeconds),
        ("writes that changed nothing in \(phase.name)", Double(phase.unchanging), 0),
      ]
    }
    return figures.filter { $0.1 > $0.2 }.map { "\($0.0): \($0.1.text(2)), at most \($0.2.text(2))" }
  }

  var text: String {
    var lines = [
      row("", ["Serin", "", "at most", "", "Argo", ""]),
      row("\(count) rollouts", ["create", "update", "create", "update", "create", "update"]),
      compared("seconds until all are healthy", 1, \.duration.seconds, \.seconds),
      row("  of these, the benchmark's own requests", phases.map { $0.changing.seconds.text(1) }),
      compared("requests per rollout, without events", 2, { perRollout($0.requests.total) }, \.requests),
    ]
    lines += kinds(of: phases).filter { !RequestReport.isApart($0) }.map(countRow)
    lines.append(row("besides, per rollout", []))
    lines += kinds(of: phases).filter(RequestReport.isApart).map(countRow)
    lines.append(row("writes of rollouts that changed nothing", phases.map { "\($0.unchanging)" }))
    lines.append(row("writes of ReplicaSets that changed nothing", ["", "\(idleReplicaSetWrites)"]))
    lines.append(compared("CPU seconds of the controller", 2, \.cpuSeconds, \.cpuSeconds))
    if isEmbedded {
      lines.append(row("CPU seconds of the embedded cluster", phases.map { $0.clusterSeconds.text(2) }))
    }
    let peaks = [peakMegabytes, Reference.bound.peakMegabytes, Reference.argo.peakMegabytes]
    lines.append(row("peak memory of the controller, MB", peaks.flatMap { ["", $0.text(0)] }))
    lines.append(atRest)
    lines.append("Argo: Argo Rollouts, 1,000 rollouts, a real API server, two cores, raised client limits.")
    return lines.joined(separator: "\n")
  }

  private var atRest: String {
    let counts = kinds(of: [rest]).map { "\(rest.requests.counts[$0] ?? 0) \($0)" }.joined(separator: ", ")
    let seconds = rest.duration.seconds.text(0)
    return
      "at rest for \(seconds) s: \(rest.cpuSeconds.text(2)) CPU s; \(counts.isEmpty ? "no requests" : counts)"
  }

  private func compared(
    _ label: String,
    _ digits: Int,
    _ own: (PhaseFigures) -> Double,
    _ other: (Reference.Phase) -> Double
  ) -> String {
    let others = [Reference.bound, .argo].flatMap { [other($0.create), other($0.update)] }
    return row(label, (phases.map(own) + others).map { $0.text(digits) })
  }

  private func countRow(_ kind: String) -> String {
    row("  \(kind)", phases.map { perRollout($0.requests.counts[kind] ?? 0).text(2) })
  }

  private func kinds(of phases: [PhaseFigures]) -> [String] {
    Set(phases.flatMap(\.requests.counts.keys)).sorted()
  }

  private func perRollout(_ value: Int) -> Double { Double(value) / Double(count) }

  private func row(_ label: String, _ cells: [String]) -> String {
    let padded = label + String(repeating: " ", count: max(0, Self.width.label - label.count))
    return padded
      + cells.map { String(repeating: " ", count: max(1, Self.width.column - $0.count)) + $0 }.joined()
  }
}
