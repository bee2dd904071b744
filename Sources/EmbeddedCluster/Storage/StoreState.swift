import KubeModel
import Primitives

/// What the store holds under its lock: the objects, the recent history and the watchers.
struct StoreState {
  /// Versions of one kind share their objects, so the version is no part of the identity.
  struct TableID: Hashable {
    let group: String
    let plural: String

    init(_ type: ResourceType) {
      // Both groups of events show the same objects.
      group = type.group == "events.k8s.io" ? "" : type.group
      plural = type.plural
    }
  }

  struct Watcher {
    let tables: Set<TableID>?
    let namespace: String?
    /// Takes an event without waiting; false when the watcher is overrun and must end.
    let deliver: @Sendable (StoreEvent) -> Bool
    let finish: @Sendable () -> Void
  }

  /// The version of the newest change; versions never repeat and never go back.
  private(set) var revision = 0
  /// Objects by table, namespace (empty for cluster-scoped kinds) and name.
  private(set) var tables: [TableID: [String: [String: JSONValue]]] = [:]
  /// Who controls which pods.
  private(set) var controlledPods = ControlledNames()
  private(set) var history: EventHistory
  var watchers: [Int: Watcher] = [:]
  private var nextWatcher = 0

  init(historyLimit: Int) { history = EventHistory(limit: historyLimit) }

  func object(_ type: ResourceType, _ namespace: String, _ name: String) -> JSONValue? {
    tables[TableID(type)]?[namespace]?[name]
  }

  mutating func addWatcher(_ watcher: Watcher) -> Int {
    nextWatcher += 1
    watchers[nextWatcher] = watcher
    return nextWatcher
  }

  /// Stores a change under the next version and hands it to the watchers; the overrun watchers come back, already
  /// forgotten, to be ended outside of the lock.
  mutating func commit(
    _ kind: StoreEvent.Kind,
    _ type: ResourceType,
    _ object: JSONValue,
    previous: JSONValue?
  ) -> (JSONValue, overrun: [Watcher]) {
    revision += 1
    var object = object
    object.set(.string(String(revision)), at: "metadata", "resourceVersion")
    let (namespace, name) = (object.namespace, object.name)
    if kind == .deleted {
      tables[TableID(type)]?[namespace]?[name] = nil
    } else {
      tables[TableID(type), default: [:]][namespace, default: [:]][name] = object
    }
    if type.plural == ResourceType.pods.plural, type.group.isEmpty {
      controlledPods.change(from: previous, to: kind == .deleted ? nil : object)
    }
    let event = StoreEvent(
      kind: kind,
      type: type,
      object: object,
      previous: previous,
      resourceVersion: revision
    )
    history.append(event)
    return (object, publish(event, namespace: namespace))
  }

  private mutating func publish(
    _ event: StoreEvent,
    namespace: String
  ) -> [Watcher] {
    var overrun: [Watcher] = []
    let table = TableID(event.type)
    for (id, watcher) in watchers {
      guard watcher.wants(table, namespace) else { continue }
      if watcher.deliver(event) { continue }
      watchers[id] = nil
      overrun.append(watcher)
    }
    return overrun
  }
}

extension StoreState.Watcher {
  func wants(_ table: StoreState.TableID, _ namespace: String) -> Bool {
    (tables?.contains(table) ?? true) && (self.namespace.map { $0 == namespace } ?? true)
  }
}

/// The last events in a ring, so that a watch can begin in the near past.
struct EventHistory {
  private var ring: [StoreEvent] = []
  private var start = 0
  private let limit: Int
  /// The newest version that has left the ring; a watch may begin there or later.
  private(set) var compactedRevision = 0

  init(limit: Int) { self.limit = max(1, limit) }

  mutating func append(_ event: StoreEvent) {
    guard ring.count == limit else {
      ring.append(event)
      return
    }
    compactedRevision = ring[start].resourceVersion
    ring[start] = event
    start = (start + 1) % limit
  }

  /// The kept events after a version, oldest first.
  func events(after revision: Int) -> [StoreEvent] {
    (ring[start...] + ring[..<start]).filter { $0.resourceVersion > revision }
  }
}
