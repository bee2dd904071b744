import EmbeddedCluster
import KubeModel
import Primitives
import Testing

@Suite struct ClusterStoreTests {
  private func makeStore() throws -> ClusterStore {
    let store = ClusterStore()
    _ = try store.create(.namespaces, ["metadata": ["name": "default"]])
    return store
  }

  @Test func creationGivesIdentityAndVersion() throws {
    let store = try makeStore()
    let made = try store.create(.configMaps, ["metadata": ["name": "a", "namespace": "default"]])
    #expect(made.uid.count == 36)
    #expect(made.resourceVersion == String(store.resourceVersion))
    #expect(made.creationTimestamp != nil)
  }
}
