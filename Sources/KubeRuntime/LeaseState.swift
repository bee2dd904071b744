package import Primitives

/// Whether this process leads, readable at any moment without waiting.
///
/// Leadership has an end in time that every renewal moves on; it ends by the clock even when the elector hangs.
package final class LeaseState: Sendable {
  private enum Standing {
    /// Never led so far. Next: leading.
    case candidate
    /// Leads until this time at least. Next: leading (renewed), over.
    case leading(until: Instant)
    /// Led, and lost or gave it up. There is no next: the process ends.
    case over
    /// Leads without an election, as a single process does.
    case unopposed
  }

  private let standing: Locked<Standing>
  private let now: @Sendable () -> Instant
  private let gate = Gate()

  /// The state of a candidate.
  package init(now: @escaping @Sendable () -> Instant) {
    self.now = now
    standing = Locked(.candidate)
  }

  private init(unopposed: Void) {
    now = { Instant(nanosecondsSinceEpoch: 0) }
    standing = Locked(.unopposed)
    gate.open()
  }

  /// The state of a process that needs no election.
  package static func unopposed() -> LeaseState { LeaseState(unopposed: ()) }

  /// Whether this process may act now.
  package var isLeader: Bool {
    let now = now()
    return standing.withLock { standing in
      switch standing {
      case .leading(let until): now < until
      case .unopposed: true
      case .candidate, .over: false
      }
    }
  }

  /// Returns when this process has become the leader; throws when the task is cancelled.
  package func whenLeader() async throws(CancellationError) { try await gate.wait() }

  func lead(until: Instant) {
    standing.withLock { standing in
      switch standing {
      case .candidate, .leading: standing = .leading(until: until)
      case .over, .unopposed: break
      }
    }
    gate.open()
  }

  func end() { standing.withLock { $0 = .over } }
}
