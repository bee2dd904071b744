import Primitives

/// Passes keys on to whoever is connected later, so that services that wake each other can be built one by one.
final class Relay<Key: Sendable>: Sendable {
  /// A function in a box: a bare one would be wrapped once more by every generic access, and calls would grow longer
  /// and longer.
  private struct Target: Sendable {
    let call: @Sendable (Key) -> Void
  }

  private let target = Locked<Target?>(nil)

  func connect(_ target: @escaping @Sendable (Key) -> Void) {
    self.target.withLock { $0 = Target(call: target) }
  }

  /// Passes the key on; before a connection is made there is nobody to wake.
  func send(_ key: Key) { target.withLock { $0 }?.call(key) }
}
