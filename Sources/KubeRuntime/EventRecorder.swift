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

  /// A note on its way to the server.
  private struct Order: Sendable {
    let note: EventNote
    let times: Int
    let write: EventLedger.Write
  }

  private static let writesAtOnce = 8

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
    limit: Int = 10_000,
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

  /// Writes notes, which all differ, a few at a time.
  private func write(_ notes: [(EventNote, Int)], _ ledger: inout EventLedger) async {
    for start in stride(from: 0, to: notes.count, by: Self.writesAtOnce) {
      let orders = notes[start..<min(start + Self.writesAtOnce, notes.count)].map { note, times in
        Order(note: note, times: times, write: ledger.write(note, times: times, at: now()))
      }
      var missing: [(EventNote, Int)] = []
      for (order, error) in await failures(of: orders) {
        ledger.forget(order.note)
        if error.code == .notFound, case .patch = order.write {
          // The server keeps events for an hour or less.
          missing.append((order.note, order.times))
        } else if error.code != .cancelled {
          logger.debug("\(error.message)", metadata: ["reason": "\(order.note.reason)"])
        }
      }
      if !missing.isEmpty { await write(missing, &ledger) }
    }
  }

  /// Sends at once what is of different objects; what is of one goes in its order, as whoever watches has to see it.
  private func failures(of orders: [Order]) async -> [(Order, KubeError)] {
    await withTaskGroup(of: [(Order, KubeError)].self) { group in
      for orders in Dictionary(grouping: orders, by: \.note.uid).values {
        group.addTask { await self.failures(inTurn: orders) }
      }
      var failures: [(Order, KubeError)] = []
      for await some in group { failures += some }
      return failures
    }
  }

  private func failures(inTurn orders: [Order]) async -> [(Order, KubeError)] {
    var failures: [(Order, KubeError)] = []
    for order in orders {
      do throws(KubeError) {
        try await send(order.write)
      } catch {
        failures.append((order, error))
      }
    }
    return failures
  }

  private func send(_ write: EventLedger.Write) async throws(KubeError) {
    let request: KubeRequest
    switch write {
    case .create(let event): request = .create(.events, event, options: WriteOptions())
    case .patch(let key, let change):
      request = .patch(
        .events,
        namespace: key.namespace,
        name: key.name,
        .merge(change),
        subresource: nil,
        options: PatchOptions()
      )
    }
    // Nobody reads the answer.
    _ = try await client.response(to: request)
  }
}
