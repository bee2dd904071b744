import KubeClient
import KubeModel
import KubeRuntime
import Primitives
import Testing

@Suite struct StoreTests {
  private func pod(_ name: String, _ version: Int, app: String = "web", uid: String = "u") -> JSONValue {
    [
      "metadata": [
        "namespace": "shop", "name": .string(name), "resourceVersion": .string("\(version)"),
        "uid": .string(uid),
        "labels": ["app": .string(app)], "managedFields": [["manager": "x"]],
      ]
    ]
  }

  private func store() -> Store { Store(.pods, indexes: ["app": { [$0.labels["app"] ?? ""] }]) }

  /// The changes that the body makes, as `name old>new` with resource versions.
  private func changes(of store: Store, _ body: () -> Void) -> [String] {
    let log = Locked<[String]>([])
    store.onChange { change in
      let line =
        "\(change.key.name) \(change.old?.resourceVersion ?? "-")>\(change.new?.resourceVersion ?? "-")"
      log.withLock { $0.append(line) }
    }
    body()
    return log.withLock { $0 }
  }

  @Test func keepsObjectsWithoutTheirManagedFields() {
    let store = store()
    store.replace(with: [pod("a", 1)])
    #expect(store.object(namespace: "shop", name: "a")?.at("metadata", "managedFields") == nil)
    #expect(store.object(namespace: "shop", name: "a")?.labels == ["app": "web"])
    #expect(store.object(namespace: "other", name: "a") == nil)
  }

  @Test func tellsWhatAListChanged() {
    let store = store()
    store.replace(with: [pod("a", 1), pod("b", 2), pod("c", 3)])
    let told = changes(of: store) { store.replace(with: [pod("a", 1), pod("b", 5), pod("d", 6)]) }
    #expect(told == ["b 2>5", "d ->6", "c 3>-"])
    #expect(store.keys().map(\.name) == ["a", "b", "d"])
  }

  @Test func followsAWatch() {
    let store = store()
    store.replace(with: [pod("a", 1)])
    let told = changes(of: store) {
      store.apply(.added(pod("b", 2)))
      store.apply(.modified(pod("a", 3)))
      store.apply(.modified(pod("a", 3)))
      store.apply(.bookmark(resourceVersion: "9", endsInitialEvents: false))
      store.apply(.deleted(pod("b", 4)))
      store.apply(.deleted(pod("b", 4)))
    }
    #expect(told == ["b ->2", "a 1>3", "b 2>-"])
  }

  @Test func keepsIndexesUpToDate() {
    let store = store()
    store.replace(with: [pod("b", 1), pod("a", 2), pod("c", 3, app: "db")])
    #expect(store.objects(index: "app", "web").map(\.name) == ["a", "b"])
    store.apply(.modified(pod("a", 4, app: "db")))
    #expect(store.objects(index: "app", "web").map(\.name) == ["b"])
    #expect(store.objects(index: "app", "db").map(\.name) == ["a", "c"])
    store.apply(.deleted(pod("c", 5)))
    store.replace(with: [pod("b", 1)])
    #expect(store.objects(index: "app", "db").isEmpty)
    #expect(store.objects(index: "app", "web").map(\.name) == ["b"])
  }

  @Test func showsAnOwnWriteBeforeTheWatchDoes() {
    let store = store()
    store.replace(with: [pod("a", 1)])
    let told = changes(of: store) {
      store.noteWritten(pod("a", 5))
      store.apply(.modified(pod("a", 4)))
      store.apply(.modified(pod("a", 5)))
      store.noteWritten(pod("a", 2))
      store.noteWritten(pod("new", 9))
      store.noteWritten(pod("a", 9, uid: "successor"))
    }
    #expect(told == ["a 1>5"])
  }

  @Test func showsAnOwnCreateUnlessTheNewsArePastIt() {
    let store = store()
    store.noteCreated(pod("early", 1))
    store.replace(with: [pod("a", 2)], version: "4")
    let told = changes(of: store) {
      store.noteCreated(pod("a", 9))
      store.noteCreated(pod("old", 4))
      store.noteCreated(pod("new", 6))
      store.apply(.added(pod("new", 6)))
      store.apply(.deleted(pod("new", 8)))
      store.noteCreated(pod("new", 6))
      store.apply(.bookmark(resourceVersion: "12", endsInitialEvents: false))
      store.noteCreated(pod("gone", 11))
    }
    #expect(told == ["new ->6", "new 6>-"])
  }

  @Test func keepsASuccessorWhenItsPredecessorsEndIsToldLate() {
    let store = store()
    store.apply(.added(pod("a", 5, uid: "new")))
    store.apply(.deleted(pod("a", 4, uid: "old")))
    #expect(store.count == 1)
    store.apply(.added(pod("a", 3, uid: "newer")))
    #expect(store.object(namespace: "shop", name: "a")?.uid == "newer")
  }

  @Test(.timeLimit(.minutes(1))) func isReadyAfterTheFirstList() async throws {
    let store = store()
    #expect(!store.isReady)
    await #expect(throws: KubeError.self) { try await store.ready(within: .milliseconds(10)) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 { group.addTask { try await store.ready() } }
      store.replace(with: [])
      try await group.waitForAll()
    }
    #expect(store.isReady)
    try await store.ready(within: .zero + .seconds(1))
  }

  @Test(.timeLimit(.minutes(1))) func givesChangesAsAStreamThatDropsTheOldest() async {
    let store = store()
    let stream = store.changes(buffering: 2)
    for version in 1...4 { store.apply(.modified(pod("a", version))) }
    var versions: [String] = []
    for await change in stream {
      versions.append(change.new?.resourceVersion ?? "")
      if versions.count == 2 { break }
    }
    #expect(versions == ["3", "4"])
  }

  @Test func findsTheSameByIndexAsByLookingInRandomHistories() {
    for seed in 0..<50 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      let store = store()
      for version in 1...200 {
        let object = pod(
          "p\(Int.random(in: 0..<8, using: &random))",
          version,
          app: "\(Int.random(in: 0..<3, using: &random))"
        )
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<6: store.apply(.modified(object))
        case 6..<9: store.apply(.deleted(object))
        default: store.replace(with: [object])
        }
      }
      for app in ["0", "1", "2"] {
        #expect(store.objects(index: "app", app) == store.objects().filter { $0.labels["app"] == app })
      }
    }
  }
}
