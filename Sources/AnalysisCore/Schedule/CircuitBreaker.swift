package import Primitives

/// Whether an endpoint may be asked, decided from how the last questions went; time and randomness are passed in.
///
/// Closed at first. After `threshold` outages in a row it is open: nobody asks before a pause has passed. Then one
/// probe goes out; its answer closes the circuit, another outage opens it for a longer pause, with jitter.
package struct CircuitBreaker: Sendable {
  /// What a question meets.
  package enum Admission: Sendable, Hashable {
    /// Ask; a probe decides for all others and must be reported.
    case ask(isProbe: Bool)
    /// Do not ask before this time.
    case wait(until: Instant)
  }

  private enum State: Sendable {
    /// Questions go out. Next: open, after too many outages in a row.
    case closed(outages: Int)
    /// Nobody asks before the time. Next: probing.
    case open(until: Instant, attempt: Int)
    /// One question is out; the others wait for it, at most until the time, lest it be lost. Next: closed or open.
    case probing(until: Instant, attempt: Int)
  }

  private let threshold: Int
  private let backoff: Backoff
  private var state = State.closed(outages: 0)
  /// When the first outage in a row was seen and what the last one's words were; nil after an answer.
  package private(set) var outage: (since: Instant, reason: String)?

  package init(
    threshold: Int = 5,
    backoff: Backoff = Backoff(base: .seconds(1), limit: .seconds(30), jitter: 0.5)
  ) {
    self.threshold = threshold
    self.backoff = backoff
  }

  /// Whether the circuit is open or being probed.
  package var isOpen: Bool {
    if case .closed = state { false } else { true }
  }

  /// May a question go out now? A probe that is not reported within `patience` is given up.
  package mutating func admit(now: Instant, patience: Duration = .seconds(60)) -> Admission {
    switch state {
    case .closed: return .ask(isProbe: false)
    case .open(let until, _) where now < until: return .wait(until: until)
    // The probe may be answered at any moment.
    case .probing(let until, _) where now < until: return .wait(until: min(until, now + .seconds(2)))
    case .open(_, let attempt), .probing(_, let attempt):
      state = .probing(until: now + patience, attempt: attempt)
      return .ask(isProbe: true)
    }
  }

  /// Somebody answered, whatever the answer.
  package mutating func answered() {
    state = .closed(outages: 0)
    outage = nil
  }

  /// Nobody answered. Outages of questions that were out before the circuit opened change nothing more.
  package mutating func met(
    outage reason: String,
    now: Instant,
    using random: inout some RandomNumberGenerator
  ) {
    outage = (outage?.since ?? now, reason)
    switch state {
    case .closed(let outages) where outages + 1 < threshold: state = .closed(outages: outages + 1)
    case .closed: state = .open(until: now + backoff.delay(attempt: 0, using: &random), attempt: 0)
    case .probing(_, let attempt):
      state = .open(until: now + backoff.delay(attempt: attempt + 1, using: &random), attempt: attempt + 1)
    case .open: break
    }
  }

  /// A question was cancelled; if it was the probe, another may go out.
  package mutating func gaveUp(now: Instant) {
    if case .probing(_, let attempt) = state { state = .open(until: now, attempt: attempt) }
  }

  /// When a question that has just met an outage may be asked again.
  package func retry(after now: Instant, using random: inout some RandomNumberGenerator) -> Instant {
    switch state {
    case .closed(let outages): now + backoff.delay(attempt: max(0, outages - 1), using: &random)
    case .open(let until, _): max(until, now)
    case .probing: now + .seconds(2)
    }
  }
}
