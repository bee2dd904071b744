import GitOpsCore
import GitStore
package import KubeClient
package import KubeModel
package import KubeRuntime
package import Primitives

/// What the Git sync needs to know of the rest of the controller; all of it is optional.
package struct GitSyncEnvironment: Sendable {
  /// The Rollouts of the cluster, which may own fields of what is applied.
  package var rollouts: @Sendable () -> [JSONValue]
  /// The GitSources of the cluster; an object of another one is not taken from it.
  package var sources: @Sendable () -> Set<ObjectKey>
  /// The lock in Git says something new about a Rollout.
  package var changed: @Sendable (_ rollout: ObjectKey) -> Void
  package var now: @Sendable () -> Instant
  package var log: @Sendable (GitLogLine) -> Void

  package init(
    rollouts: @escaping @Sendable () -> [JSONValue] = { [] },
    sources: @escaping @Sendable () -> Set<ObjectKey> = { [] },
    changed: @escaping @Sendable (ObjectKey) -> Void = { _ in },
    now: @escaping @Sendable () -> Instant,
    log: @escaping @Sendable (GitLogLine) -> Void = { _ in }
  ) {
    self.rollouts = rollouts
    self.sources = sources
    self.changed = changed
    self.now = now
    self.log = log
  }
}

/// Keeps the cluster at what Git says: one key is one GitSource.
///
/// It asks the remote for its tip once an interval, fetches when that moved, and compares with the live objects on each
/// look; at rest it writes nothing. Broken manifests, an unreachable repository or a vanished branch leave the last
/// good state running, healed if asked, and are told on the GitSource.
package final class GitSyncReconciler: Sendable {
  let client: KubeClient
  let access: GitAccess
  let records: RecordedDecisions
  let environment: GitSyncEnvironment
  private let memories = Locked<[ObjectKey: GitSyncMemory]>([:])

  package init(
    client: KubeClient,
    access: GitAccess,
    records: RecordedDecisions,
    environment: GitSyncEnvironment
  ) {
    self.client = client
    self.access = access
    self.records = records
    self.environment = environment
  }

  /// Makes the next look ask the remote although its interval is not over, as after a push of our own.
  package func poke(_ source: ObjectKey) { memories.withLock { $0[source]?.isPoked = true } }

  /// The source to look at because an object changed or went away: nil unless the object is of a source and no longer
  /// is what Git wants. Cheap enough for every event of a watch.
  package func sourceToHeal(for object: JSONValue, isDeleted: Bool) -> ObjectKey? {
    guard let text = object.annotations[SourceAnnotation.source] else { return nil }
    let id = ObjectID(object)
    return memories.withLock { memories in
      guard let (key, memory) = memories.first(where: { $0.key.description == text }),
        let desired = memory.desired, let wanted = desired.objects.first(where: { $0.id == id })
      else { return nil }
      if isDeleted { return key }
      let isDrifted = SyncPlan.isDrifted(object, from: wanted, in: desired, reading: memory.readings[id])
      return isDrifted ? key : nil
    }
  }

  /// Looks at one source and says when to look again.
  package func reconcile(_ key: ObjectKey) async -> ReconcileResult {
    let object: JSONValue
    do throws(KubeError) {
      object = try await client.get(.gitSources, namespace: key.namespace, name: key.name)
    } catch {
      guard error.code == .notFound else {
        log(key, isWarning: true, error.message)
        return .failed(retryAfter: nil)
      }
      forget(key)
      return .done
    }
    guard !object.isBeingDeleted else { return .done }
    let source = GitSource(object)
    guard source.issues.isEmpty else {
      let message = source.issues.map(\.description).joined(separator: "; ")
      return await finish(source, object, .failed(.invalidSpec, message: message), again: source.interval)
    }
    let memory = await look(at: source)
    var pass = SyncPass(result: nil)
    if let good = memory.good {
      pass = await sync(source, object, good, memory)
    }
    if let failure = memory.failure {
      pass.result = .failed(failure.reason, message: failure.message, inventory: pass.inventory)
    }
    let next = (memory.checkedAt ?? environment.now()) + source.interval - environment.now()
    let again = pass.isUnfinished ? min(.seconds(1), next) : next
    return await finish(source, object, pass.result, again: max(again, .milliseconds(50)))
  }

  /// What one comparison with the cluster came to.
  struct SyncPass: Sendable {
    /// Nil when there is nothing to say yet.
    var result: SyncResult?
    /// What the source holds now, when that is known.
    var inventory: [InventoryEntry]?
    /// Whether another look soon may get further.
    var isUnfinished = false
  }

  func memory(of source: GitSource) -> GitSyncMemory {
    memories.withLock { memories in
      if let memory = memories[source.key], memory.identity == GitSyncMemory.identity(of: source) {
        return memory
      }
      let memory = GitSyncMemory(source)
      memories[source.key] = memory
      return memory
    }
  }

  /// Changes the memory of a source, unless it was forgotten or means another repository by now.
  func remember(_ source: GitSource, _ change: @Sendable (inout GitSyncMemory) -> Void) {
    memories.withLock { memories in
      guard var memory = memories[source.key], memory.identity == GitSyncMemory.identity(of: source) else {
        return
      }
      change(&memory)
      memories[source.key] = memory
    }
  }

  func log(_ key: ObjectKey, isWarning: Bool, _ message: String) {
    environment.log(GitLogLine(isWarning: isWarning, source: key, message: message))
  }

  private func forget(_ key: ObjectKey) {
    memories.withLock { $0[key] = nil }
    records.forget(key)
  }

  /// Writes the status when it says something new, and only then.
  private func finish(
    _ source: GitSource,
    _ object: JSONValue,
    _ result: SyncResult?,
    again: Duration
  ) async -> ReconcileResult {
    guard let result,
      let status = GitSourceStatus.next(
        object.status,
        after: result,
        generation: source.generation,
        now: environment.now()
      )
    else { return .again(after: again) }
    switch result {
    case .synced(let commit, let inventory, _):
      log(source.key, isWarning: false, "synced \(shortCommit(commit)), \(inventory.count) objects")
    case .failed(let reason, let message, _):
      log(source.key, isWarning: true, "\(reason.rawValue): \(message)")
    }
    do throws(KubeError) {
      try await client.patch(
        .gitSources,
        namespace: source.key.namespace,
        name: source.key.name,
        .merge(["status": status]),
        subresource: "status"
      )
    } catch {
      guard error.code != .notFound else { return .done }
      log(source.key, isWarning: true, error.message)
      return .failed(retryAfter: min(again, .seconds(1)))
    }
    return .again(after: again)
  }
}
