import Primitives

/// Addresses of pods, each given to one pod at a time and reused as late as possible.
struct PodAddressPool: Sendable {
  private let base: UInt32
  private let size: UInt32
  private var next: UInt32
  private var used: Set<UInt32> = []

  /// Addresses of 127.64.0.0/10, all on the loopback device and never 127.0.0.1; the seed picks the first.
  static func loopback(seed: UInt64) -> PodAddressPool {
    PodAddressPool(base: 0x7F40_0000, size: 1 << 22, start: UInt32(truncatingIfNeeded: seed % (1 << 22)))
  }

  /// Addresses of 10.244.0.0/16 that nothing listens on.
  static func unreachable() -> PodAddressPool { PodAddressPool(base: 0x0AF4_0000, size: 1 << 16, start: 1) }

  private init(base: UInt32, size: UInt32, start: UInt32) {
    self.base = base
    self.size = size
    next = start
  }

  /// The next free address in dotted form; nil when all are taken.
  mutating func take() -> String? {
    for _ in 0..<size {
      let offset = next % size
      next = offset + 1
      // The ends of a block of 256 look like network and broadcast addresses to some programs.
      guard (1...254).contains(offset & 255), used.insert(offset).inserted else { continue }
      return Self.text(base + offset)
    }
    return nil
  }

  /// Gives an address back; one that was not taken is ignored.
  mutating func release(_ address: String) {
    let parts = address.split(separator: ".").compactMap { UInt32($0) }
    guard parts.count == 4 else { return }
    let number = parts.reduce(0) { $0 << 8 | $1 & 255 }
    if number >= base { used.remove(number - base) }
  }

  private static func text(_ number: UInt32) -> String {
    [24, 16, 8, 0].map { String(number >> $0 & 255) }.joined(separator: ".")
  }
}
