import KubeModel
package import KubeRuntime
import Primitives

/// Rollouts that left the cache and that nobody has been told of yet, as they were last seen.
package final class DeletedRollouts: Sendable {
  private let rollouts = Locked<[ObjectKey: JSONValue]>([:])

  package init() {}

  /// Follows a store; its listeners that are added later find what left.
  package func follow(_ store: Store) {
    store.onChange { [rollouts] change in
      rollouts.withLock { $0[change.key] = change.new == nil ? change.old : nil }
    }
  }

  /// The Rollout of the key that has left, once.
  func take(_ key: ObjectKey) -> JSONValue? { rollouts.withLock { $0.removeValue(forKey: key) } }
}
