package import KubeClient
package import KubeModel
package import Primitives

/// How one object in a store changed.
package struct StoreChange: Sendable, Hashable {
  package let key: ObjectKey
  /// Nil when the object is new.
  package let old: JSONValue?
  /// Nil when the object is gone.
  package let new: JSONValue?
}

/// The objects of one kind as they were last seen, with indexes; filled by a ``Reflector``.
///
/// Reads are synchronous and see whole objects. A change is told to the listeners after it can be read, by the task that
/// made it.
package final class Store: Sendable {
  /// The values under which an object is found in an index.
  package typealias IndexRule = @Sendable (JSONValue) -> [String]
  /// Called with each change; must be quick and must not write to the same store.
  package typealias Listener = @Sendable (StoreChange) -> Void

  /// What the store holds.
  package let type: ResourceType
  private let transform: @Sendable (JSONValue) -> JSONValue
  private let contents: Locked<StoreContents>
  private let listeners = Locked<[UInt64: Listener]>([:])
  private let gate = Gate()

  /// An empty store that is not ready.
  ///
  /// `indexes` are declared by name; `transform` is applied to objects before they are kept, to save memory.
  package init(
    _ type: ResourceType,
    indexes: [String: IndexRule] = [:],
    transform: @escaping @Sendable (JSONValue) -> JSONValue = Store.withoutManagedFields
  ) {
    self.type = type
    self.transform = transform
    contents = Locked(StoreContents(rules: indexes))
  }

  /// The object without `metadata.managedFields`, which is often half of it and which no reconciler reads.
  @Sendable package static func withoutManagedFields(_ object: JSONValue) -> JSONValue {
    guard object.at("metadata", "managedFields") != nil else { return object }
    var object = object
    object.set(nil, at: "metadata", "managedFields")
    return object
  }
}

// MARK: - Reading

extension Store {
  /// The object of the key; nil when there is none.
  package subscript(key: ObjectKey) -> JSONValue? { contents.withLock { $0.objects[key] } }

  /// The object of the namespace and name; nil when there is none.
  package func object(namespace: String, name: String) -> JSONValue? {
    self[ObjectKey(namespace: namespace, name: name)]
  }

  /// All objects, or those of one namespace, sorted by key.
  package func objects(namespace: String? = nil) -> [JSONValue] {
    let found = contents.withLock { contents in
      contents.objects.filter { namespace == nil || $0.key.namespace == namespace }
    }
    return found.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The objects that the index has under the value, sorted by key.
  package func objects(index: String, _ value: String) -> [JSONValue] {
    let found = contents.withLock { contents in
      contents.keys(index: index, value).compactMap { key in contents.objects[key].map { (key, $0) } }
    }
    return found.sorted { $0.0 < $1.0 }.map(\.1)
  }

  /// The keys of all objects, sorted.
  package func keys() -> [ObjectKey] { contents.withLock { Array($0.objects.keys) }.sorted() }

  /// How many objects there are.
  package var count: Int { contents.withLock { $0.objects.count } }

  /// Whether the first list has arrived; before that, an absent object proves nothing.
  package var isReady: Bool { gate.isOpen }

  /// Whether the server serves this kind; true until a reflector finds otherwise.
  package var isServed: Bool { contents.withLock { $0.isServed } }

  /// Returns when the first list has arrived; throws `timedOut` or `cancelled`.
  package func ready(within limit: Duration = .seconds(30)) async throws(KubeError) {
    let gate = gate
    let isOpen = await withDeadline(limit) {
      do throws(CancellationError) { try await gate.wait() } catch { return false }
      return true
    }
    guard isOpen != true else { return }
    guard !Task.isCancelled else {
      throw KubeError(.cancelled, "waiting for the list of \(type) was cancelled")
    }
    throw KubeError(.timedOut, "the list of \(type) did not arrive within \(limit.goText)")
  }
}

// MARK: - Listening

extension Store {
  /// Tells the listener every later change, until the process ends.
  package func onChange(_ listener: @escaping Listener) { _ = add(listener) }

  /// The later changes as a stream; when the reader is more than `limit` behind, the oldest are dropped.
  package func changes(buffering limit: Int = 1024) -> AsyncStream<StoreChange> {
    AsyncStream(bufferingPolicy: .bufferingNewest(limit)) { continuation in
      let ticket = add { continuation.yield($0) }
      continuation.onTermination = { [weak self] _ in
        self?.listeners.withLock { $0[ticket] = nil }
      }
    }
  }

  private func add(_ listener: @escaping Listener) -> UInt64 {
    listeners.withLock { listeners in
      let ticket = (listeners.keys.max() ?? 0) + 1
      listeners[ticket] = listener
      return ticket
    }
  }

  private func tell(_ changes: [StoreChange]) {
    guard !changes.isEmpty else { return }
    let listeners = listeners.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
    for change in changes {
      for listener in listeners { listener(change) }
    }
  }
}

// MARK: - Writing

extension Store {
  /// Makes the objects the whole content, as of the list's version, and the store ready; objects that did not change are
  /// not told.
  package func replace(with objects: [JSONValue], version: String = "", isServed: Bool = true) {
    let objects = objects.map(transform)
    let changes = contents.withLock { contents in
      contents.isServed = isServed
      contents.reach(version)
      return contents.replace(with: objects)
    }
    tell(changes)
    gate.open()
  }

  /// Takes in what a watch says of one object; bookmarks and errors change nothing.
  package func apply(_ event: WatchEvent) {
    let version = event.resourceVersion
    switch event {
    case .added(let object), .modified(let object):
      let object = transform(object)
      tell(
        contents.withLock { contents in
          contents.reach(version)
          return contents.put(object)
        }
      )
    case .deleted(let object):
      tell(
        contents.withLock { contents in
          contents.reach(version)
          return contents.remove(object)
        }
      )
    case .bookmark, .error: contents.withLock { $0.reach(version) }
    }
  }

  /// Takes in the server's answer to an own create, so that the next read does not find it missing and makes it again.
  ///
  /// One whose event has arrived already is left alone: it may be gone by now. Before the first list, nothing is taken.
  package func noteCreated(_ object: JSONValue) {
    guard isReady else { return }
    let object = transform(object)
    tell(contents.withLock { $0.insert(object) })
  }

  /// Takes in the server's answer to an own write, so that the next read does not see the state before it.
  ///
  /// Only an object that is still there, with the same uid and an older resource version, is replaced; everything
  /// else waits for the watch.
  package func noteWritten(_ object: JSONValue) {
    let object = transform(object)
    tell(contents.withLock { $0.refresh(object) })
  }
}
