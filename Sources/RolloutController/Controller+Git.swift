import GitOpsCore
import KubeModel
import KubeRuntime
import Logging
import Primitives

/// The sync from Git, and the record of decisions in it.
extension Controller {
  func makeGit(
    wakeRollout: Relay<ObjectKey>,
    wakeSource: Relay<ObjectKey>
  ) -> (sync: GitSyncReconciler, writer: GitWriter) {
    let access = GitAccess(client: client, directory: options.stateDirectory)
    let records = RecordedDecisions()
    let logger = logger
    let log: @Sendable (GitLogLine) -> Void = { line in
      logger.log(
        level: line.isWarning ? .warning : .info,
        "\(line.message)",
        metadata: [LogKey.source: "\(line.source)"]
      )
    }
    let stores = stores
    let sync = GitSyncReconciler(
      client: client,
      access: access,
      records: records,
      environment: GitSyncEnvironment(
        rollouts: { stores.rollouts.objects() },
        sources: { Set(stores.gitSources.keys()) },
        changed: { wakeRollout.send($0) },
        now: now,
        log: log
      )
    )
    let writer = GitWriter(
      environment: GitWriterEnvironment(
        open: { key in
          guard let object = stores.gitSources[key] else { return nil }
          let source = GitSource(object)
          return WriteTarget(source: source, repository: try await access.writer(of: source))
        },
        changed: { wakeRollout.send($0) },
        pushed: { source in
          sync.poke(source)
          wakeSource.send(source)
        },
        now: now,
        log: log
      ),
      records: records
    )
    return (sync, writer)
  }

  /// A GitSource is looked at when it changes and when something that it applied is no longer as Git wants it.
  func installSourceTriggers(
    _ sync: GitSyncReconciler,
    _ enqueue: @escaping @Sendable (ObjectKey) -> Void
  ) {
    stores.gitSources.onChange { change in
      // Its own status writes are no news.
      if change.old?.generation != change.new?.generation || change.new == nil { enqueue(change.key) }
    }
    let routes = stores.routes
    // What Git holds is watched wherever Git is followed.
    stores.gitSources.onChange { if $0.new != nil { routes.demand(.httpRoutes) } }
    for store in [stores.rollouts, stores.services, routes[.httpRoutes], stores.analysisTemplates] {
      store.onChange { change in
        guard let object = change.new ?? change.old else { return }
        if let source = sync.sourceToHeal(for: object, isDeleted: change.new == nil) { enqueue(source) }
      }
    }
  }
}
