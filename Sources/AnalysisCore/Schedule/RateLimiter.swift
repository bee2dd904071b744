package import Primitives

/// A token bucket: so many questions per second, and a burst that may come at once; time is passed in.
package struct RateLimiter: Sendable {
  private let interval: Duration
  private let burst: Int
  /// When the bucket would be full again.
  private var full: Instant?

  /// `perSecond` and `burst` are at least 1.
  package init(perSecond: Int, burst: Int) {
    interval = .seconds(1) / max(1, perSecond)
    self.burst = max(1, burst)
  }

  /// Takes a token, if need be one of the future: the wait until it is there, zero for at once.
  package mutating func take(now: Instant) -> Duration {
    let next = max(full ?? now, now) + interval
    full = next
    return max(.zero, (next - now) - interval * burst)
  }
}
