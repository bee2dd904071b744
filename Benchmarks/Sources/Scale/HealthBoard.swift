import KubeClient
import KubeModel
import Primitives

/// What a watch says of the Rollouts: which are healthy, and how often one changed.
final class HealthBoard: Sendable {
  private struct Entry {
    /// The generation that the benchmark asked for.
    var asked = 1
    var phase = ""
  }

  private struct State {
    var entries: [String: Entry] = [:]
    var unhealthy: Set<String> = []
    var changes = 0
    var healthySince: ContinuousClock.Instant?
    var failure: KubeError?
  }

  private let client: KubeClient
  private let namespace: String
  private let state = Locked(State())

  init(client: KubeClient, namespace: String) {
    self.client = client
    self.namespace = namespace
  }

  /// Says that these Rollouts are to become healthy at the next generation, before the change is made.
  func expect(_ names: [String]) {
    state.withLock { state in
      for name in names {
        if state.entries[name] != nil {
          state.entries[name]?.asked += 1
        } else {
          state.entries[name] = Entry()
        }
      }
      state.unhealthy = Set(names)
      state.healthySince = nil
    }
  }

  /// How many writes have changed a Rollout since the watch began.
  var changes: Int { state.withLock { $0.changes } }

  /// When the last one became healthy; nil while one is not. Throws when the watch has failed.
  func healthySince() throws -> ContinuousClock.Instant? {
    try state.withLock { state in
      if let failure = state.failure { throw failure }
      return state.healthySince
    }
  }

  /// How many are in each phase, for the message of a run that takes too long.
  var summary: String {
    let phases = state.withLock { state in state.entries.values.map(\.phase) }
    let counts = phases.reduce(into: [String: Int]()) { $0[$1.isEmpty ? "none" : $1, default: 0] += 1 }
    return counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
  }

  /// Watches until cancelled; the namespace is empty when it begins, so that nothing before matters.
  func run(from version: String) async {
    var version = version
    while !Task.isCancelled {
      do throws(KubeError) {
        let stream = try await client.watch(
          .rollouts,
          namespace: namespace,
          resourceVersion: version
        )
        for try await event in stream {
          if let reached = event.resourceVersion { version = reached }
          if case .error(let status) = event { throw KubeError(attempt: "watch rollouts", status: status) }
          note(event)
        }
      } catch {
        if error.code == .cancelled { return }
        state.withLock { $0.failure = error }
        return
      }
    }
  }

  private func note(_ event: WatchEvent) {
    guard case .added(let object) = event else {
      if case .modified(let object) = event { note(object) }
      return
    }
    note(object)
  }

  private func note(_ rollout: JSONValue) {
    let phase = rollout.status["phase"]?.string ?? ""
    let generation = rollout.generation
    let isSeen = rollout.status["observedGeneration"]?.string == String(generation)
    state.withLock { state in
      state.changes += 1
      guard let entry = state.entries[rollout.name] else { return }
      state.entries[rollout.name]?.phase = phase
      guard phase == "Healthy", isSeen, generation >= entry.asked else { return }
      state.unhealthy.remove(rollout.name)
      if state.unhealthy.isEmpty, state.healthySince == nil { state.healthySince = .now }
    }
  }
}
