import AnalysisCore
import KubeModel
import KubeRuntime
import Primitives
import RolloutController
import Testing

@Suite("Measurements apart from the reconcile", .timeLimit(.minutes(1)))
struct MeasurementRunnerTests {
  private let run = identity("run")

  private static func identity(_ name: String) -> RunIdentity {
    RunIdentity(["metadata": ["namespace": "shop", "name": .string(name), "uid": .string("uid-\(name)")]])
  }

  /// What the runner holds for a run, to be compared.
  private struct Desk: Equatable {
    var taken: [TakenMeasurement] = []
    var inFlight: Set<String> = []
  }

  private func collect(_ runner: MeasurementRunner) -> Desk {
    let (taken, inFlight) = runner.collect(run)
    return Desk(taken: taken, inFlight: inFlight)
  }

  private static func taken(_ value: String) -> TakenMeasurement {
    TakenMeasurement(metric: "m", measurement: Measurement(phase: .successful, value: value))
  }

  @Test("are taken one at a time of a metric, and kept until they are collected")
  func once() async throws {
    let (runs, finished) = AsyncStream.makeStream(of: ObjectKey.self)
    let runner = MeasurementRunner { finished.yield($0) }
    let works = Locked(0)
    for value in ["first", "second"] {
      runner.start("m", of: run) {
        works.withLock { $0 += 1 }
        return Self.taken(value)
      }
    }
    #expect(collect(runner) == Desk(inFlight: ["m"]))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await runner.run() }
      var iterator = runs.makeAsyncIterator()
      #expect(await iterator.next() == run.key)
      group.cancelAll()
      try await group.waitForAll()
    }
    #expect(collect(runner) == Desk(taken: [Self.taken("first")]))
    #expect(collect(runner) == Desk())
    #expect(works.withLock { $0 } == 1)
  }

  @Test("of a run that is cancelled end, and nothing comes of them")
  func cancelled() async throws {
    let (runs, finished) = AsyncStream.makeStream(of: ObjectKey.self)
    let runner = MeasurementRunner { finished.yield($0) }
    let (begun, ended, never) = (Gate(), Gate(), Gate())
    runner.start("m", of: run) {
      begun.open()
      do throws(CancellationError) { try await never.wait() } catch { ended.open() }
      return Self.taken("too late")
    }
    let other = Self.identity("other")
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await runner.run() }
      try await begun.wait()
      runner.cancel(run)
      #expect(collect(runner) == Desk())
      runner.start("m", of: run) { Self.taken("anew") }
      try await ended.wait()
      runner.start("m", of: other) { Self.taken("other") }
      var iterator = runs.makeAsyncIterator()
      let keys = [await iterator.next(), await iterator.next()]
      #expect(Set(keys) == [run.key, other.key])
      group.cancelAll()
      try await group.waitForAll()
    }
    #expect(collect(runner) == Desk(taken: [Self.taken("anew")]))
    finished.finish()
    for await key in runs { Issue.record("\(key) finished once more") }
  }

  @Test("end with the service")
  func shutdown() async throws {
    let runner = MeasurementRunner { _ in }
    let (begun, never) = (Gate(), Gate())
    runner.start("m", of: run) {
      begun.open()
      do throws(CancellationError) { try await never.wait() } catch { return nil }
      return Self.taken("never")
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await runner.run() }
      try await begun.wait()
      group.cancelAll()
      try await group.waitForAll()
    }
    #expect(collect(runner).taken == [])
  }
}
