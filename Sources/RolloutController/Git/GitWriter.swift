package import GitOpsCore
import GitStore
package import KubeModel
import Primitives
import ServiceLifecycle

/// Records decisions in Git, each exactly once, however often it is submitted and whoever else pushes.
///
/// Nothing ever waits for it: decisions queue per source and are tried until they land, with a backoff of at most 30
/// seconds. What is queued is lost with the process; whoever decided submits again what `recorded` does not show.
package final class GitWriter: Service {
  /// What waits for one source.
  private struct Queue {
    var decisions: [Decision] = []
    /// Why the last attempt failed.
    var problem: String?
    var isWorking = false
    var attempt = 0
  }

  /// How long failed attempts wait.
  private static let backoff = Backoff(base: .milliseconds(500), limit: .seconds(30), jitter: 0.3)
  /// How long to wait after somebody else pushed first.
  private static let raceBackoff = Backoff(base: .milliseconds(20), limit: .seconds(2), jitter: 0.9)

  private let environment: GitWriterEnvironment
  private let records: RecordedDecisions
  private let queues = Locked<[ObjectKey: Queue]>([:])
  private let random: Locked<SeededRandom>
  private let signal = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

  package init(environment: GitWriterEnvironment, records: RecordedDecisions) {
    self.environment = environment
    self.records = records
    random = Locked(SeededRandom(seed: environment.seed))
  }

  /// Queues a decision for its source; one that waits already, or that Git has already, is not queued again.
  package func submit(_ decision: Decision, source: ObjectKey) {
    if records.recorded(for: decision.rollout, in: source)?.decisionIDs.contains(decision.id) == true {
      return
    }
    let isNew = queues.withLock { queues in
      guard queues[source]?.decisions.contains(where: { $0.id == decision.id }) != true else { return false }
      queues[source, default: Queue()].decisions.append(decision)
      return true
    }
    if isNew { signal.continuation.yield() }
  }

  /// Why a decision about the Rollout is not in Git yet; nil when none waits.
  package func pending(for rollout: ObjectKey) -> String? {
    queues.withLock { queues in
      queues.values.first { $0.decisions.contains { $0.rollout == rollout } }.map {
        $0.problem ?? "the decision is being written to Git"
      }
    }
  }

  /// What Git is known to hold about the Rollout; nil as long as the source's `serin.lock` was not read.
  package func recorded(for rollout: ObjectKey, in source: ObjectKey) -> RecordedState? {
    records.recorded(for: rollout, in: source)
  }

  /// Writes until the service ends; an attempt under way is then given up.
  package func run() async {
    await withDiscardingTaskGroup { group in
      for await _ in signal.stream.cancelOnGracefulShutdown() {
        for source in claimIdle() { group.addTask { await self.drain(source) } }
      }
      group.cancelAll()
    }
  }

  private func claimIdle() -> [ObjectKey] {
    queues.withLock { queues in
      let idle = queues.filter { !$0.value.isWorking && !$0.value.decisions.isEmpty }.map(\.key)
      for key in idle { queues[key]?.isWorking = true }
      return idle
    }
  }

  /// The decisions to write next; an empty answer hands the source back.
  private func nextBatch(_ source: ObjectKey) -> [Decision] {
    queues.withLock { queues in
      let batch = queues[source]?.decisions ?? []
      if batch.isEmpty { queues[source] = nil }
      return batch
    }
  }

  private func drain(_ source: ObjectKey) async {
    while !Task.isCancelled {
      let batch = nextBatch(source)
      guard !batch.isEmpty else { return }
      do {
        try await write(batch, to: source)
        finish(batch, source)
      } catch {
        guard !Task.isCancelled else { return }
        let delay = fail(error, batch, source)
        do { try await environment.sleep(delay) } catch { return }
      }
    }
  }

  private func write(_ batch: [Decision], to key: ObjectKey) async throws {
    guard let target = try await environment.open(key) else {
      return log(key, isWarning: true, "decisions dropped, the GitSource is gone: \(Self.list(batch))")
    }
    guard target.source.writeBackMode != .none else { return }
    let session = DecisionSession(target: target, now: environment.now())
    let outcome = try await session.write(batch)
    records.update(key, lock: outcome.lock)
    for line in outcome.lines { log(key, isWarning: false, line) }
    if outcome.isPushed { environment.pushed(key) }
  }

  private func finish(_ batch: [Decision], _ source: ObjectKey) {
    let ids = Set(batch.map(\.id))
    queues.withLock { queues in
      queues[source]?.decisions.removeAll { ids.contains($0.id) }
      queues[source]?.problem = nil
      queues[source]?.attempt = 0
    }
    for rollout in Set(batch.map(\.rollout)) { environment.changed(rollout) }
  }

  /// Takes note of a failure and says how long to wait; the same failure is told once.
  private func fail(_ error: any Error, _ batch: [Decision], _ source: ObjectKey) -> Duration {
    var isRace = false
    if case GitError.rejected = error { isRace = true }
    // The tips differ each time; the trouble is the same.
    let problem = isRace ? "others keep pushing to the branch first" : "\(error)"
    let (attempt, isNews) = queues.withLock { queues in
      var queue = queues[source] ?? Queue()
      let attempt = queue.attempt
      queue.attempt += 1
      // Losing a race is everyday life; losing ten in a row is worth a word.
      let isNews = queue.problem != problem && (!isRace || attempt >= 10)
      if isNews { queue.problem = problem }
      queues[source] = queue
      return (attempt, isNews)
    }
    if isNews {
      log(source, isWarning: true, "cannot write \(Self.list(batch)): \(problem); trying again")
      for rollout in Set(batch.map(\.rollout)) { environment.changed(rollout) }
    }
    return random.withLock { random in
      (isRace ? Self.raceBackoff : Self.backoff).delay(attempt: attempt, using: &random)
    }
  }

  private func log(_ source: ObjectKey, isWarning: Bool, _ message: String) {
    environment.log(GitLogLine(isWarning: isWarning, source: source, message: message))
  }

  private static func list(_ batch: [Decision]) -> String {
    batch.map { "\($0.kind.rawValue) of \($0.rollout)" }.joined(separator: ", ")
  }
}
