/// What the runs cost, and how late their measurements were.
struct AnalysesFigures: Sendable {
  let runs: Int
  let seconds: Double
  let cores: ProcessorShares.Reading
  /// Measurements that Prometheus was asked for, by its own count.
  let questions: Double
  let lateness: Lateness
  /// Resident megabytes of the controller at each look.
  let memory: [Double]

  /// The most megabytes in the first third of the time, and in the last.
  private var growth: (from: Double, to: Double) {
    let third = (memory.count + 2) / 3
    return (memory.prefix(third).max() ?? 0, memory.suffix(third).max() ?? .infinity)
  }

  /// One line for each bound that does not hold.
  var failures: [String] {
    var lines: [String] = []
    if cores.controller > 1 { lines.append("\(text(cores.controller, 2)) cores, at most 1") }
    if lateness.ended > 0 { lines.append("\(lateness.ended) runs ended") }
    let late = lateness.finished.quantile(0.99)
    if lateness.finished.isEmpty { lines.append("no two measurements of a run in a row") }
    if late > 0.25 { lines.append("\(text(late * 1000, 0)) ms late at p99, at most 250") }
    if growth.to > growth.from + 5 {
      lines.append("memory grew from \(text(growth.from, 0)) to \(text(growth.to, 0)) MB")
    }
    return lines
  }

  var text: String {
    let others = "\(text(cores.servers, 2)) / \(text(cores.rest, 2))"
    return """
      \(runs) AnalysisRuns for \(text(seconds, 0)) s
      cores of the controller                    \(text(cores.controller, 2)) (at most 1)
      cores of its servers / of others           \(others)
      questions to Prometheus per s              \(text(questions / seconds, 0))
      ms until begun, p50 / p99 / most           \(quantiles(lateness.begun))
      ms until answered, p50 / p99 / most        \(quantiles(lateness.finished)) (p99 at most 250)
      measurements looked at / runs that ended   \(lateness.finished.count) / \(lateness.ended)
      resident MB                                \(memory.map { text($0, 0) }.joined(separator: " "))
      """
  }

  private func quantiles(_ seconds: [Double]) -> String {
    [0.5, 0.99, 1].map { text(seconds.quantile($0) * 1000, 0) }.joined(separator: " / ")
  }

  private func text(_ number: Double, _ digits: Int) -> String {
    guard number.isFinite else { return "\(number)" }
    let power = digits == 0 ? 1.0 : digits == 1 ? 10.0 : 100.0
    let rounded = (number * power).rounded() / power
    return digits == 0 ? "\(Int(rounded))" : "\(rounded)"
  }
}
