import KubeModel
import Primitives

/// What the gateway has counted: per Service since the start, and over a sliding window.
struct GatewayStatistics: Sendable {
  /// Requests over some stretch of time.
  struct Counts: Sendable, Equatable {
    var requests = 0
    /// Answers of 500 and above, the gateway's own among them.
    var errors = 0

    var successRate: Double? { requests == 0 ? nil : Double(requests - errors) / Double(requests) }
  }

  /// The upper bounds of the latency buckets, in seconds.
  static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
  /// The longest window that can be asked for.
  static let longestWindow = Duration.seconds(300)
  private static let slotsPerSecond: Int64 = 10
  private static let slotCount: Int64 = 3000

  private struct Slot: Sendable {
    var number: Int64 = -1
    var counts = Counts()
  }

  private struct Series: Sendable {
    var byClass: [Int: Int] = [:]
    var buckets = [Int](repeating: 0, count: GatewayStatistics.bounds.count + 1)
    var seconds = 0.0
    var slots = [Slot](repeating: Slot(), count: Int(GatewayStatistics.slotCount))
  }

  private var series: [ObjectKey: Series] = [:]

  /// Counts one answer; `time` runs from any fixed point and never back.
  mutating func record(service: ObjectKey, status: Int, latency: Duration, at time: Duration) {
    let seconds = latency.inSeconds
    let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
    let number = Self.slot(time)
    let index = Int(number % Self.slotCount)
    let isError = status >= 500
    modify(&series[service, default: Series()]) { series in
      series.byClass[status / 100, default: 0] += 1
      series.buckets[bucket] += 1
      series.seconds += seconds
      if series.slots[index].number != number { series.slots[index] = Slot(number: number) }
      series.slots[index].counts.requests += 1
      if isError { series.slots[index].counts.errors += 1 }
    }
  }

  /// What was counted for a Service within the last `window`.
  func counts(service: ObjectKey, window: Duration, at time: Duration) -> Counts {
    guard let series = series[service] else { return Counts() }
    let newest = Self.slot(time)
    let oldest = Self.slot(time - min(window, Self.longestWindow))
    var counts = Counts()
    for slot in series.slots where slot.number > oldest && slot.number <= newest {
      counts.requests += slot.counts.requests
      counts.errors += slot.counts.errors
    }
    return counts
  }

  /// Everything since the start in Prometheus' text format.
  var prometheusText: String {
    var text = "# TYPE serin_gateway_requests_total counter\n"
    let sorted = series.sorted { $0.key < $1.key }
    for (key, series) in sorted {
      for (codeClass, count) in series.byClass.sorted(by: { $0.key < $1.key }) {
        text += "serin_gateway_requests_total{\(Self.labels(key)),code=\"\(codeClass)xx\"} \(count)\n"
      }
    }
    text += "# TYPE serin_gateway_request_duration_seconds histogram\n"
    for (key, series) in sorted {
      let name = "serin_gateway_request_duration_seconds"
      var total = 0
      for (index, count) in series.buckets.enumerated() {
        total += count
        let bound = index < Self.bounds.count ? String(Self.bounds[index]) : "+Inf"
        text += "\(name)_bucket{\(Self.labels(key)),le=\"\(bound)\"} \(total)\n"
      }
      text += "\(name)_sum{\(Self.labels(key))} \(series.seconds)\n"
      text += "\(name)_count{\(Self.labels(key))} \(total)\n"
    }
    return text
  }

  private static func labels(_ key: ObjectKey) -> String {
    "namespace=\"\(key.namespace)\",service=\"\(key.name)\""
  }

  private static func slot(_ time: Duration) -> Int64 {
    time.wholeNanoseconds / (1_000_000_000 / slotsPerSecond)
  }
}

/// Changes a value in place; reads better than a long path repeated on each line.
private func modify<Value>(_ value: inout Value, _ change: (inout Value) -> Void) { change(&value) }
