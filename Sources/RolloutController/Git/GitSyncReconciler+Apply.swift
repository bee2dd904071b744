import GitOpsCore
import GitStore
import KubeClient
import KubeModel
import Primitives

extension GitSyncReconciler {
  /// The name under which the cluster knows the fields that come from Git.
  private static let fieldManager = "serin"

  /// Compares a checkout with the cluster and performs the difference.
  func sync(
    _ source: GitSource,
    _ object: JSONValue,
    _ checkout: GitSyncMemory.Checkout,
    _ memory: GitSyncMemory
  ) async -> SyncPass {
    let known = GitSourceStatus.inventory(object.status)
    do throws(KubeError) {
      let desired = try await desired(source, checkout.manifests)
      // While newer manifests are broken, what they dropped is not known; nothing may be pruned.
      let inventory = memory.failure == nil ? known : []
      var input = SyncInput(
        source: source,
        desired: desired,
        commit: checkout.commit.hex,
        live: try await read(SyncPlan.objectsToRead(desired, inventory: inventory)),
        inventory: inventory,
        readings: memory.readings,
        otherSources: environment.sources().subtracting([source.key]),
        lock: checkout.lock
      )
      var plan = SyncPlan(input)
      let files = Self.filesOfNewRollouts(plan, desired)
      if !files.isEmpty {
        input.fileCommits = await lastCommits(of: files, source, at: checkout.commit)
        plan = SyncPlan(input)
      }
      remember(source) { $0.desired = desired }
      return await perform(plan, source, desired, known: known, commit: checkout.commit.hex)
    } catch {
      return SyncPass(
        result: .failed(.applyFailed, message: error.message),
        isUnfinished: error.isTransient
      )
    }
  }

  private func desired(_ source: GitSource, _ manifests: ManifestSet) async throws(KubeError) -> DesiredSet {
    var scopes: [GroupKind: Bool] = [:]
    for manifest in manifests.manifests {
      let kind = GroupKind(apiVersion: manifest.object.apiVersion, kind: manifest.object.kind)
      guard scopes[kind] == nil else { continue }
      scopes[kind] = try await type(manifest.object.apiVersion, manifest.object.kind)?.isNamespaced
    }
    return DesiredSet(
      manifests: manifests,
      source: source,
      isNamespaced: scopes,
      liveRollouts: environment.rollouts()
    )
  }

