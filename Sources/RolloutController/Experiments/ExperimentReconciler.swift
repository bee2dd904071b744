import KubeClient
package import KubeModel
package import KubeRuntime
package import Logging
package import Primitives
package import RolloutCore

/// Observe, plan, perform: one look at one Experiment.
package struct ExperimentReconciler: Sendable {
  private let observer: ExperimentObserver
  private let performer: Performer
  private let emit: @Sendable (PlannedEvent, JSONValue) -> Void
  private let now: @Sendable () -> Instant
  private let logger: Logger

  package init(
    observer: ExperimentObserver,
    performer: Performer,
    emit: @escaping @Sendable (PlannedEvent, JSONValue) -> Void,
    now: @escaping @Sendable () -> Instant,
    logger: Logger
  ) {
    self.observer = observer
    self.performer = performer
    self.emit = emit
    self.now = now
    self.logger = logger
  }

  /// Plans and performs; says when the Experiment wants to be looked at again.
  ///
  /// What the API refuses for good is planned around at once: it becomes part of the same look.
  package func reconcile(_ key: ObjectKey) async -> ReconcileResult {
    guard var snapshot = observer.snapshot(of: key, now: now()) else { return .done }
    do throws(KubeError) {
      for _ in 0..<10 {
        let plan = planExperiment(snapshot)
        for effect in plan.effects {
          logger.debug("effect", metadata: [LogKey.experiment: "\(key)", LogKey.effect: "\(effect.summary)"])
        }
        let experiment = snapshot.experiment
        let refused = try await performer.perform(plan, on: experiment) { tell($0, of: experiment) }
        guard let refused else {
          return plan.wake.result(now: now())
        }
        snapshot.refusals[refused.key] = refused.refusal
      }
      return .again(after: .seconds(1))
    } catch {
      let metadata: Logger.Metadata = [LogKey.experiment: "\(key)"]
      logger.log(level: error.isLostRace ? .debug : .warning, "\(error.message)", metadata: metadata)
      return .failed(retryAfter: error.isLostRace ? .milliseconds(50) : error.retryAfter)
    }
  }

  /// The Rollout whose step it is tells of its analyses too.
  private func tell(_ event: PlannedEvent, of experiment: JSONValue) {
    let metadata: Logger.Metadata = [
      LogKey.experiment: "\(ObjectKey(experiment))", LogKey.reason: "\(event.reason)",
    ]
    logger.info("\(event.message)", metadata: metadata)
    emit(event, experiment)
    if event.concernsOwner, let rollout = observer.owner(of: experiment) { emit(event, rollout) }
  }
}
