import Primitives

/// Passes keys on to whoever is connected later, so that services that wake each other can be built one by one.
final class Relay<Key: Sendable>: Sendable {
  private let target = Locked<(@Sendable (Key) -> Void)?>(nil)

  func connect(_ target: @escaping @Sendable (Key) -> Void) { self.target.withLock { $0 = target } }

  /// Passes the key on; before a connection is made there is nobody to wake.
  func send(_ key: Key) { target.withLock { $0 }?(key) }
}
