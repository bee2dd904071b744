import AnalysisCore
import KubeRuntime
import MetricProviders
import Primitives

@testable import RolloutController

/// An endpoint that counts its questions and answers when its gate is open, with a clock that stands still.
final class AskedEndpoint: Sendable {
  enum Outcome: Sendable, Equatable {
    case answered
    case away(reason: String, retryAt: Instant)
    case cancelled

    var isAway: Bool {
      if case .away = self { true } else { false }
    }
  }

  let gate = Gate()
  /// Whether what comes of a question is an outage.
  let isAway = Locked(false)
  private let questions = Locked(0)
  private let clock = Locked(Instant(secondsSinceEpoch: 1_800_000_000))

  var count: Int { questions.withLock { $0 } }

  var now: Instant { clock.withLock { $0 } }

  func pass(_ time: Duration) { clock.withLock { $0 = $0 + time } }

  func scheduler(_ options: EndpointOptions = EndpointOptions()) -> EndpointScheduler {
    EndpointScheduler("prometheus", options: options, seed: 7) { self.now }
  }

  func ask(_ query: String, _ scheduler: EndpointScheduler) async -> Outcome {
    await ask(query, scheduler, through: gate)
  }

  /// Asks a Prometheus; without a gate, the answer comes at once.
  func ask(_ query: String, _ scheduler: EndpointScheduler, through gate: Gate?) async -> Outcome {
    let provider = ProviderSpec(["prometheus": ["address": "http://prometheus", "query": .string(query)]])
    return await ask(EndpointQuestion(provider, namespace: ""), scheduler, through: gate)
  }

  func ask(_ question: EndpointQuestion, _ scheduler: EndpointScheduler) async -> Outcome {
    await ask(question, scheduler, through: gate)
  }

  private func ask(
    _ question: EndpointQuestion,
    _ scheduler: EndpointScheduler,
    through gate: Gate?
  ) async -> Outcome {
    let reply = await scheduler.ask(question) {
      self.questions.withLock { $0 += 1 }
      let isCancelled = ProviderAnswer(error: "cancelled", isOutage: true)
      do throws(CancellationError) { try await gate?.wait() } catch { return isCancelled }
      let isAway = self.isAway.withLock { $0 }
      return isAway ? ProviderAnswer(error: "refused", isOutage: true) : ProviderAnswer(value: .number(1))
    }
    switch reply {
    case .answered: return .answered
    case .away(let postponement):
      return .away(reason: postponement.reason, retryAt: postponement.retryAt)
    case .cancelled: return .cancelled
    }
  }
}
