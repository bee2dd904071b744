import Glibc
package import Primitives

/// The wall clock of the machine, for composition roots; everything below them takes `now` as a parameter.
package enum SystemClock {
  /// The present moment.
  @Sendable package static func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(nanosecondsSinceEpoch: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}
