package import Primitives

/// Which key is to be handled when: a pure rule; time and randomness are passed in.
///
/// A key waits at most once, at the earliest time that anybody asked for. A key that was given out is held until it is
/// finished: what is added meanwhile waits for that, so that no key is ever handled twice at once and no addition is
/// lost.
package struct WorkQueue<Key: Hashable & Sendable>: Sendable {
  /// A key's place in the order; later duplicates of a key in the heap are stale and skipped.
  private struct Entry: Comparable, Sendable {
    let due: Instant
    /// First come, first served among those due at the same time.
    let sequence: UInt64
    let key: Key

    static func < (left: Entry, right: Entry) -> Bool {
      (left.due, left.sequence) < (right.due, right.sequence)
    }

    static func == (left: Entry, right: Entry) -> Bool { left.sequence == right.sequence }
  }

  /// A key that was given out.
  private enum Hold: Sendable {
    /// Nobody asked for it since. Next: asked, or finished.
    case quiet
    /// It is due again at this time, once it is finished. Next: asked for an earlier time, or finished.
    case asked(Instant)
  }

  private let backoff: Backoff
  private var heap = MinHeap<Entry>()
  /// The valid entry of each waiting key.
  private var waiting: [Key: Entry] = [:]
  private var held: [Key: Hold] = [:]
  /// How often each key failed in a row.
  private var failures: [Key: Int] = [:]
  private var sequence: UInt64 = 0

  package init(backoff: Backoff = Backoff(base: .milliseconds(200), limit: .seconds(60))) {
    self.backoff = backoff
  }

  /// How many keys wait, whether they are due or not.
  package var waitingCount: Int { waiting.count }

  /// How many of the keys that wait are due.
  package func dueCount(at now: Instant) -> Int { waiting.values.count { $0.due <= now } }

  /// How many keys were given out and are not finished.
  package var heldCount: Int { held.count }

  /// When the next key is due; nil when none waits. Keys that are held do not count.
  package var nextDue: Instant? { heap.first?.due }

  /// How often the key has failed in a row.
  package func failureCount(_ key: Key) -> Int { failures[key] ?? 0 }

  /// Asks for the key at a time; of several the earliest wins.
  package mutating func add(_ key: Key, at due: Instant) {
    if let hold = held[key] {
      guard case .asked(let earlier) = hold, earlier <= due else {
        held[key] = .asked(due)
        return
      }
      return
    }
    if let entry = waiting[key], entry.due <= due { return }
    sequence += 1
    let entry = Entry(due: due, sequence: sequence, key: key)
    waiting[key] = entry
    heap.insert(entry)
    // Stale entries stay until they surface; many would be a leak.
    if heap.count > 2 * waiting.count + 64 { heap = MinHeap(Array(waiting.values)) }
  }

  /// Gives out the key that is due longest, and holds it; nil when none is due.
  package mutating func next(at now: Instant) -> Key? {
    guard let entry = heap.first, entry.due <= now else { return nil }
    _ = heap.removeFirst()
    waiting[entry.key] = nil
    held[entry.key] = .quiet
    dropStale()
    return entry.key
  }

  /// Takes the key back and asks for it again as the result says, or as was asked meanwhile, whichever is earlier.
  package mutating func finish(
    _ key: Key,
    _ result: ReconcileResult,
    at now: Instant,
    using random: inout some RandomNumberGenerator
  ) {
    guard let hold = held.removeValue(forKey: key) else { return }
    switch result {
    case .done: failures[key] = nil
    case .again(let after):
      failures[key] = nil
      add(key, at: now + after)
    case .failed(let retryAfter):
      let attempt = failures[key] ?? 0
      failures[key] = attempt + 1
      add(key, at: now + (retryAfter ?? backoff.delay(attempt: attempt, using: &random)))
    }
    if case .asked(let due) = hold { add(key, at: due) }
  }

  /// Keeps the heap's first entry valid, so that `nextDue` tells the truth.
  private mutating func dropStale() {
    while let entry = heap.first, waiting[entry.key] != entry { _ = heap.removeFirst() }
  }
}
