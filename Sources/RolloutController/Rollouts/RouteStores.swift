import KubeClient
package import KubeModel
package import KubeRuntime
import Logging
import Primitives
import RolloutCore
import ServiceLifecycle
import TrafficPlans

/// Caches of the objects of the data plane. A kind is watched from the moment that the first Rollout names one of it,
/// because no cluster has all of them, and most have one.
package struct RouteStores: Sendable {
  private struct Watch: Sendable {
    let store: Store
    let demand = Demand()
    let isDemanded = Locked(false)
    /// The kind in the version that the server has.
    let served: Locked<ResourceType>

    init(_ type: ResourceType) {
      store = Store(type)
      served = Locked(type)
    }
  }

  private let watches: [ResourceType: Watch]
  /// What routers read and write that is in no cluster.
  package let outside = OutsideRoutes()

  package init() {
    watches = Dictionary(uniqueKeysWithValues: TrafficRouting.types.map { ($0, Watch($0)) })
  }

  /// The store of a kind that routers know.
  package subscript(type: ResourceType) -> Store {
    guard let watch = watches[type] else { preconditionFailure("no router knows \(type)") }
    return watch.store
  }

  /// The kind in the version that the server has.
  func served(_ type: ResourceType) -> ResourceType {
    watches[type]?.served.withLock { $0 } ?? type
  }

  var all: [Store] { watches.values.map(\.store) }

  /// Has the kind watched from now on.
  func demand(_ type: ResourceType) {
    guard let watch = watches[type] else { return }
    let isFirst = watch.isDemanded.withLock { isDemanded in
      defer { isDemanded = true }
      return !isDemanded
    }
    if isFirst { watch.demand.raise() }
  }

  /// What is known of an object, whose kind is watched from now on.
  func reference(_ address: RouteAddress, for rollout: ObjectKey? = nil) -> Snapshot.Reference {
    guard address.outside == nil else { return outside.reference(address, for: rollout) }
    demand(address.type)
    let store = self[address.type]
    if let object = store[address.key] { return .found(object) }
    guard store.isReady else { return .unknown("the list of \(store.type) has not arrived") }
    return store.isServed ? .missing : .unserved
  }

  /// Waits a while for the lists that were demanded; one that the server refuses holds up its own rollouts only.
  func settle(within limit: Duration) async throws(KubeError) {
    for watch in watches.values where watch.isDemanded.withLock({ $0 }) {
      do throws(KubeError) {
        try await watch.store.ready(within: limit)
      } catch {
        guard error.code == .timedOut else { throw error }
      }
    }
  }

  /// A service for every kind, which waits until it is asked for.
  func reflectors(client: KubeClient, namespace: String?, logger: Logger) -> [any Service] {
    watches.values.map { watch in
      GatedService(
        gate: {
          try await watch.demand.wait()
          try await choose(watch, client, logger)
        },
        service: DeferredService {
          Reflector(
            client: client,
            store: watch.store,
            type: watch.served.withLock { $0 },
            scope: ListScope(namespace: namespace),
            isOptional: true,
            logger: logger
          )
        }
      )
    }
  }

  /// Finds the version of a kind of which servers have different ones.
  private func choose(_ watch: Watch, _ client: KubeClient, _ logger: Logger) async throws {
    let type = watch.store.type
    let versions = type.olderVersions
    guard !versions.isEmpty else { return }
    do throws(KubeError) {
      let known = try await client.discover()
      let candidates = [type] + versions.map(type.inVersion)
      guard let found = candidates.first(where: { known[$0.apiVersion, $0.kind] != nil }) else { return }
      watch.served.withLock { $0 = found }
    } catch {
      guard error.code != .cancelled else { throw error }
      logger.warning("\(error.message)", metadata: ["kind": "\(type)"])
    }
  }
}
