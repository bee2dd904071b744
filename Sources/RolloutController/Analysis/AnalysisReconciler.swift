import AnalysisCore
package import HTTPTransport
package import KubeClient
package import KubeModel
package import KubeRuntime
package import Logging
package import Primitives
package import RolloutCore

/// Plans AnalysisRuns, has done what is due, and writes their status.
///
/// Measurements are taken by a ``MeasurementRunner`` apart from the reconcile, which never waits for a provider. The
/// status is written at once when its meaning changes; measurements alone are written at most once in
/// `AnalysisOptions.measurementPause`. What was measured and not written when the controller dies is measured again.
package struct AnalysisReconciler: Sendable {
  private let client: KubeClient
  private let runs: Store
  private let runner: MeasurementRunner
  private let measurer: Measurer
  private let options: AnalysisOptions
  private let mayWrite: @Sendable () -> Bool
  private let emit: @Sendable (PlannedEvent, JSONValue) -> Void
  private let now: @Sendable () -> Instant
  private let logger: Logger
  private let sessions = Locked<[ObjectKey: AnalysisSession]>([:])

  package init(
    client: KubeClient,
    runs: Store,
    http: HTTPClient,
    runner: MeasurementRunner,
    plugins: PluginHost,
    options: AnalysisOptions = AnalysisOptions(),
    weight: @escaping @Sendable (JSONValue) -> Double?,
    mayWrite: @escaping @Sendable () -> Bool,
    emit: @escaping @Sendable (PlannedEvent, JSONValue) -> Void,
    now: @escaping @Sendable () -> Instant,
    logger: Logger
  ) {
    self.client = client
    self.runs = runs
    self.runner = runner
    self.options = options
    self.mayWrite = mayWrite
    self.emit = emit
    self.now = now
    self.logger = logger
    measurer = Measurer(
      secrets: SecretReader(client: client),
      jobs: JobMeasurer(
        client: options.jobCluster ?? client,
        namespace: options.jobNamespace,
        isElsewhere: options.jobCluster != nil,
        now: now
      ),
      plugins: plugins,
      schedulers: EndpointSchedulers(options: options.endpoints, seed: options.seed, now: now),
      http: http,
      options: options,
      weight: weight,
      now: now,
      logger: logger
    )
  }

  /// One look at a run; says when the next is due. What is being measured asks for a look by itself.
  package func reconcile(_ key: ObjectKey) async -> ReconcileResult {
    guard mayWrite(), let run = runs[key], !run.isBeingDeleted else {
      forget(key)
      return .done
    }
    do throws(KubeError) {
      if let expiry = analysisRunExpiry(run) {
        forget(key)
        return try await expire(run, at: expiry)
      }
      var session = session(for: run)
      defer { sessions.withLock { $0[key] = session } }
      return try await advance(&session, run)
    } catch {
      let isRace = error.code == .conflict || error.code == .notFound
      logger.log(level: isRace ? .debug : .warning, "\(error.message)", metadata: [LogKey.run: "\(key)"])
      return .failed(retryAfter: isRace ? .milliseconds(50) : error.retryAfter)
    }
  }

  private func session(for run: JSONValue) -> AnalysisSession {
    let key = ObjectKey(run)
    guard var session = sessions.withLock({ $0[key] }), session.identity == RunIdentity(run) else {
      forget(key)
      return AnalysisSession(run)
    }
    session.see(run)
    return session
  }

  /// Ends what is measured for a run that is gone, or that another controller looks after now.
  private func forget(_ key: ObjectKey) {
    if let session = sessions.withLock({ $0.removeValue(forKey: key) }) { runner.cancel(session.identity) }
  }

  private func advance(
    _ session: inout AnalysisSession,
    _ run: JSONValue
  ) async throws(KubeError) -> ReconcileResult {
    let (taken, inFlight) = runner.collect(session.identity)
    let time = now()
    let plan = session.work.advance(with: taken, now: time, inFlight: inFlight)
    start(plan, session, run)
    try await cleanUp(plan, &session, run, inFlight: inFlight)
    let status = session.work.status
    var wake = plan.wake
    if let due = session.writeTime(of: status, now: time, pause: options.measurementPause) {
      if due <= time {
        try await write(status, &session, run)
      } else {
        wake = min(wake ?? due, due)
      }
    }
    return wake.map { .again(after: max(.zero, $0 - now())) } ?? .done
  }

  private func start(_ plan: AnalysisPlan, _ session: AnalysisSession, _ run: JSONValue) {
    for metric in plan.measure + plan.resume {
      let request = Measurer.Request(
        run: run,
        metric: metric,
        known: session.work.metricToMeasure(metric),
        secrets: plan.secrets,
        inFlight: session.work.measurementInFlight(of: metric),
        number: session.work.endedMeasurements(of: metric) + 1
      )
      let measurer = measurer
      runner.start(metric, of: session.identity) { await measurer.take(request) }
    }
  }

  /// Stops what runs for measurements that are over: those of a run that has ended, and those that are no longer kept.
  private func cleanUp(
    _ plan: AnalysisPlan,
    _ session: inout AnalysisSession,
    _ run: JSONValue,
    inFlight: Set<String>
  ) async throws(KubeError) {
    session.jobsToDelete.formUnion(plan.forget)
    if session.work.phase?.isCompleted == true {
      runner.cancel(session.identity)
      for metric in plan.terminate {
        let metadata = session.work.lastMeasurement(of: metric)?.metadata ?? [:]
        if let job = JobReference(metadata: metadata) { session.jobsToDelete.insert(job) }
        if session.work.isMeasuredByPlugin(metric) { terminate(metric, session, run) }
      }
      // A Job that is being created at this moment is not in the status.
      for metric in inFlight where session.work.isMeasuredByJob(metric) {
        let number = session.work.endedMeasurements(of: metric) + 1
        let name = JobMeasurement.name(run: run, metric: metric, number: number)
        let namespace = options.jobNamespace ?? run.namespace
        session.jobsToDelete.insert(JobReference(namespace: namespace, name: name))
      }
    }
    for job in session.jobsToDelete.sorted(by: { $0.name < $1.name }) {
      try await measurer.jobs.delete(job)
      session.jobsToDelete.remove(job)
    }
  }

  /// Tells a plugin, once: a controller that dies at this moment does not tell it again.
  private func terminate(_ metric: String, _ session: AnalysisSession, _ run: JSONValue) {
    let request = Measurer.Request(
      run: run,
      metric: metric,
      known: session.work.metricToMeasure(metric),
      secrets: session.work.neededSecrets,
      inFlight: session.work.lastMeasurement(of: metric),
      number: session.work.endedMeasurements(of: metric)
    )
    let measurer = measurer
    runner.start(metric, of: session.identity) {
      await measurer.terminate(request)
      return nil
    }
  }

  private func write(
    _ status: JSONValue,
    _ session: inout AnalysisSession,
    _ run: JSONValue
  ) async throws(KubeError) {
    guard let patch = MergePatch.difference(from: session.stored, to: status) else { return }
    // An AnalysisRun has no status subresource.
    let body: JSONValue = ["metadata": ["resourceVersion": .string(session.version)], "status": patch]
    let written = try await client.patch(
      .analysisRuns,
      namespace: run.namespace,
      name: run.name,
      .merge(body)
    )
    for event in RunEvent.between(session.stored, status) {
      let type = event.isWarning ? "Warning" : "Normal"
      emit(PlannedEvent(type: type, reason: event.reason, message: event.message), run)
    }
    session.wrote(status, version: written.resourceVersion, at: now())
    runs.noteWritten(written)
  }

  private func expire(_ run: JSONValue, at expiry: Instant) async throws(KubeError) -> ReconcileResult {
    let rest = expiry - now()
    guard rest <= .zero else { return .again(after: rest) }
    let options = DeleteOptions(uid: run.uid)
    try await client.delete(.analysisRuns, namespace: run.namespace, name: run.name, options)
    return .done
  }
}
