import Primitives

/// A clock that a test sets.
final class ManualClock: Sendable {
  private let time = Locked(Instant(secondsSinceEpoch: 1_800_000_000))

  var now: Instant { time.withLock { $0 } }

  func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}
