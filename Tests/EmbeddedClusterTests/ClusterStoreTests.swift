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

  private func configMap(_ name: String, _ data: [String: String] = [:]) -> JSONValue {
    ["metadata": ["name": .string(name), "namespace": "default"], "data": JSONValue(data)]
  }

  private func events(_ stream: AsyncStream<StoreEvent>, _ count: Int) async -> [StoreEvent] {
    var events: [StoreEvent] = []
    for await event in stream {
      events.append(event)
      if events.count == count { break }
    }
    return events
  }

  @Test func creationGivesIdentityAndVersion() throws {
    let store = try makeStore()
    let made = try store.create(.configMaps, configMap("a"))
    #expect(made.uid.count == 36)
    #expect(made.resourceVersion == String(store.resourceVersion))
    #expect(made.creationTimestamp != nil)
    #expect(throws: APIError.alreadyExists(.configMaps, "a")) {
      try store.create(.configMaps, configMap("a"))
    }
  }

  @Test func anUpdateWithoutChangeMakesNoVersionAndNoEvent() throws {
    let store = try makeStore()
    let made = try store.create(.configMaps, configMap("a", ["k": "v"]))
    let version = store.resourceVersion
    let updated = try store.update(.configMaps, namespace: "default", name: "a") { object in
      object.set("v", at: "data", "k")
    }
    #expect(updated == made)
    #expect(store.resourceVersion == version)
  }

  @Test func identityCannotBeChanged() throws {
    let store = try makeStore()
    let made = try store.create(.configMaps, configMap("a"))
    let updated = try store.update(.configMaps, namespace: "default", name: "a") { object in
      object.set("other", at: "metadata", "name")
      object.set("other", at: "metadata", "uid")
      object.set(["k": "v"], at: "data")
    }
    #expect(updated.name == "a" && updated.uid == made.uid)
  }

  @Test func theGenerationCountsChangesOfTheIntentOnly() throws {
    let store = try EmbeddedCluster().store
    let rollout: JSONValue = ["metadata": ["name": "r", "namespace": "default"], "spec": ["replicas": 1]]
    #expect(try store.create(.rollouts, rollout).generation == 1)
    func update(_ subresource: String?, _ path: String...) throws -> JSONValue {
      try store.update(.rollouts, namespace: "default", name: "r", subresource: subresource) { object in
        object.set("x", at: path[...])
      }
    }
    #expect(try update(nil, "metadata", "labels", "a").generation == 1)
    #expect(try update("status", "status", "phase").generation == 1)
    #expect(try update(nil, "spec", "paused").generation == 2)
    let ignored = try update(nil, "status", "message")
    #expect(ignored.status["message"] == nil, "the main resource does not touch the status")
  }

  @Test func anObjectWithFinalizersGoesWithItsLastOne() throws {
    let store = try makeStore()
    var object = configMap("a")
    object.set(["x/y"], at: "metadata", "finalizers")
    _ = try store.create(.configMaps, object)
    let marked = try store.delete(.configMaps, namespace: "default", name: "a")
    #expect(marked.isBeingDeleted)
    #expect(store.get(.configMaps, namespace: "default", name: "a") != nil)
    try store.update(.configMaps, namespace: "default", name: "a") {
      $0.set(nil, at: "metadata", "finalizers")
    }
    #expect(store.get(.configMaps, namespace: "default", name: "a") == nil)
  }

  @Test func foregroundAndOrphanDeletionLeaveAFinalizer() throws {
    let store = try makeStore()
    for (policy, finalizer) in [(DeletePropagation.foreground, "foregroundDeletion"), (.orphan, "orphan")] {
      _ = try store.create(.configMaps, configMap(finalizer.lowercased()))
      let marked = try store.delete(
        .configMaps,
        namespace: "default",
        name: finalizer.lowercased(),
        propagation: policy
      )
      #expect(marked.at("metadata", "finalizers") == [.string(finalizer)])
    }
  }

  @Test func aRunningPodIsMarkedFirstAndGoesWithoutGrace() throws {
    let store = try makeStore()
    let pod: JSONValue = [
      "metadata": ["name": "p", "namespace": "default"],
      "spec": ["nodeName": "n", "containers": [["name": "c", "image": "i"]]],
    ]
    _ = try store.create(.pods, pod)
    let marked = try store.delete(.pods, namespace: "default", name: "p")
    #expect(marked.at("metadata", "deletionGracePeriodSeconds")?.int == 30)
    try store.delete(.pods, namespace: "default", name: "p", gracePeriodSeconds: 0)
    #expect(store.get(.pods, namespace: "default", name: "p") == nil)
  }

  @Test func aWatchBeginsAtAVersionAndFollows() async throws {
    let store = try makeStore()
    let first = try store.create(.configMaps, configMap("a"))
    _ = try store.create(.configMaps, configMap("b"))
    let stream = try store.watch([.configMaps], namespace: "default", from: Int(first.resourceVersion))
    try store.delete(.configMaps, namespace: "default", name: "a")
    _ = try store.create(.secrets, configMap("s").metadataOnly)
    _ = try store.create(.configMaps, configMap("c"))
    let seen = await events(stream, 3)
    #expect(seen.map(\.kind) == [.added, .deleted, .added])
    #expect(seen.map(\.object.name) == ["b", "a", "c"])
    #expect(seen[1].object.resourceVersion == String(seen[1].resourceVersion))
  }

  @Test func aVersionOutsideOfTheWindowIsGone() throws {
    let store = ClusterStore(historyLimit: 2)
    _ = try store.create(.namespaces, ["metadata": ["name": "default"]])
    for index in 0..<5 { _ = try store.create(.configMaps, configMap("c\(index)")) }
    #expect(throws: APIError.expired("too old resource version: 1 (4)")) {
      try store.watch([.configMaps], from: 1)
    }
  }

  @Test func aSlowWatcherIsEndedAndDoesNotHoldUpWriters() async throws {
    let store = ClusterStore(watchBuffer: 4)
    _ = try store.create(.namespaces, ["metadata": ["name": "default"]])
    let stream = try store.watch([.configMaps])
    for index in 0..<10 { _ = try store.create(.configMaps, configMap("c\(index)")) }
    #expect(store.watchCount == 0)
    var count = 0
    for await _ in stream { count += 1 }
    #expect(count == 4)
  }

  @Test func concurrentWritersLoseNothing() async throws {
    let store = try makeStore()
    _ = try store.create(.configMaps, configMap("a", ["n": "0"]))
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<50 {
            do throws(APIError) {
              try store.update(.configMaps, namespace: "default", name: "a") { object in
                let number = object.at("data", "n")?.string.flatMap(Int.init) ?? 0
                object.set(.string(String(number + 1)), at: "data", "n")
              }
            } catch {
              Issue.record("\(error)")
            }
          }
        }
      }
    }
    #expect(store.get(.configMaps, namespace: "default", name: "a")?.at("data", "n") == "400")
  }

  @Test func bothGroupsShowTheSameEvents() throws {
    let store = try makeStore()
    let newEvents = ResourceType(group: "events.k8s.io", version: "v1", kind: "Event", plural: "events")
    _ = try store.create(
      newEvents,
      ["metadata": ["name": "e", "namespace": "default"], "regarding": ["kind": "Pod"], "note": "hello"]
    )
    let core = try #require(store.get(.events, namespace: "default", name: "e"))
    #expect(core["message"] == "hello" && core.at("involvedObject", "kind") == "Pod")
    let new = try #require(store.get(newEvents, namespace: "default", name: "e"))
    #expect(new["note"] == "hello" && new["message"] == nil && new.apiVersion == "events.k8s.io/v1")
  }
}

extension JSONValue {
  fileprivate var metadataOnly: JSONValue { ["metadata": self["metadata"] ?? [:]] }
}
