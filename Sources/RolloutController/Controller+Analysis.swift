import HTTPTransport
import KubeModel
import KubeRuntime
import Primitives
import RolloutCore

/// Analysis runs, by whomever they were made.
extension Controller {
  func makeAnalysisWorker(
    lease: LeaseState,
    events: EventRecorder,
    http: HTTPClient,
    runner: MeasurementRunner,
    plugins: PluginHost
  ) -> Worker<ObjectKey> {
    let reconciler = AnalysisReconciler(
      client: client,
      runs: stores.analysisRuns,
      http: http,
      runner: runner,
      plugins: plugins,
      options: options.analysis,
      weight: canaryWeight(stores),
      mayWrite: { lease.isLeader },
      emit: emit(to: events),
      now: now,
      logger: logger
    )
    return Worker(name: "analysisruns", concurrency: 3 * options.concurrency, now: now, logger: logger) {
      [tally = metrics.tally, now] key in
      await tally.look(at: key, of: .analysisRun, now: now) { await reconciler.reconcile(key) }
    }
  }

  /// The canary's weight of the Rollout that owns a run.
  private func canaryWeight(_ stores: ControllerStores) -> @Sendable (JSONValue) -> Double? {
    { run in
      guard let owner = run.controllerReference, owner["kind"]?.string == "Rollout",
        let rollout = stores.rollouts.object(namespace: run.namespace, name: owner["name"]?.string ?? ""),
        rollout.uid == owner["uid"]?.string
      else { return nil }
      return canaryPercentage(of: rollout)
    }
  }
}
