package import KubeClient
import KubeModel
package import Logging
package import Primitives
import ServiceLifecycle

/// Writes events to the cluster, best effort: recording never waits and never fails, and what cannot be written is
/// logged and dropped.
package final class EventRecorder: Service {
  private struct State {
    /// Notes not written yet, in order, with how often each was recorded.
    var order: [EventNote] = []
    var times: [EventNote: Int] = [:]
    var dropped = 0
    var isStopped = false
  }

  private let client: KubeClient
  private let component: String
  private let limit: Int
  private let now: @Sendable () -> Instant
  private let logger: Logger
  private let state = Locked(State())
  private let signal = WakeSignal()

  /// A recorder that keeps at most `limit` different notes that are not written yet; more are dropped and counted.
  package init(
    client: KubeClient,
    component: String = "serin",
    limit: Int = 256,
    now: @escaping @Sendable () -> Instant = SystemClock.now,
    logger: Logger
  ) {
    self.client = client
    self.component = component
    self.limit = limit
    self.now = now
    self.logger = logger
  }

  /// Hands a note over; equal notes that wait count as one event with a count.
  package func record(_ note: EventNote) {
    let limit = limit
    state.withLock { state in
      if state.times[note] == nil {
        guard state.order.count < limit else {
          state.dropped += 1
          return
        }
        state.order.append(note)
      }
      state.times[note, default: 0] += 1
    }
    signal.wake()
  }

  /// How many notes were dropped because too many waited.
  package var droppedCount: Int { state.withLock { $0.dropped } }

  /// Writes notes until graceful shutdown, and then, for at most two seconds, those that still wait.
  package func run() async throws {
    await withTaskCancellationOrGracefulShutdownHandler {
      var ledger = EventLedger(component: component)
      while true {
        let (notes, isStopped) = take()
        if isStopped {
          _ = await withDeadline(.seconds(2)) { [ledger] in
            var ledger = ledger
            await self.write(notes, &ledger)
          }
          return
        }
        await write(notes, &ledger)
        if notes.isEmpty { await signal.wait(atMost: nil) }
      }
    } onCancelOrGracefulShutdown: {
      self.state.withLock { $0.isStopped = true }
      self.signal.wake()
    }
  }

  private func take() -> (notes: [(EventNote, Int)], isStopped: Bool) {
    state.withLock { state in
      let notes = state.order.map { ($0, state.times[$0] ?? 1) }
      state.order = []
      state.times = [:]
      return (notes, state.isStopped)
    }
  }

  private func write(_ notes: [(EventNote, Int)], _ ledger: inout EventLedger) async {
    for (note, times) in notes {
      do throws(KubeError) {
        try await write(note, times, &ledger)
      } catch {
        ledger.forget(note)
        guard error.code != .cancelled else { continue }
        logger.debug("\(error.message)", metadata: ["reason": "\(note.reason)"])
      }
    }
  }

  private func write(_ note: EventNote, _ times: Int, _ ledger: inout EventLedger) async throws(KubeError) {
    switch ledger.write(note, times: times, at: now()) {
    case .create(let event): try await client.create(.events, event)
    case .patch(let key, let change):
      do throws(KubeError) {
        try await client.patch(.events, namespace: key.namespace, name: key.name, .merge(change))
      } catch {
        // The server keeps events for an hour or less.
        guard error.code == .notFound else { throw error }
        ledger.forget(note)
        guard case .create(let event) = ledger.write(note, times: times, at: now()) else { return }
        try await client.create(.events, event)
      }
    }
  }
}
