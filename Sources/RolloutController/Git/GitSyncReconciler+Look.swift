import GitOpsCore
import GitStore
import KubeModel
import Primitives

extension GitSyncReconciler {
  /// Asks the remote where the branch is, when that is due, and reads what is new there.
  func look(at source: GitSource) async -> GitSyncMemory {
    let memory = memory(of: source)
    let now = environment.now()
    guard memory.isDue(source, now: now) else { return memory }
    // Before asking: a poke that comes while we ask must count.
    remember(source) { $0.isPoked = false }
    let failure: GitSyncMemory.Failure?
    do {
      failure = try await readTip(of: source, memory)
    } catch let error as GitError {
      failure = Self.failure(error)
    } catch let GitAccessError.badSecret(message) {
      failure = GitSyncMemory.Failure(reason: .authenticationFailed, message: message)
    } catch {
      failure = GitSyncMemory.Failure(reason: .fetchFailed, message: "\(error)")
    }
    remember(source) { memory in
      memory.checkedAt = now
      memory.failure = failure
    }
    return self.memory(of: source)
  }

  /// Reads the tip's manifests and lock when the tip is not the one read last; answers what is wrong with them.
  private func readTip(of source: GitSource, _ memory: GitSyncMemory) async throws -> GitSyncMemory.Failure? {
    let repository = try await access.reader(of: source)
    let seen = try await repository.remoteTip(branch: source.branch)
    if seen == memory.tip, !Self.isFetchFailure(memory.failure) { return memory.failure }
    let tip = try await repository.fetch(branch: source.branch)
    let (lock, problem) = try await LockFile.read(of: source, at: tip, in: repository)
    if let problem { log(source.key, isWarning: true, "\(source.lockPath) cannot be read: \(problem)") }
    for rollout in records.update(source.key, lock: lock) { environment.changed(rollout) }
    if source.writeBackMode == .branch { try await readWriteBranch(of: source, repository) }
    let manifests: ManifestSet
    do throws(GitError) {
      let entries = try await repository.readTree(
        commit: tip,
        under: source.path,
        limits: GitReadLimits(fileBytes: ManifestReader.sizeLimit)
      )
      let files = ManifestReader.sourceFiles(entries)
      manifests = ManifestSet(files: files, defaultNamespace: source.key.namespace)
    } catch {
      guard case .notFound = error else { throw error }
      return note(tip, source, "the path \(source.path) does not exist at \(shortCommit(tip.hex))")
    }
    guard manifests.issues.isEmpty else {
      return note(tip, source, GitSourceStatus.message(for: manifests.issues))
    }
    guard !manifests.manifests.isEmpty else {
      let place = source.path.isEmpty ? "the repository" : source.path
      return note(tip, source, "no manifests in \(place) at \(shortCommit(tip.hex)); nothing is pruned")
    }
    remember(source) { memory in
      memory.tip = tip
      memory.good = GitSyncMemory.Checkout(commit: tip, manifests: manifests, lock: lock)
    }
    return nil
  }

  /// Decisions that wait in Serin's own branch are recorded, too.
  private func readWriteBranch(of source: GitSource, _ repository: GitRepository) async throws(GitError) {
    do throws(GitError) {
      let tip = try await repository.fetch(branch: source.writeBranch)
      let lock = try await LockFile.read(of: source, at: tip, in: repository).0
      for rollout in records.update(source.key, lock: lock) { environment.changed(rollout) }
    } catch {
      guard case .branchMissing = error else { throw error }
    }
  }

  /// A tip whose manifests cannot be applied was read all the same.
  private func note(_ tip: GitCommitID, _ source: GitSource, _ message: String) -> GitSyncMemory.Failure {
    remember(source) { $0.tip = tip }
    return GitSyncMemory.Failure(reason: .invalidManifest, message: message)
  }

  private static func isFetchFailure(_ failure: GitSyncMemory.Failure?) -> Bool {
    failure.map { $0.reason != .invalidManifest } ?? false
  }

  private static func failure(_ error: GitError) -> GitSyncMemory.Failure {
    let reason: SyncResult.Failure =
      switch error {
      case .notFound: .repositoryNotFound
      case .authenticationFailed, .untrustedHost: .authenticationFailed
      case .branchMissing, .emptyRepository: .branchMissing
      case .invalid: .invalidSpec
      default: .fetchFailed
      }
    return GitSyncMemory.Failure(reason: reason, message: error.message)
  }
}
