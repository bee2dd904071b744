import Primitives

/// What the demo application has answered so far, and which of its answers is to be an error.
final class DemoAppState: Sendable {
  private struct State {
    var answered = 0
    var successes = 0
    var errors = 0
  }

  private let version: String
  private let errorRate: Double
  private let state = Locked(State())

  /// - Parameters:
  ///   - version: what the metrics and pages name.
  ///   - errorRate: the share of errors, 0 to 1.
  init(version: String, errorRate: Double) {
    self.version = version
    self.errorRate = errorRate
  }

  /// Counts one request and returns the status of its answer; the errors are spread evenly, not by chance.
  func answer() -> Int {
    let (rate, epsilon) = (errorRate, 1e-9)
    return state.withLock { state in
      state.answered += 1
      let before = (Double(state.answered - 1) * rate + epsilon).rounded(.down)
      let isError = (Double(state.answered) * rate + epsilon).rounded(.down) > before
      if isError { state.errors += 1 } else { state.successes += 1 }
      return isError ? 500 : 200
    }
  }

  /// The counters in Prometheus' text format.
  var metrics: String {
    let state = state.withLock { $0 }
    return """
      # HELP http_requests_total Answers of the demo application.
      # TYPE http_requests_total counter
      http_requests_total{code="200",version="\(version)"} \(state.successes)
      http_requests_total{code="500",version="\(version)"} \(state.errors)

      """
  }
}
