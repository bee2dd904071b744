import KubeModel
import Primitives

/// How late measurements were: after which moment each should have begun, and after which its answer was there.
struct Lateness: Sendable {
  /// Seconds from when measurements were due until they were begun.
  private(set) var begun: [Double] = []
  /// Seconds from when measurements were due until they were finished: the provider's time is in it.
  private(set) var finished: [Double] = []
  /// Runs that were over when they were looked at, though nothing should end them; the last look's.
  private(set) var ended = 0

  /// Forgets the runs that had ended, to count them anew.
  mutating func beginLook() { ended = 0 }

  /// Takes in the measurements that the run has kept: each is due an interval after the end of the one before.
  mutating func take(_ run: JSONValue, interval: Duration) {
    if run.status["phase"] != "Running" { ended += 1 }
    let measurements = run.status["metricResults"]?[0]?["measurements"]?.array ?? []
    for (before, after) in zip(measurements, measurements.dropFirst()) {
      guard let last = Self.time(before, "finishedAt"), let start = Self.time(after, "startedAt"),
        let end = Self.time(after, "finishedAt")
      else { continue }
      begun.append((start - last - interval).inSeconds)
      finished.append((end - last - interval).inSeconds)
    }
  }

  private static func time(_ measurement: JSONValue, _ field: String) -> Instant? {
    measurement[field]?.string.flatMap(Instant.init)
  }
}

extension [Double] {
  /// The value that a share of them does not exceed; zero for none.
  func quantile(_ share: Double) -> Double {
    let sorted = sorted()
    return sorted.isEmpty ? 0 : sorted[Swift.min(count - 1, Int(Double(count) * share))]
  }
}
