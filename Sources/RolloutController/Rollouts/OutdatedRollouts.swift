import KubeClient
import KubeModel
import KubeRuntime
import Primitives

/// Rollouts that a refused write has shown to be older in the cache than on the server.
///
/// The change that won mostly arrives by the watch before the next look. While the watch is lost it does not, and
/// ReplicaSets must not be sized by a spec that is known to be old: then the Rollout is read.
struct OutdatedRollouts: Sendable {
  private let versions = Locked<[ObjectKey: String]>([:])

  /// Takes in why a plan for the Rollout was not performed to its end.
  func note(_ error: KubeError, of rollout: JSONValue) {
    let key = ObjectKey(rollout)
    guard error.code == .conflict, error.message.contains("\(ResourceType.rollouts) \(key)") else { return }
    versions.withLock { $0[key] = rollout.resourceVersion }
  }

  /// Reads the Rollout into the store, if nothing newer than what was refused has come.
  func refresh(_ key: ObjectKey, in store: Store, from client: KubeClient) async throws(KubeError) {
    guard let version = versions.withLock({ $0[key] }) else { return }
    if store[key]?.resourceVersion == version {
      do throws(KubeError) {
        store.noteWritten(try await client.get(.rollouts, namespace: key.namespace, name: key.name))
      } catch {
        // One that is gone leaves the store by the watch.
        guard error.code == .notFound else { throw error }
      }
    }
    versions.withLock { $0[key] = nil }
  }
}
