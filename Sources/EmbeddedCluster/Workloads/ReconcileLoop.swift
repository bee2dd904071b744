import KubeModel
import Logging
import Primitives

/// Keys that wait to be looked at: each at most once, however often it was touched.
final class DirtyKeys<Key: Hashable & Sendable>: Sendable {
  private let pending = Locked<Set<Key>>([])
  private let continuation: AsyncStream<Void>.Continuation
  /// Yields when keys may be waiting; one element stands for any number of insertions.
  let signals: AsyncStream<Void>

  init() {
    (signals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func insert(_ keys: some Sequence<Key> & Sendable) {
    pending.withLock { $0.formUnion(keys) }
    continuation.yield()
  }

  /// All waiting keys, which wait no longer.
  func take() -> Set<Key> {
    pending.withLock { pending in
      let keys = pending
      pending = []
      return keys
    }
  }
}

/// The loop of a level-triggered controller over the store: events and timers name keys, a reconcile reads everything
/// that it needs.
struct ReconcileLoop: Sendable {
  let name: String
  let store: ClusterStore
  let logger: Logger
  /// The kinds whose changes may matter.
  let types: [ResourceType]
  /// The keys that a change may concern.
  let keys: @Sendable (StoreEvent) -> [ObjectKey]
  /// Every key there is, for the start and for a watch that fell behind.
  let allKeys: @Sendable () -> [ObjectKey]
  /// Brings one key in order; returns when to look again without an event.
  let reconcile: @Sendable (ObjectKey) throws(APIError) -> Instant?

  private static let retryDelay = Duration.milliseconds(500)

  /// Runs until cancelled.
  func run() async {
    let dirty = DirtyKeys<ObjectKey>()
    await withDiscardingTaskGroup { group in
      group.addTask { await forwardEvents(to: dirty) }
      var wakes: [ObjectKey: Instant] = [:]
      for await _ in dirty.signals {
        for key in dirty.take().sorted() {
          let now = store.sources.now()
          guard let wake = attempt(key) else { continue }
          if let planned = wakes[key], planned > now, planned <= wake { continue }
          wakes[key] = wake
          group.addTask { await sleep(until: wake, then: key, in: dirty) }
        }
        let now = store.sources.now()
        wakes = wakes.filter { $0.value > now }
      }
    }
  }

  private func attempt(_ key: ObjectKey) -> Instant? {
    do {
      return try reconcile(key)
    } catch {
      logger.debug(
        "reconcile failed",
        metadata: ["controller": "\(name)", "key": "\(key)", "error": "\(error)"]
      )
      return store.sources.now() + Self.retryDelay
    }
  }

  private func forwardEvents(to dirty: DirtyKeys<ObjectKey>) async {
    while !Task.isCancelled {
      do {
        let events = try store.watch(types)
        dirty.insert(allKeys())
        for await event in events { dirty.insert(keys(event)) }
      } catch {
        logger.warning("watch failed", metadata: ["controller": "\(name)", "error": "\(error)"])
      }
    }
  }

  private func sleep(until wake: Instant, then key: ObjectKey, in dirty: DirtyKeys<ObjectKey>) async {
    do {
      try await Task.sleep(for: max(.milliseconds(1), wake - store.sources.now()))
      dirty.insert([key])
    } catch {
      // Cancelled: nobody waits for this key any more.
    }
  }
}
