import KubeModel
import Primitives

/// What the gateway shares between its connections, its watch of the store and its statistics.
final class GatewayState: Sendable {
  private struct State {
    var table = RoutingTable()
    var sequences: [String: WeightedSequence] = [:]
    var turns: [ObjectKey: Int] = [:]
    var statistics = GatewayStatistics()
  }

  /// Where a request goes, or why it goes nowhere.
  enum Choice: Equatable {
    case endpoint(RoutingTable.Endpoint, service: ObjectKey, timeout: Duration?)
    case refused(status: Int, reason: String, service: ObjectKey?)
  }

  private let state = Locked(State())
  private let seed: UInt64
  private let start = ContinuousClock.now

  init(seed: UInt64) { self.seed = seed }

  /// Replaces the routes; the next request sees them.
  func setTable(_ table: RoutingTable) { state.withLock { $0.table = table } }

  /// Chooses a backend by weight and an address of it in turn.
  func choose(_ request: RouteRequest) -> Choice {
    let seed = seed
    return state.withLock { state in
      guard let rule = state.table.rule(for: request) else {
        return .refused(status: 404, reason: "no route matches this host and path", service: nil)
      }
      let index = state.sequences[rule.id, default: WeightedSequence(seed: seed)].next(
        rule.backends.map(\.weight)
      )
      guard let index else {
        return .refused(status: 503, reason: "no backend of the route has any weight", service: nil)
      }
      let backend = rule.backends[index]
      guard backend.isResolved else {
        return .refused(
          status: 500,
          reason: "service \(backend.service) or its port does not exist",
          service: backend.service
        )
      }
      return Self.next(backend, &state).map {
        .endpoint($0, service: backend.service, timeout: rule.timeout)
      }
        ?? .refused(
          status: 503,
          reason: "service \(backend.service) has no ready endpoint",
          service: backend.service
        )
    }
  }

  /// Another address of the same Service, for a second attempt; the failed one only when there is no other.
  func another(
    for request: RouteRequest,
    service: ObjectKey,
    than failed: RoutingTable.Endpoint
  ) -> RoutingTable.Endpoint? {
    state.withLock { state in
      let backends = state.table.rule(for: request)?.backends ?? []
      guard let backend = backends.first(where: { $0.service == service }) else { return nil }
      for _ in backend.endpoints {
        if let next = Self.next(backend, &state), next != failed { return next }
      }
      return backend.endpoints.first
    }
  }

  private static func next(_ backend: RoutingTable.Backend, _ state: inout State) -> RoutingTable.Endpoint? {
    guard !backend.endpoints.isEmpty else { return nil }
    let turn = state.turns[backend.service, default: 0]
    state.turns[backend.service] = turn &+ 1
    return backend.endpoints[turn % backend.endpoints.count]
  }

  func record(service: ObjectKey, status: Int, latency: Duration) {
    let time = ContinuousClock.now - start
    state.withLock { $0.statistics.record(service: service, status: status, latency: latency, at: time) }
  }

  func counts(service: ObjectKey, window: Duration) -> GatewayStatistics.Counts {
    let time = ContinuousClock.now - start
    return state.withLock { $0.statistics.counts(service: service, window: window, at: time) }
  }

  var metrics: String { state.withLock { $0.statistics.prometheusText } }
}
