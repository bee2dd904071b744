package import AnalysisCore
package import KubeModel
import KubeRuntime
package import Primitives
import ServiceLifecycle

/// Takes measurements apart from the reconciles that ask for them, so that a slow provider holds up nothing else.
///
/// At most one measurement of a metric is in flight, so what waits is bounded by the metrics of all runs. What comes of
/// a measurement is kept until the run's next reconcile collects it; `finished` asks for that. All measurements end
/// with the service.
package final class MeasurementRunner: Service {
  /// A measurement; nil when it was cancelled.
  package typealias Work = @Sendable () async -> TakenMeasurement?

  private struct Order: Sendable {
    let run: RunIdentity
    let metric: String
    let cancelled: Gate
    let work: Work
  }

  private struct Desk {
    var inFlight: [String: Gate] = [:]
    var taken: [TakenMeasurement] = []
  }

  private let desks = Locked<[RunIdentity: Desk]>([:])
  private let orders: AsyncStream<Order>
  private let continuation: AsyncStream<Order>.Continuation
  private let finished: @Sendable (ObjectKey) -> Void

  package init(finished: @escaping @Sendable (ObjectKey) -> Void) {
    self.finished = finished
    (orders, continuation) = AsyncStream.makeStream()
  }

  /// Begins a measurement, unless one of that metric is in flight.
  package func start(_ metric: String, of run: RunIdentity, _ work: @escaping Work) {
    let cancelled = Gate()
    let isNew = desks.withLock { desks in
      guard desks[run]?.inFlight[metric] == nil else { return false }
      desks[run, default: Desk()].inFlight[metric] = cancelled
      return true
    }
    if isNew { continuation.yield(Order(run: run, metric: metric, cancelled: cancelled, work: work)) }
  }

  /// What was measured since the last call, and the metrics that are being measured.
  package func collect(_ run: RunIdentity) -> (taken: [TakenMeasurement], inFlight: Set<String>) {
    desks.withLock { desks in
      guard let desk = desks[run] else { return ([], []) }
      desks[run] = desk.inFlight.isEmpty ? nil : Desk(inFlight: desk.inFlight)
      return (desk.taken, Set(desk.inFlight.keys))
    }
  }

  /// Ends the measurements of a run; nothing comes of them any more.
  package func cancel(_ run: RunIdentity) {
    let gates = desks.withLock { $0.removeValue(forKey: run)?.inFlight.values.map { $0 } ?? [] }
    for gate in gates { gate.open() }
  }

  /// Takes measurements until graceful shutdown or cancellation, which end those in flight.
  package func run() async throws {
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
    let taken = await withTaskGroup(of: TakenMeasurement?.self) { group in
      group.addTask { await order.work() }
      group.addTask {
        do throws(CancellationError) { try await order.cancelled.wait() } catch { return nil }
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
    let isWanted = desks.withLock { desks in
      guard var desk = desks[order.run], desk.inFlight[order.metric] === order.cancelled else { return false }
      desk.inFlight[order.metric] = nil
      if let taken { desk.taken.append(taken) }
      desks[order.run] = desk
      return true
    }
    if isWanted { finished(order.run.key) }
  }
}

/// One AnalysisRun, told from another that later has its name.
package struct RunIdentity: Sendable, Hashable {
  package let key: ObjectKey
  package let uid: String

  package init(_ run: JSONValue) {
    key = ObjectKey(run)
    uid = run.uid
  }
}
