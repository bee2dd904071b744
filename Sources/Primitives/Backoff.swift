/// Exponential backoff as a pure rule: attempt number in, wait out.
package struct Backoff: Sendable, Equatable {
  package let base: Duration
  package let limit: Duration
  /// Share of the wait, 0 to 1, that jitter may take away.
  package let jitter: Double

  package init(base: Duration, limit: Duration, jitter: Double = 0.2) {
    self.base = base
    self.limit = limit
    self.jitter = jitter
  }

  /// The wait before the given attempt, counted from 0; doubles up to the limit and is shortened by jitter.
  package func delay(attempt: Int, using random: inout some RandomNumberGenerator) -> Duration {
    var delay = base
    for _ in 0..<max(0, attempt) where delay < limit { delay *= 2 }
    let full = min(delay, limit)
    return full * (1 - jitter * Double.random(in: 0...1, using: &random))
  }
}
