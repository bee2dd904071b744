import Glibc
package import Primitives

/// The outside sources of time and identity; tests put their own in their place.
package struct SystemSources: Sendable {
  package let now: @Sendable () -> Instant
  package let makeUID: @Sendable () -> String
  /// The five random letters that follow a `generateName`.
  package let makeSuffix: @Sendable () -> String

  package init(
    now: @escaping @Sendable () -> Instant,
    makeUID: @escaping @Sendable () -> String,
    makeSuffix: @escaping @Sendable () -> String
  ) {
    self.now = now
    self.makeUID = makeUID
    self.makeSuffix = makeSuffix
  }

  /// The clock of the machine and its source of randomness.
  package static let system = SystemSources(
    now: systemNow,
    makeUID: randomUID,
    makeSuffix: { String((0..<5).map { _ in suffixLetters.randomElement() ?? "x" }) }
  )

  /// Kubernetes leaves out vowels and look-alikes, so that no words arise.
  private static let suffixLetters = Array("bcdfghjklmnpqrstvwxz2456789")
}

// Several modules that arrive with NIO declare `timespec`, and which of them owns its members depends on the build; so
// the two words of the structure are read without naming its members.
private func systemNow() -> Instant {
  withUnsafeTemporaryAllocation(byteCount: 2 * MemoryLayout<Int>.size, alignment: MemoryLayout<Int>.alignment)
  {
    guard let memory = $0.baseAddress else { return Instant(secondsSinceEpoch: 0) }
    clock_gettime(CLOCK_REALTIME, memory.assumingMemoryBound(to: timespec.self))
    let words = memory.assumingMemoryBound(to: Int.self)
    return Instant(nanosecondsSinceEpoch: Int64(words[0]) * 1_000_000_000 + Int64(words[1]))
  }
}

/// A random (version 4) UUID in its text form.
private func randomUID() -> String {
  var generator = SystemRandomNumberGenerator()
  let high = generator.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
  let low = generator.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
  let digits = [high, low].map { word in
    let text = String(word, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }.joined()
  var text = ""
  for (index, digit) in digits.enumerated() {
    if [8, 12, 16, 20].contains(index) { text.append("-") }
    text.append(digit)
  }
  return text
}
