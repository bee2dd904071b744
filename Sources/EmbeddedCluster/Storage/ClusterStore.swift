package import KubeModel
package import Primitives

/// The objects of the embedded cluster, in memory: the part that etcd and the storage layer of kube-apiserver play.
///
/// Every call is synchronous and atomic. Versions increase over all kinds, one for each change. Objects handed out are
/// values. The HTTP API and the controllers in process work on the same store and see the same rules.
package final class ClusterStore: Sendable {
  private let state: Locked<StoreState>
  let sources: SystemSources
  /// What the cluster serves; definitions that come and go change it.
  let catalog = ResourceCatalog(BuiltInResources.all)
  private let addresses = AddressPool()
  private let watchBuffer: Int

  /// - Parameters:
  ///   - sources: where times and names come from.
  ///   - historyLimit: how many events a watch may look back.
  ///   - watchBuffer: how many events may wait for one watcher before it is ended.
  package init(
    sources: SystemSources = .system,
    historyLimit: Int = 4096,
    watchBuffer: Int = 16_384
  ) {
    state = Locked(StoreState(historyLimit: historyLimit))
    self.sources = sources
    self.watchBuffer = watchBuffer
  }

  /// The version of the newest change.
  package var resourceVersion: Int { state.withLock { $0.revision } }

  /// The object of this name, or nil; the namespace is empty for cluster-scoped kinds.
  package func get(_ type: ResourceType, namespace: String, name: String) -> JSONValue? {
    state.withLock { $0.object(type, namespace, name) }.map { Self.present($0, as: type) }
  }

  /// All objects of a kind, in one namespace or in all, ordered by namespace and name, and the version they are of.
  package func list(
    _ type: ResourceType,
    namespace: String? = nil
  ) -> (items: [JSONValue], resourceVersion: Int) {
    let (table, revision) = state.withLock { ($0.tables[.init(type)] ?? [:], $0.revision) }
    let namespaces = namespace.map { [$0] } ?? table.keys.sorted()
    let items = namespaces.flatMap { namespace in
      (table[namespace] ?? [:]).sorted { $0.key < $1.key }.map { Self.present($0.value, as: type) }
    }
    return (items, revision)
  }

  /// The pods of a namespace that this uid controls and, if asked for, those that nobody controls; ordered by name.
  func pods(namespace: String, controlledBy uid: String, orWithout: Bool = false) -> [JSONValue] {
    let found = state.withLock { state in
      var names = state.controlledPods.names(namespace: namespace, controller: uid)
      if orWithout { names.formUnion(state.controlledPods.names(namespace: namespace, controller: "")) }
      return names.compactMap { state.object(.pods, namespace, $0) }
    }
    return found.sorted { $0.name < $1.name }
  }

  /// Adds an object: gives it uid, creationTimestamp, generation, resourceVersion and, for a generateName, a name.
  ///
  /// - Throws: `APIError` 409 when the name is taken, 404 when the namespace is missing, 403 when it is terminating,
  ///   422 when there is no name.
  package func create(
    _ type: ResourceType,
    _ object: JSONValue,
    manager: String = "",
    dryRun: Bool = false
  ) throws(APIError) -> JSONValue {
    let resource = resource(type)
    var object = EventForm.stored(object, type)
    try ObjectLifecycle.prepareCreate(&object, resource, sources: sources)
    KindRules.complete(new: &object, resource, addresses: addresses)
    if !manager.isEmpty {
      ManagedFields.recordUpdate(&object, from: nil, by: manager, subresource: nil, resource, sources.now())
    }
    let prepared = object
    let created = try transaction { (state) throws(APIError) in
      try ObjectLifecycle.checkNamespace(of: prepared, type, in: state)
      try KindRules.validate(prepared, old: nil, resource)
      guard state.object(type, prepared.namespace, prepared.name) == nil else {
        throw .alreadyExists(type, prepared.name)
      }
      guard !dryRun else { return (prepared, []) }
      return state.commit(.added, type, prepared, previous: nil)
    }
    if !dryRun { definitionChanged(created, type) }
    return Self.present(created, as: type)
  }

  /// Changes an object in one atomic step; the closure sees the current state and must not call the store.
  ///
  /// Identity (name, uid, times) cannot be changed. Without `subresource` the status stays as it was for kinds that
  /// have a status subresource; with `status` only the status changes. The generation goes up when anything but
  /// metadata and status changed. No change makes no event. An object that is being deleted goes away with its last
  /// finalizer.
  /// - Throws: `APIError` 404, or what the closure throws.
  @discardableResult
  package func update(
    _ type: ResourceType,
    namespace: String,
    name: String,
    subresource: String? = nil,
    manager: String = "",
    dryRun: Bool = false,
    _ change: (inout JSONValue) throws(APIError) -> Void
  ) throws(APIError) -> JSONValue {
    let resource = resource(type)
    let now = sources.now()
    let updated = try transaction { (state) throws(APIError) in
      guard let old = state.object(type, namespace, name) else { throw .notFound(type, name) }
      var new = Self.present(old, as: type)
      try change(&new)
      new = EventForm.stored(new, type)
      ObjectLifecycle.prepareUpdate(&new, from: old, resource, subresource: subresource)
      KindRules.complete(changed: &new, resource)
      ObjectLifecycle.countGeneration(&new, from: old, resource)
      guard new != old else { return (old, []) }
      try KindRules.validate(new, old: old, resource)
      if !manager.isEmpty {
        ManagedFields.recordUpdate(&new, from: old, by: manager, subresource: subresource, resource, now)
        guard new != old else { return (old, []) }
      }
      guard !dryRun else { return (new, []) }
      let isGone = new.isBeingDeleted && ObjectLifecycle.isReleased(new, type)
      return state.commit(isGone ? .deleted : .modified, type, new, previous: old)
    }
    if !dryRun { definitionChanged(updated, type) }
    return Self.present(updated, as: type)
  }

  /// Deletes an object, or marks it as being deleted when finalizers or a grace period hold it.
  ///
  /// A running pod is only marked, unless `gracePeriodSeconds` is 0; whoever runs it deletes it for good.
  /// - Returns: the last state when the object is gone, the marked object otherwise (it has a deletionTimestamp).
  /// - Throws: `APIError` 404, or 409 when a precondition fails.
  @discardableResult
  package func delete(
    _ type: ResourceType,
    namespace: String,
    name: String,
    preconditions: DeletePreconditions = DeletePreconditions(),
    propagation: DeletePropagation? = nil,
    gracePeriodSeconds: Int? = nil,
    dryRun: Bool = false
  ) throws(APIError) -> JSONValue {
    let resource = resource(type)
    let now = sources.now()
    let deleted = try transaction { (state) throws(APIError) in
      guard let old = state.object(type, namespace, name) else { throw .notFound(type, name) }
      try preconditions.check(old, type)
      var new = old
      ObjectLifecycle.prepareDelete(
        &new,
        resource,
        propagation: propagation,
        gracePeriodSeconds: gracePeriodSeconds,
        now: now
      )
      guard !dryRun else { return (new, []) }
      guard ObjectLifecycle.isReleased(new, type) else {
        return new == old ? (old, []) : state.commit(.modified, type, new, previous: old)
      }
      return state.commit(.deleted, type, old, previous: old)
    }
    return Self.present(deleted, as: type)
  }

  /// The changes of the given kinds (nil: all) after a version, or from now on.
  ///
  /// The stream ends when its reader falls behind by more than the buffer; the reader then lists again. Ending the
  /// iteration ends the watch.
  /// - Throws: `APIError` 410 when the version has left the window of history.
  package func watch(
    _ types: [ResourceType]? = nil,
    namespace: String? = nil,
    from resourceVersion: Int? = nil
  ) throws(APIError) -> AsyncStream<StoreEvent> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: StoreEvent.self,
      bufferingPolicy: .bufferingOldest(watchBuffer)
    )
    let watcher = StoreState.Watcher(
      tables: types.map { Set($0.map(StoreState.TableID.init)) },
      namespace: namespace,
      deliver: { if case .enqueued = continuation.yield($0) { true } else { false } },
      finish: { continuation.finish() }
    )
    let stop = try startWatch(watcher, from: resourceVersion)
    continuation.onTermination = { _ in stop() }
    return stream
  }

  /// Registers a watcher after giving it what has happened since a version; the returned closure ends it.
  func startWatch(
    _ watcher: StoreState.Watcher,
    from resourceVersion: Int?
  ) throws(APIError) -> @Sendable () -> Void {
    let id = try state.withLock { (state) throws(APIError) -> Int in
      if let resourceVersion {
        let oldest = state.history.compactedRevision
        guard resourceVersion >= oldest else {
          throw .expired("too old resource version: \(resourceVersion) (\(oldest))")
        }
        for event in state.history.events(after: resourceVersion)
        where watcher.wants(.init(event.type), event.object.namespace) {
          _ = watcher.deliver(event)
        }
      }
      return state.addWatcher(watcher)
    }
    return { [state] in state.withLock { $0.watchers[id] = nil } }
  }

  /// Ends all watches, so that a server can stop without waiting for their clients.
  package func endWatches() {
    let watchers = state.withLock { state in
      let watchers = Array(state.watchers.values)
      state.watchers = [:]
      return watchers
    }
    for watcher in watchers { watcher.finish() }
  }

  /// How many watches are open.
  package var watchCount: Int { state.withLock { $0.watchers.count } }

  /// The oldest version from which a watch can start.
  var oldestWatchableVersion: Int { state.withLock { $0.history.compactedRevision } }

  /// What is served of a kind; a kind that is not served is stored without further rules.
  func resource(_ type: ResourceType) -> ServedResource { catalog.resource(type) ?? ServedResource(type) }

  private func transaction(
    _ body: (inout StoreState) throws(APIError) -> (JSONValue, overrun: [StoreState.Watcher])
  ) throws(APIError) -> JSONValue {
    let (object, overrun) = try state.withLock { (state) throws(APIError) in
      try body(&state)
    }
    // Ending a stream calls back into the store, so it waits until the lock is free.
    for watcher in overrun { watcher.finish() }
    return object
  }

  /// The object as the asked version shows it; versions differ in their name only, but for events.
  static func present(_ object: JSONValue, as type: ResourceType) -> JSONValue {
    guard object["apiVersion"]?.string != type.apiVersion else { return object }
    var object = EventForm.shown(object, type)
    object["apiVersion"] = .string(type.apiVersion)
    return object
  }
}
