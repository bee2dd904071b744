import KubeRuntime
import Primitives
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(1))) struct WorkerTests {
  /// What reconciles did, seen from outside.
  private final class Log: Sendable {
    struct State {
      var running: [String: Int] = [:]
      var runs: [String: Int] = [:]
      var most = 0
      var overlaps = 0
    }

    let state = Locked(State())

    func enter(_ key: String) {
      state.withLock { state in
        state.running[key, default: 0] += 1
        state.runs[key, default: 0] += 1
        if state.running[key, default: 0] > 1 { state.overlaps += 1 }
        state.most = max(state.most, state.running.values.reduce(0, +))
      }
    }

    func leave(_ key: String) { state.withLock { $0.running[key, default: 1] -= 1 } }

    func runs(_ key: String) -> Int { state.withLock { $0.runs[key] ?? 0 } }
  }

  @Test func handlesEveryKeyWithoutOverlapAndWithinItsConcurrency() async throws {
    let log = Log()
    let worker = Worker<String>(name: "test", concurrency: 3, logger: quiet) { key in
      log.enter(key)
      for _ in 0..<20 { await Task.yield() }
      log.leave(key)
      return .done
    }
    for index in 0..<40 { worker.enqueue("k\(index % 10)") }
    try await running([worker]) {
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask {
            for index in 0..<100 {
              worker.enqueue("k\(index % 10)")
              await Task.yield()
            }
          }
        }
      }
      await until { worker.statistics.waiting == 0 && worker.statistics.running == 0 }
    }
    let state = log.state.withLock { $0 }
    #expect(state.overlaps == 0)
    #expect(state.most <= 3)
    #expect((0..<10).allSatisfy { (state.runs["k\($0)"] ?? 0) >= 1 })
    #expect(worker.statistics.succeeded == state.runs.values.reduce(0, +))
  }

  @Test func handlesAKeyAgainThatWasAskedForWhileItRan() async throws {
    let log = Log()
    let hold = Locked(true)
    let worker = Worker<String>(name: "test", logger: quiet) { key in
      log.enter(key)
      while hold.withLock({ $0 }), !Task.isCancelled { await Task.yield() }
      log.leave(key)
      return .done
    }
    try await running([worker]) {
      worker.enqueue("a")
      await until { log.runs("a") == 1 }
      worker.enqueue("a")
      worker.enqueue("a")
      hold.withLock { $0 = false }
      await until { log.runs("a") == 2 }
    }
    #expect(log.runs("a") == 2)
    #expect(log.state.withLock { $0.overlaps } == 0)
  }

  @Test func triesAgainAfterAFailureAndWakesByItself() async throws {
    let log = Log()
    let worker = Worker<String>(
      name: "test",
      backoff: Backoff(base: .milliseconds(1), limit: .milliseconds(4)),
      logger: quiet
    ) { key in
      log.enter(key)
      log.leave(key)
      switch log.runs(key) {
      case 1...3: return .failed(retryAfter: nil)
      case 4: return .again(after: .milliseconds(5))
      default: return .done
      }
    }
    try await running([worker]) {
      worker.enqueue("a", after: .milliseconds(2))
      await until { log.runs("a") == 5 }
    }
    #expect(worker.statistics.failed == 3)
  }

  @Test func finishesWhatRunsAtGracefulShutdownAndStartsNothingNew() async throws {
    let log = Log()
    let worker = Worker<String>(name: "test", concurrency: 1, logger: quiet) { key in
      log.enter(key)
      while !Task.isShuttingDownGracefully, !Task.isCancelled { await Task.yield() }
      log.leave(key)
      return Task.isCancelled ? .failed(retryAfter: nil) : .done
    }
    try await running([worker]) {
      worker.enqueue("a")
      worker.enqueue("b")
      await until { log.runs("a") == 1 }
    }
    #expect(worker.statistics.succeeded == 1)
    #expect(log.runs("b") == 0)
  }

  @Test func endsWithItsTask() async throws {
    let worker = Worker<String>(name: "test", logger: quiet) { _ in
      while !Task.isCancelled { await Task.yield() }
      return .done
    }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await #expect(throws: Never.self) { try await worker.run() } }
      worker.enqueue("a")
      await until { worker.statistics.running == 1 }
      group.cancelAll()
    }
    #expect(worker.statistics.running == 0)
  }
}