  /// The type of a kind; nil when the cluster does not serve it.
  private func type(_ apiVersion: String, _ kind: String) async throws(KubeError) -> ResourceType? {
    do throws(KubeError) {
      return try await client.resourceType(apiVersion: apiVersion, kind: kind)
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
  }

  private func read(_ entries: [InventoryEntry]) async throws(KubeError) -> [ObjectID: JSONValue] {
    var live: [ObjectID: JSONValue] = [:]
    for entry in entries {
      guard let type = try await type(entry.apiVersion, entry.id.kind) else { continue }
      do throws(KubeError) {
        live[entry.id] = try await client.get(type, namespace: entry.id.namespace, name: entry.id.name)
      } catch {
        guard error.code == .notFound else { throw error }
      }
    }
    return live
  }

  private static func filesOfNewRollouts(_ plan: SyncPlan, _ desired: DesiredSet) -> Set<String> {
    var files: Set<String> = []
    for case .apply(_, let id, _, let cause) in plan.actions
    where cause != .drifted && id.groupKind == GroupKind(group: "argoproj.io", kind: "Rollout") {
      files.formUnion(desired.objects.filter { $0.id == id }.map(\.file))
    }
    return files
  }

  /// The commits that last touched the files; the one that is synced stands for those that cannot be told.
  private func lastCommits(
    of files: Set<String>,
    _ source: GitSource,
    at commit: GitCommitID
  ) async -> [String: String] {
    var commits: [String: String] = [:]
    for file in files.sorted() {
      do {
        let entry = try await access.reader(of: source).lastChange(of: file, from: commit)
        commits[file] = entry?.id.hex
      } catch {
        log(source.key, isWarning: true, "the last change of \(file) was not found: \(error)")
      }
    }
    return commits
  }

  /// Performs a plan in order: the objects of a wave are tried whatever becomes of each, the next wave and pruning only
  /// when all went well.
  private func perform(
    _ plan: SyncPlan,
    _ source: GitSource,
    _ desired: DesiredSet,
    known: [InventoryEntry],
    commit: String
  ) async -> SyncPass {
    var failures: [KubeError] = []
    var currentWave: Int?
    for action in plan.actions {
      switch action {
      case .apply(let object, let id, let wave, let cause):
        if !failures.isEmpty, wave != currentWave { break }
        currentWave = wave
        do throws(KubeError) {
          let live = try await apply(object, id: id)
          noteReading(of: live, id, source, desired)
          log(source.key, isWarning: false, "applied \(id) (\(cause.rawValue))")
        } catch {
          failures.append(error)
        }
      case .prune(let entry, let uid):
        guard failures.isEmpty else { break }
        do throws(KubeError) {
          try await prune(entry, uid: uid)
          log(source.key, isWarning: false, "pruned \(entry.id)")
        } catch {
          failures.append(error)
        }
      }
    }
    return Self.pass(plan, failures, known: known, commit: commit)
  }

  private static func pass(
    _ plan: SyncPlan,
    _ failures: [KubeError],
    known: [InventoryEntry],
    commit: String
  ) -> SyncPass {
    let ids = Set(plan.inventory.map(\.id))
    let all = plan.inventory + known.filter { !ids.contains($0.id) }
    if let first = failures.first {
      let more = failures.count > 1 ? " (and \(failures.count - 1) more)" : ""
      // Somebody changed the object in between: planning again is all it takes, and nobody needs to know.
      let isRace = failures.allSatisfy { $0.code == .conflict }
      let result = SyncResult.failed(.applyFailed, message: first.message + more, inventory: all)
      return SyncPass(
        result: isRace ? nil : result,
        inventory: all,
        isUnfinished: failures.contains { $0.isTransient || $0.code == .notFound }
      )
    }
    guard plan.issues.isEmpty else {
      let message = GitSourceStatus.message(for: plan.issues)
      return SyncPass(result: .failed(.applyFailed, message: message, inventory: all), inventory: all)
    }
    guard !plan.waits else { return SyncPass(result: nil, inventory: all, isUnfinished: true) }
    return SyncPass(
      result: .synced(commit: commit, inventory: plan.inventory, changed: !plan.actions.isEmpty),
      inventory: plan.inventory
    )
  }

  private func apply(_ object: JSONValue, id: ObjectID) async throws(KubeError) -> JSONValue {
    let type = try await client.resourceType(apiVersion: object.apiVersion, kind: id.kind)
    return try await client.patch(
      type,
      namespace: id.namespace,
      name: id.name,
      .apply(object, fieldManager: Self.fieldManager, force: true)
    )
  }

  private func prune(_ entry: InventoryEntry, uid: String) async throws(KubeError) {
    let type = try await client.resourceType(apiVersion: entry.apiVersion, kind: entry.id.kind)
    do throws(KubeError) {
      try await client.delete(
        type,
        namespace: entry.id.namespace,
        name: entry.id.name,
        DeleteOptions(propagation: .background, uid: uid)
      )
    } catch {
      guard error.code == .notFound else { throw error }
    }
  }

  private func noteReading(of live: JSONValue, _ id: ObjectID, _ source: GitSource, _ desired: DesiredSet) {
    guard let wanted = desired.objects.first(where: { $0.id == id }) else { return }
    let reading = SyncPlan.reading(of: live, for: wanted, in: desired)
    remember(source) { $0.readings[id] = reading }
  }
}
