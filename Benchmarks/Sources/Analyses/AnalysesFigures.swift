/// What the runs cost, and how late their measurements were.
struct AnalysesFigures: Sendable {
  let runs: Int
  let seconds: Double
  let cpuSeconds: Double
  /// Measurements that Prometheus was asked for, by its own count.
  let questions: Double
  /// Seconds beyond the interval between the end of a measurement and the start of the next, in order.
  let delays: [Double]
  /// Resident megabytes of the controller: a minute after the start or at a tenth of the time, and at the end.
  let megabytes: (early: Double, late: Double)

  private var cores: Double { cpuSeconds / seconds }

  /// The delay that a share of the measurements does not exceed.
  private func delay(_ share: Double) -> Double {
    delays.isEmpty ? 0 : delays[min(delays.count - 1, Int(Double(delays.count) * share))]
  }

  /// One line for each bound that does not hold.
  var failures: [String] {
    var lines: [String] = []
    if cores > 1 { lines.append("\(text(cores, 2)) cores, at most 1") }
    if delays.isEmpty { lines.append("no two measurements of a run in a row") }
    if delay(0.99) > 0.25 { lines.append("\(text(delay(0.99) * 1000, 0)) ms late at p99, at most 250") }
    if megabytes.late > megabytes.early * 1.1 + 5 {
      lines.append("memory grew from \(text(megabytes.early, 0)) to \(text(megabytes.late, 0)) MB")
    }
    return lines
  }

  var text: String {
    """
    \(runs) AnalysisRuns for \(text(seconds, 0)) s
    cores of the controller          \(text(cores, 2)) (at most 1)
    questions to Prometheus per s    \(text(questions / seconds, 0))
    ms late, p50 / p99 / most        \(text(delay(0.5) * 1000, 0)) / \(text(delay(0.99) * 1000, 0)) / \
    \(text((delays.last ?? 0) * 1000, 0)) (p99 at most 250; \(delays.count) measurements looked at)
    resident MB, early / late        \(text(megabytes.early, 0)) / \(text(megabytes.late, 0))
    """
  }

  private func text(_ number: Double, _ digits: Int) -> String {
    let power = digits == 0 ? 1.0 : digits == 1 ? 10.0 : 100.0
    let rounded = (number * power).rounded() / power
    return digits == 0 ? "\(Int(rounded))" : "\(rounded)"
  }
}
