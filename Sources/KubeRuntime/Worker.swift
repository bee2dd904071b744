import KubeClient
package import Logging
package import Primitives
import ServiceLifecycle

/// Handles the keys of a ``WorkQueue`` with a bounded number of tasks, never one key twice at once.
///
/// At graceful shutdown no further key is started and those being handled are finished; cancellation cancels them too.
package final class Worker<Key: Hashable & Sendable>: Service {
  /// Handles one key; it must bring its own deadlines.
  package typealias Reconcile = @Sendable (Key) async -> ReconcileResult

  /// Figures for metrics.
  package struct Statistics: Sendable, Hashable {
    package var waiting = 0
    /// Those of `waiting` whose time has come.
    package var due = 0
    package var running = 0
    package var succeeded = 0
    package var failed = 0
  }

  private struct State {
    var queue: WorkQueue<Key>
    var random: SeededRandom
    var isStopped = false
    var succeeded = 0
    var failed = 0
  }

  /// What is handled, for logs and metrics.
  package let name: String
  private let concurrency: Int
  private let state: Locked<State>
  private let signal = WakeSignal()
  private let now: @Sendable () -> Instant
  private let logger: Logger
  private let reconcile: Reconcile

  package init(
    name: String,
    concurrency: Int = 4,
    backoff: Backoff = Backoff(base: .milliseconds(200), limit: .seconds(60)),
    seed: UInt64 = 1,
    now: @escaping @Sendable () -> Instant = SystemClock.now,
    logger: Logger,
    reconcile: @escaping Reconcile
  ) {
    self.name = name
    self.concurrency = max(1, concurrency)
    self.now = now
    self.logger = logger
    self.reconcile = reconcile
    state = Locked(State(queue: WorkQueue(backoff: backoff), random: SeededRandom(seed: seed)))
  }

  /// Asks for the key, now or after a time; of several asks the earliest wins. May be called before `run`.
  package func enqueue(_ key: Key, after delay: Duration = .zero) {
    let due = now() + delay
    state.withLock { $0.queue.add(key, at: due) }
    signal.wake()
  }

  /// How much waits, runs and has run.
  package var statistics: Statistics {
    let now = now()
    return state.withLock { state in
      Statistics(
        waiting: state.queue.waitingCount,
        due: state.queue.dueCount(at: now),
        running: state.queue.heldCount,
        succeeded: state.succeeded,
        failed: state.failed
      )
    }
  }

  /// Handles keys until graceful shutdown or cancellation, then until the last running one has ended.
  package func run() async throws {
    await withTaskCancellationOrGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        while case .go(let keys, let wake) = step() {
          for key in keys { group.addTask { await self.handle(key) } }
          if keys.isEmpty { await self.signal.wait(atMost: wake) }
        }
      }
    } onCancelOrGracefulShutdown: {
      self.state.withLock { $0.isStopped = true }
      self.signal.wake()
    }
  }

  private enum Step: Sendable {
    /// Start these; when there are none, wait for so long or for a wake.
    case go([Key], wake: Duration?)
    case stop
  }

  private func step() -> Step {
    let now = now()
    let isEnding = Task.isShuttingDownGracefully || Task.isCancelled
    return state.withLock { state in
      guard !isEnding, !state.isStopped else { return .stop }
      var keys: [Key] = []
      while state.queue.heldCount < concurrency, let key = state.queue.next(at: now) { keys.append(key) }
      // With all hands busy, the next end of one is the wake.
      let isBusy = state.queue.heldCount >= concurrency
      return .go(keys, wake: isBusy ? nil : state.queue.nextDue.map { $0 - now })
    }
  }

  private func handle(_ key: Key) async {
    let result = await reconcile(key)
    let finished = now()
    state.withLock { state in
      if case .failed = result { state.failed += 1 } else { state.succeeded += 1 }
      state.queue.finish(key, result, at: finished, using: &state.random)
    }
    logger.trace("handled", metadata: ["worker": "\(name)", "key": "\(key)", "result": "\(result)"])
    signal.wake()
  }
}
