import AnalysisCore
import MetricProviders
import Primitives

/// Asks one endpoint on behalf of all runs: equal questions once, so many at a time and per second, and none while it
/// is away (decision 17). The decisions are those of `AnalysisCore/Schedule`.
final class EndpointScheduler: Sendable {
  enum Reply: Sendable {
    case answered(ProviderAnswer)
    case away(Postponement)
    case cancelled
  }

  private enum Step {
    case reply(Reply)
    case join
    case send(after: Duration, isProbe: Bool)
  }

  private typealias Waiter = CheckedContinuation<Reply?, Never>

  private struct State {
    var board = AnswerBoard<EndpointQuestion, ProviderAnswer>()
    var breaker = CircuitBreaker()
    var limiter: RateLimiter
    var random: SeededRandom
    var waiting: [EndpointQuestion: [UInt64: Waiter]] = [:]
    var ticket: UInt64 = 0
  }

  private let name: String
  private let state: Locked<State>
  private let permits: PermitPool
  private let now: @Sendable () -> Instant

  init(_ name: String, options: EndpointOptions, seed: UInt64, now: @escaping @Sendable () -> Instant) {
    self.name = name
    self.now = now
    permits = PermitPool(options.concurrency)
    let limiter = RateLimiter(perSecond: options.questionsPerSecond, burst: options.questionsPerSecond)
    state = Locked(State(limiter: limiter, random: SeededRandom(seed: seed)))
  }

  /// Asks, or takes the answer to an equal question of the same second when the question may be shared.
  func ask(
    _ question: EndpointQuestion,
    _ perform: @Sendable () async -> ProviderAnswer
  ) async -> Reply {
    let isShared = question.isShareable
    while !Task.isCancelled {
      switch begin(question, isShared) {
      case .reply(let reply): return reply
      case .join:
        if let reply = await join(question) { return reply }
      case .send(let delay, let isProbe):
        if let reply = await waitForTurn(question, isShared, after: delay, isProbe: isProbe) { return reply }
        return await send(question, isShared, perform)
      }
    }
    return .cancelled
  }

  private func begin(_ question: EndpointQuestion, _ isShared: Bool) -> Step {
    let now = now()
    return state.withLock { state in
      if isShared {
        switch state.board.look(question, now: now) {
        case .known(let answer): return .reply(.answered(answer))
        case .join: return .join
        case .ask: break
        }
      }
      switch state.breaker.admit(now: now) {
      case .ask(let isProbe): return .send(after: state.limiter.take(now: now), isProbe: isProbe)
      case .wait(let until):
        if isShared { state.board.abandon(question) }
        return .reply(.away(postponement(state.breaker, now: now, retryAt: until)))
      }
    }
  }

  private func postponement(_ breaker: CircuitBreaker, now: Instant, retryAt: Instant) -> Postponement {
    let outage = breaker.outage
    let since = outage.map { " since \($0.since.rfc3339)" } ?? ""
    let words = outage.map { ": \($0.reason)" } ?? ""
    return Postponement(reason: "\(name) is away\(since)\(words)", since: now, retryAt: retryAt)
  }

  /// Waits for the rate and for a permit; a reply when the question is not to be sent after all.
  private func waitForTurn(
    _ question: EndpointQuestion,
    _ isShared: Bool,
    after delay: Duration,
    isProbe: Bool
  ) async -> Reply? {
    do throws(CancellationError) {
      if delay > .zero { try await pause(delay) }
      try await permits.take()
    } catch {
      return giveUp(question, isShared)
    }
    guard !isProbe, let reply = refusal(question, isShared) else { return nil }
    permits.giveBack()
    return reply
  }

  /// Those who stood in line when the circuit opened do not ask one after the other what nobody answers.
  private func refusal(_ question: EndpointQuestion, _ isShared: Bool) -> Reply? {
    let now = now()
    let (reply, waiters) = state.withLock { state -> (Reply?, [Waiter]) in
      guard case .wait(let until) = state.breaker.admit(now: now) else { return (nil, []) }
      let reply = Reply.away(postponement(state.breaker, now: now, retryAt: until))
      guard isShared else { return (reply, []) }
      state.board.abandon(question)
      return (reply, state.waiting.removeValue(forKey: question).map { Array($0.values) } ?? [])
    }
    for waiter in waiters { waiter.resume(returning: reply) }
    return reply
  }

  private func send(
    _ question: EndpointQuestion,
    _ isShared: Bool,
    _ perform: @Sendable () async -> ProviderAnswer
  ) async -> Reply {
    let answer = await perform()
    permits.giveBack()
    return Task.isCancelled ? giveUp(question, isShared) : finish(question, isShared, answer)
  }

  private func pause(_ delay: Duration) async throws(CancellationError) {
    do { try await Task.sleep(for: delay) } catch { throw CancellationError() }
  }

  private func finish(_ question: EndpointQuestion, _ isShared: Bool, _ answer: ProviderAnswer) -> Reply {
    let now = now()
    let (reply, waiters) = state.withLock { state in
      var reply = Reply.answered(answer)
      if answer.isOutage {
        state.breaker.met(outage: answer.error ?? "no answer", now: now, using: &state.random)
        let retryAt = state.breaker.retry(after: now, using: &state.random)
        reply = .away(postponement(state.breaker, now: now, retryAt: retryAt))
      } else {
        state.breaker.answered()
      }
      guard isShared else { return (reply, [Waiter]()) }
      state.board.finish(question, answer, isKept: !answer.isOutage)
      return (reply, state.waiting.removeValue(forKey: question).map { Array($0.values) } ?? [])
    }
    for waiter in waiters { waiter.resume(returning: reply) }
    return reply
  }

  /// The question was cancelled before it was answered; those who waited for the answer ask themselves.
  private func giveUp(_ question: EndpointQuestion, _ isShared: Bool) -> Reply {
    let now = now()
    let waiters = state.withLock { state in
      state.breaker.gaveUp(now: now)
      guard isShared else { return [Waiter]() }
      state.board.abandon(question)
      return state.waiting.removeValue(forKey: question).map { Array($0.values) } ?? []
    }
    for waiter in waiters { waiter.resume(returning: nil) }
    return .cancelled
  }

  /// Waits for the answer to the equal question that is out; nil when it does not come.
  private func join(_ question: EndpointQuestion) async -> Reply? {
    let ticket = state.withLock { state in
      state.ticket += 1
      return state.ticket
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        let isOver = state.withLock { state in
          guard !Task.isCancelled, state.board.isOut(question) else { return true }
          state.waiting[question, default: [:]][ticket] = waiter
          return false
        }
        if isOver { waiter.resume(returning: nil) }
      }
    } onCancel: {
      let waiter = state.withLock { $0.waiting[question]?.removeValue(forKey: ticket) }
      waiter?.resume(returning: nil)
    }
  }
}

/// What one endpoint is asked at most.
package struct EndpointOptions: Sendable {
  /// Questions that are out at the same time.
  package var concurrency: Int
  /// Questions per second.
  package var questionsPerSecond: Int

  package init(concurrency: Int = 16, questionsPerSecond: Int = 2000) {
    self.concurrency = concurrency
    self.questionsPerSecond = questionsPerSecond
  }
}
