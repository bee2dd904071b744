import KubeClient
import KubeModel
import Primitives

/// What watches say: which rollouts and rules are where they are to go, and how often a route changed.
final class RoutesBoard: Sendable {
  /// What is waited for.
  enum Goal: Sendable, Equatable {
    /// Healthy with all requests for stable.
    case healthy
    /// Waiting in the pause behind a `setWeight`.
    case paused(step: Int, weight: Int)

    var weight: Int {
      switch self {
      case .healthy: 0
      case .paused(_, let weight): weight
      }
    }

    func isReached(by rollout: JSONValue) -> Bool {
      guard rollout.status["observedGeneration"]?.string == String(rollout.generation) else { return false }
      switch self {
      case .healthy: return rollout.status["phase"] == "Healthy"
      case .paused(let step, _):
        let isWaiting = rollout.status["pauseConditions"]?.array?.isEmpty == false
        return isWaiting && rollout.status["currentStepIndex"]?.int == step
      }
    }
  }

  private struct State {
    var goal = Goal.healthy
    var asked = ContinuousClock.now
    /// Canary services whose rule does not have the weight yet.
    var unweighted: Set<String> = []
    var unfinished: Set<String> = []
    var weighted: ContinuousClock.Instant?
    var finished: ContinuousClock.Instant?
    var generations: [String: Int] = [:]
    var statuses: [String: JSONValue] = [:]
    var changes = Changes()
    var failure: KubeError?
  }

  /// How often the routes changed.
  struct Changes: Sendable {
    /// Of what people and the controller write.
    var spec = 0
    /// Of what only the gateway writes.
    var status = 0
    /// Of neither, but of who manages which fields.
    var managers = 0

    static func - (later: Changes, earlier: Changes) -> Changes {
      Changes(
        spec: later.spec - earlier.spec,
        status: later.status - earlier.status,
        managers: later.managers - earlier.managers
      )
    }
  }

  private let client: KubeClient
  private let state = Locked(State())

  init(client: KubeClient) { self.client = client }

  var changes: Changes { state.withLock { $0.changes } }

  /// Says where all rollouts are to go, before the change is made.
  func expect(_ goal: Goal, of rollouts: [String]) {
    state.withLock { state in
      state.goal = goal
      state.unfinished = Set(rollouts)
      state.unweighted = Set(rollouts.map(RoutesShop.canary))
      (state.weighted, state.finished) = (nil, nil)
    }
  }

  /// When the last rule had the weight, and when the last rollout was there; nil while one is not.
  func reached() throws -> (weighted: ContinuousClock.Instant, finished: ContinuousClock.Instant)? {
    try state.withLock { state in
      if let failure = state.failure { throw failure }
      guard let finished = state.finished, let weighted = state.weighted else { return nil }
      return (weighted, finished)
    }
  }

  /// How many are not where they are to go, for the message of a run that takes too long.
  var summary: String {
    state.withLock { "\($0.unfinished.count) rollouts and \($0.unweighted.count) rules are not there" }
  }

  /// Watches both kinds until cancelled, from versions at which there were none.
  func run(from version: String) async {
    async let rollouts: Void = watch(.rollouts, from: version) { $0.noteRollout($1) }
    await watch(.httpRoutes, from: version) { $0.noteRoute($1) }
    await rollouts
  }

  private func watch(
    _ type: ResourceType,
    from version: String,
    _ note: @Sendable (RoutesBoard, JSONValue) -> Void
  ) async {
    var version = version
    while !Task.isCancelled {
      do throws(KubeError) {
        let stream = try await client.watch(type, namespace: RoutesShop.namespace, resourceVersion: version)
        for try await event in stream {
          if let reached = event.resourceVersion { version = reached }
          switch event {
          case .added(let object), .modified(let object): note(self, object)
          case .error(let status): throw KubeError(attempt: "watch \(type)", status: status)
          case .deleted, .bookmark: break
          }
        }
      } catch {
        if error.code == .cancelled { return }
        state.withLock { $0.failure = error }
        return
      }
    }
  }

  private func noteRollout(_ rollout: JSONValue) {
    state.withLock { state in
      guard state.goal.isReached(by: rollout), state.unfinished.remove(rollout.name) != nil else { return }
      if state.unfinished.isEmpty { state.finished = .now }
    }
  }

  private func noteRoute(_ route: JSONValue) {
    state.withLock { state in
      if let known = state.generations[route.name] {
        state.changes.spec += route.generation - known
        if route.generation == known {
          let isStatus = state.statuses[route.name] != route.status
          if isStatus { state.changes.status += 1 } else { state.changes.managers += 1 }
        }
      }
      state.generations[route.name] = route.generation
      state.statuses[route.name] = route.status
      let weight = state.goal.weight
      for rule in route.spec["rules"]?.array ?? [] {
        for backend in rule["backendRefs"]?.array ?? [] where backend["weight"]?.int == weight {
          if let name = backend["name"]?.string { state.unweighted.remove(name) }
        }
      }
      if state.unweighted.isEmpty, state.weighted == nil { state.weighted = .now }
    }
  }
}
