import GitOpsCore
import HTTPTransport
package import KubeClient
import KubeModel
import KubeRuntime
package import Logging
package import Primitives
import RolloutCore
import RouteProviders
package import ServiceLifecycle
import TrafficPlans

/// The wiring of the controller: caches, election, and the reconcilers for Git, rollouts, experiments and analysis.
package struct Controller: Sendable {
  let client: KubeClient
  let options: ControllerOptions
  let logger: Logger
  let now: @Sendable () -> Instant
  let stores: ControllerStores
  /// What it tells Prometheus.
  package let metrics: ControllerMetrics

  package init(
    client: KubeClient,
    options: ControllerOptions,
    logger: Logger,
    now: @escaping @Sendable () -> Instant = SystemClock.now
  ) {
    self.client = client
    self.options = options
    self.logger = logger
    self.now = now
    stores = ControllerStores()
    metrics = ControllerMetrics(options, stores: stores, client: client)
  }

  /// Whether every cache has been filled; a standby is ready too.
  package var isReady: Bool { stores.all.allSatisfy(\.isReady) }

  /// The services in starting order: transports to be closed last, watches, election, reconcilers. Shutdown goes the
  /// other way.
  package func services() -> [any Service] {
    let elector = makeElector()
    let lease = elector?.state ?? .unopposed()
    let events = EventRecorder(client: client, now: now, logger: logger)
    let http = HTTPClient()
    let wakeRollout = Relay<ObjectKey>()
    let wakeSource = Relay<ObjectKey>()
    let git = makeGit(wakeRollout: wakeRollout, wakeSource: wakeSource)
    let plugins = PluginHost(
      client: client,
      namespace: options.analysis.controllerNamespace,
      now: now,
      logger: logger
    )
    let wakeStep = Relay<ObjectKey>()
    let steps = StepPluginRunner(work: { await plugins.answer($0, $1) }, finished: { wakeStep.send($0) })
    let rollouts = makeRolloutWorker(lease: lease, events: events, writer: git.writer, steps: steps)
    let experiments = makeExperimentWorker(lease: lease, events: events)
    connectOutside(events: events, http: http, plugins: plugins, lease: lease) { rollouts.enqueue($0) }
    let wakeRun = Relay<ObjectKey>()
    let measurements = MeasurementRunner { wakeRun.send($0) }
    let runs = makeAnalysisWorker(
      lease: lease,
      events: events,
      http: http,
      runner: measurements,
      plugins: plugins
    )
    let sources = Worker<ObjectKey>(name: "gitsources", concurrency: 4, now: now, logger: logger) { key in
      lease.isLeader ? await git.sync.reconcile(key) : .done
    }
    wakeRollout.connect { rollouts.enqueue($0) }
    wakeStep.connect { rollouts.enqueue($0) }
    stores.rollouts.onChange { if $0.new == nil { steps.forget($0.key) } }
    wakeSource.connect { sources.enqueue($0) }
    wakeRun.connect { runs.enqueue($0) }
    RolloutTriggers(stores: stores, enqueue: { rollouts.enqueue($0) }).install()
    ExperimentTriggers(stores: stores, enqueue: { experiments.enqueue($0) }).install()
    stores.analysisRuns.onChange { runs.enqueue($0.key) }
    let releases = makeServiceWorker(lease: lease)
    metrics.countReleases { lease.isLeader }
    for worker in [rollouts, experiments, runs, sources, releases] { metrics.watch(worker) }
    installSourceTriggers(git.sync) { sources.enqueue($0) }

    let stores = stores
    let isReady: @Sendable () async throws -> Void = {
      try await stores.ready(within: .seconds(60))
      try await lease.whenLeader()
    }
    let client = client
    let jobCluster = options.analysis.jobCluster
    var services: [any Service] = [
      CleanUp {
        await http.shutdown()
        await jobCluster?.shutdown()
        await client.shutdown()
      },
      events,
    ]
    services += stores.reflectors(
      client: client,
      namespace: options.namespace,
      instanceID: options.instanceID,
      logger: logger
    )
    services += stores.workloads.reflectors(client: client, namespace: options.namespace, logger: logger)
    services += stores.routes.reflectors(client: client, namespace: options.namespace, logger: logger)
    services.append(stores.routes.outside)
    if let elector { services.append(elector) }
    services += [
      git.writer as any Service, sources, measurements, steps, runs, experiments, rollouts, releases,
    ].map {
      GatedService(gate: isReady, service: $0)
    }
    return services
  }

  private func makeElector() -> LeaderElector? {
    options.lease.map {
      LeaderElector(client: client, lease: $0, identity: options.identity, now: now, logger: logger)
    }
  }

  private func makeRolloutWorker(
    lease: LeaseState,
    events: EventRecorder,
    writer: GitWriter,
    steps: StepPluginRunner
  ) -> Worker<ObjectKey> {
    let stores = stores
    let observer = RolloutObserver(stores: stores, stepPlugins: { steps.board(of: $0) }) { source, rollout in
      writer.origin(of: rollout, in: source, object: stores.gitSources[source])
    }
    let performer = Performer(
      client: client,
      stores: stores,
      mayWrite: { lease.isLeader },
      record: { verdict, key in writer.record(verdict, of: key) },
      ask: { call, rollout in steps.start(call, of: rollout) }
    )
    let deleted = DeletedRollouts()
    deleted.follow(stores.rollouts)
    let reconciler = RolloutReconciler(
      observer: observer,
      pods: PodReader(client: client),
      performer: performer,
      deleted: deleted,
      emit: emit(to: events),
      now: now,
      logger: logger
    )
    return Worker(name: "rollouts", concurrency: options.concurrency, now: now, logger: logger) {
      [tally = metrics.tally, now] key in
      guard lease.isLeader else { return .done }
      return await tally.look(at: key, of: .rollout, now: now) { await reconciler.reconcile(key) }
    }
  }

  private func makeServiceWorker(lease: LeaseState) -> Worker<ObjectKey> {
    let reconciler = ServiceReconciler(
      client: client,
      stores: stores,
      mayWrite: { lease.isLeader },
      logger: logger
    )
    let worker = Worker<ObjectKey>(name: "services", concurrency: 2, now: now, logger: logger) { key in
      await reconciler.reconcile(key)
    }
    reconciler.installTriggers { worker.enqueue($0) }
    return worker
  }

  private func makeExperimentWorker(lease: LeaseState, events: EventRecorder) -> Worker<ObjectKey> {
    let reconciler = ExperimentReconciler(
      observer: ExperimentObserver(stores: stores),
      performer: Performer(client: client, stores: stores, mayWrite: { lease.isLeader }, record: { _, _ in }),
      emit: emit(to: events),
      now: now,
      logger: logger
    )
    return Worker(name: "experiments", concurrency: options.concurrency, now: now, logger: logger) {
      [tally = metrics.tally, now] key in
      guard lease.isLeader else { return .done }
      return await tally.look(at: key, of: .experiment, now: now) { await reconciler.reconcile(key) }
    }
  }

  func emit(to events: EventRecorder) -> @Sendable (PlannedEvent, JSONValue) -> Void {
    { [tally = metrics.tally] event, object in
      let severity: EventNote.Severity = event.type == "Warning" ? .warning : .normal
      if object.kind == ResourceType.rollouts.kind {
        tally.count(event: event.type, event.reason, of: ObjectKey(object))
      }
      events.record(EventNote(regarding: object, severity, reason: event.reason, message: event.message))
    }
  }
}
