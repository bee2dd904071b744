import KubeModel
import Primitives
import RolloutCore
import ServiceLifecycle

/// Asks step plugins apart from the reconciles that want it, so that no abort ever waits for one.
///
/// A question is asked once, however often it is ordered. Its answer is kept for the rollout's next looks; `finished`
/// asks for one. What waits is bounded by the steps of all rollouts; all calls end with the service, and are ordered
/// again by the plans of the next controller.
final class StepPluginRunner: Service {
  typealias Work = @Sendable (_ call: StepPluginCall, _ rollout: JSONValue) async -> StepPluginAnswer

  private struct Order: Sendable {
    let call: StepPluginCall
    let rollout: JSONValue
  }

  private struct Desk {
    var inFlight: Set<String> = []
    /// The last answers, oldest first.
    var answers: [(id: String, answer: StepPluginAnswer)] = []
  }

  /// How many answers of a rollout are kept.
  private static let most = 32

  private let desks = Locked<[ObjectKey: Desk]>([:])
  private let orders: AsyncStream<Order>
  private let continuation: AsyncStream<Order>.Continuation
  private let work: Work
  private let finished: @Sendable (ObjectKey) -> Void

  init(work: @escaping Work, finished: @escaping @Sendable (ObjectKey) -> Void) {
    self.work = work
    self.finished = finished
    (orders, continuation) = AsyncStream.makeStream()
  }

  /// Begins a call; false for one that is in flight or answered.
  @discardableResult
  func start(_ call: StepPluginCall, of rollout: JSONValue) -> Bool {
    let isNew = desks.withLock { desks in
      var desk = desks[ObjectKey(rollout)] ?? Desk()
      guard !desk.answers.contains(where: { $0.id == call.id }), desk.inFlight.insert(call.id).inserted else {
        return false
      }
      desks[ObjectKey(rollout)] = desk
      return true
    }
    if isNew { continuation.yield(Order(call: call, rollout: rollout)) }
    return isNew
  }

  /// What is known of the rollout's plugins.
  func board(of key: ObjectKey) -> StepPluginBoard {
    desks.withLock { desks in
      guard let desk = desks[key] else { return StepPluginBoard() }
      let answers = desk.answers.reduce(into: [:]) { $0[$1.id] = $1.answer }
      return StepPluginBoard(answers: answers, inFlight: desk.inFlight)
    }
  }

  /// Forgets the answers for a rollout that is gone; what is in flight goes on.
  func forget(_ key: ObjectKey) { desks.withLock { $0[key] = nil } }

  /// Asks until graceful shutdown or cancellation, which end the calls in flight.
  func run() async throws {
    await withTaskCancellationOrGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        for await order in orders { group.addTask { await self.perform(order) } }
        group.cancelAll()
      }
    } onCancelOrGracefulShutdown: {
      self.continuation.finish()
    }
  }

  private func perform(_ order: Order) async {
    let answer = await work(order.call, order.rollout)
    let key = ObjectKey(order.rollout)
    let isWanted = desks.withLock { desks in
      guard desks[key]?.inFlight.remove(order.call.id) != nil else { return false }
      // What a shutdown ended was not answered.
      guard !Task.isCancelled else { return false }
      var answers = desks[key]?.answers ?? []
      answers.append((order.call.id, answer))
      desks[key]?.answers = Array(answers.suffix(Self.most))
      return true
    }
    if isWanted { finished(key) }
  }
}

extension PluginHost {
  /// The answer of a step plugin; whatever goes wrong is an answer with an error.
  func answer(_ call: StepPluginCall, _ rollout: JSONValue) async -> StepPluginAnswer {
    let subject = "step plugin \(call.name)"
    do throws(PluginFailure) {
      let entry = try await entry(.step, call.name)
      guard !entry.isDisabled else { return .disabled }
      let verb = call.operation.rawValue.lowercased()
      return try StepPluginAnswer(try await ask(entry, verb, call.content(rollout)), subject)
    } catch {
      return .error(error.description)
    }
  }
}
