package import Primitives

/// Which questions to an endpoint are being asked or were just answered, so that equal ones are asked once.
///
/// Time is passed in. A question may be shared for `window` after it was sent; an answer of an outage is not kept.
package struct AnswerBoard<Question: Hashable & Sendable, Answer: Sendable>: Sendable {
  /// What to do with a question.
  package enum Decision: Sendable {
    /// The answer to an equal question that was sent within the window.
    case known(Answer)
    /// An equal question is out; its answer will do.
    case join
    /// Ask, and report with ``finish(_:_:isKept:)`` or ``abandon(_:)``.
    case ask
  }

  private enum Entry: Sendable {
    /// Next: answered, or gone.
    case out
    case answered(Answer, sentAt: Instant)
  }

  private let window: Duration
  private var entries: [Question: Entry] = [:]
  private var sent: [Question: Instant] = [:]
  private var nextSweep: Instant?

  package init(window: Duration = .seconds(1)) { self.window = window }

  /// How many questions are held.
  package var count: Int { entries.count }

  /// Whether the question is being asked.
  package func isOut(_ question: Question) -> Bool {
    if case .out = entries[question] { true } else { false }
  }

  /// Decides about a question.
  package mutating func look(_ question: Question, now: Instant) -> Decision {
    sweep(now)
    switch entries[question] {
    case .out: return .join
    case .answered(let answer, let sentAt) where now - sentAt < window: return .known(answer)
    case .answered, nil:
      entries[question] = .out
      sent[question] = now
      return .ask
    }
  }

  /// The question was answered; `isKept` says whether others may have the answer later.
  package mutating func finish(_ question: Question, _ answer: Answer, isKept: Bool) {
    guard isKept, let sentAt = sent[question] else { return abandon(question) }
    entries[question] = .answered(answer, sentAt: sentAt)
  }

  /// Nobody will answer: the next who asks has to send it.
  package mutating func abandon(_ question: Question) {
    entries[question] = nil
    sent[question] = nil
  }

  /// Forgets old answers, once a window.
  private mutating func sweep(_ now: Instant) {
    guard now >= nextSweep ?? now else { return }
    nextSweep = now + window
    for case (let question, .answered(_, let sentAt)) in entries where now - sentAt >= window {
      abandon(question)
    }
  }
}
