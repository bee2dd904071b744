import KubeClient
package import KubeModel
package import KubeRuntime
package import Logging
package import Primitives
package import RolloutCore
import TrafficPlans

/// Observe, plan, perform: one look at one rollout.
package struct RolloutReconciler: Sendable {
  private let observer: RolloutObserver
  private let pods: PodReader
  private let editors: RouteEditors
  private let performer: Performer
  private let deleted: DeletedRollouts
  private let quiet = QuietStatus()
  private let outdated = OutdatedRollouts()
  private let emit: @Sendable (PlannedEvent, JSONValue) -> Void
  private let now: @Sendable () -> Instant
  private let logger: Logger

  package init(
    observer: RolloutObserver,
    pods: PodReader,
    performer: Performer,
    deleted: DeletedRollouts,
    emit: @escaping @Sendable (PlannedEvent, JSONValue) -> Void,
    now: @escaping @Sendable () -> Instant,
    logger: Logger
  ) {
    self.observer = observer
    self.pods = pods
    editors = RouteEditors(
      client: performer.client,
      routes: performer.stores.routes,
      rollouts: performer.stores.rollouts,
      logger: logger
    )
    self.performer = performer
    self.deleted = deleted
    self.emit = emit
    self.now = now
    self.logger = logger
  }

  /// Plans and performs; says when the rollout wants to be looked at again.
  package func reconcile(_ key: ObjectKey) async -> ReconcileResult {
    do throws(KubeError) {
      try await outdated.refresh(key, in: performer.stores.rollouts, from: performer.client)
    } catch {
      logger.warning("\(error.message)", metadata: [LogKey.rollout: "\(key)"])
      return .failed(retryAfter: error.retryAfter)
    }
    guard var snapshot = observer.snapshot(of: key, now: now()) else {
      quiet.forget(key)
      if let rollout = deleted.take(key) { await tellDeletion(of: rollout) }
      return .done
    }
    if performer.stores.routes.outside.isPending(snapshot.routes.keys) { return .again(after: .seconds(10)) }
    do throws(KubeError) {
      snapshot = try await pods.withPods(snapshot)
    } catch {
      // The rest of the plan does not wait for the pods.
      logger.warning("\(error.message)", metadata: [LogKey.rollout: "\(key)"])
    }
    var plan = plan(snapshot)
    if let known = await editors.withEditors(snapshot, of: plan) {
      (snapshot, plan) = (known, RolloutCore.plan(known))
    }
    if let wait = quiet.wait(for: plan, of: snapshot.rollout, now: snapshot.now) {
      return plan.wake.result(now: now(), by: wait)
    }
    for effect in plan.effects {
      logger.debug("effect", metadata: [LogKey.rollout: "\(key)", LogKey.effect: "\(effect.summary)"])
    }
    do throws(KubeError) {
      try await performer.perform(plan, on: snapshot.rollout) { event in
        let metadata: Logger.Metadata = [LogKey.rollout: "\(key)", LogKey.reason: "\(event.reason)"]
        logger.info("\(event.message)", metadata: metadata)
        emit(event, snapshot.rollout)
      }
    } catch {
      if let name = refusedReplicaSet(error, plan) { return await refused(name, error, snapshot) }
      return failed(error, plan, snapshot.rollout)
    }
    await editors.release(plan, of: snapshot.rollout, while: performer.mayWrite)
    return plan.wake.result(now: now())
  }

  /// The ReplicaSet of the plan that the server does not take, because of a quota or its content; nil when something
  /// else failed.
  private func refusedReplicaSet(_ error: KubeError, _ plan: Plan) -> String? {
    guard error.code == .invalid || error.code == .forbidden else { return nil }
    for case .createReplicaSet(let set) in plan.effects where error.message.contains(set.name) {
      return set.name
    }
    return nil
  }

  /// Says the refusal on the rollout, since its own status write never comes after it, and tries again later.
  private func refused(_ name: String, _ error: KubeError, _ snapshot: Snapshot) async -> ReconcileResult {
    let key = ObjectKey(snapshot.rollout)
    logger.warning("\(error.message)", metadata: [LogKey.rollout: "\(key)"])
    guard let patch = creationFailurePatch(snapshot, name: name, cause: error.message) else {
      return .failed(retryAfter: error.retryAfter)
    }
    do throws(KubeError) {
      try await performer.writeStatus(patch, of: snapshot.rollout)
      let message = "Failed to create new replica set \"\(name)\": \(error.message)"
      emit(PlannedEvent(type: "Warning", reason: "ReplicaSetCreateError", message: message), snapshot.rollout)
    } catch {
      logger.debug("\(error.message)", metadata: [LogKey.rollout: "\(key)"])
    }
    return .failed(retryAfter: error.retryAfter)
  }

  /// A write that lost a race starts again from a fresh look; the change that won brings that by itself.
  private func failed(_ error: KubeError, _ plan: Plan, _ rollout: JSONValue) -> ReconcileResult {
    outdated.note(error, of: rollout)
    logger.log(
      level: error.isLostRace ? .debug : .warning,
      "\(error.message)",
      metadata: [LogKey.rollout: "\(ObjectKey(rollout))"]
    )
    if error.isLostRace { return .failed(retryAfter: .milliseconds(50)) }
    if !error.isTransient, error.code != .cancelled {
      let reason = Self.reason(of: error, plan.effects)
      emit(PlannedEvent(type: "Warning", reason: reason, message: error.message), rollout)
    }
    return .failed(retryAfter: error.retryAfter)
  }

  /// The reason of the event that tells of the error: whether a route of the plan could not be written.
  static func reason(of error: KubeError, _ effects: [Effect]) -> String {
    let isOfRoute = effects.contains { effect in
      guard case .changeRoute(let change) = effect else { return false }
      return error.message.contains("\(change.address.type) \(change.address.key)")
    }
    return isOfRoute ? "TrafficRoutingError" : "ReconciliationError"
  }

  /// Tells of a Rollout that is gone; one that only left this controller's sight, by a label, is not.
  private func tellDeletion(of rollout: JSONValue) async {
    let key = ObjectKey(rollout)
    do throws(KubeError) {
      let now = try await performer.client.get(.rollouts, namespace: key.namespace, name: key.name)
      if now.uid == rollout.uid { return }
    } catch {
      guard error.code == .notFound else { return }
    }
    let message = "Rollout \(key) is deleted"
    emit(PlannedEvent(type: "Normal", reason: "RolloutDeleted", message: message), rollout)
  }
}

/// The keys of structured log metadata.
package enum LogKey {
  package static let rollout = "rollout"
  package static let experiment = "experiment"
  package static let run = "analysisRun"
  package static let source = "gitSource"
  package static let effect = "effect"
  package static let reason = "reason"
}

extension RouteChange {
  fileprivate var summary: String {
    let (verb, patch) =
      switch self {
      case .patch(_, let patch): ("patch", ": \(patch.text())")
      case .create: ("create", "")
      case .delete: ("delete", "")
      }
    return "\(verb) \(address.type.kind) \(address.key)\(patch)"
  }
}

extension Effect {
  /// The effect in a few words, for logs.
  package var summary: String {
    switch self {
    case .setDefaultReplicas: "set spec.replicas to 1"
    case .annotateRollout(let annotations): "annotate the rollout with \(annotations.keys.sorted())"
    case .createReplicaSet(let set): "create ReplicaSet \(set.name) of \(set.spec["replicas"] ?? 0)"
    case .scaleReplicaSet(let name, let from, let to, _, _): "scale ReplicaSet \(name) from \(from) to \(to)"
    case .adoptReplicaSet(let name, _, _): "adopt ReplicaSet \(name)"
    case .annotateReplicaSet(let name, let annotations):
      "annotate ReplicaSet \(name): \(annotations.keys.sorted())"
    case .editReplicaSet(let name, let patch): "edit ReplicaSet \(name): \(patch.text())"
    case .setPodMetadata(let pod, _, let labels, let annotations):
      "set \((Array(labels.keys) + Array(annotations.keys)).sorted()) of pod \(pod)"
    case .scaleWorkload(let name, let size, _, _): "scale Deployment \(name) to \(size)"
    case .evictPod(let name, _): "evict pod \(name)"
    case .deleteReplicaSet(let name, _): "delete ReplicaSet \(name)"
    case .selectRevision(let service, let hash, _): "point Service \(service) at \(hash)"
    case .changeRoute(let change): change.summary
    case .createAnalysisRun(let run): "create AnalysisRun \(run.name)"
    case .terminateAnalysisRun(let name): "terminate AnalysisRun \(name)"
    case .deleteAnalysisRun(let name, _): "delete AnalysisRun \(name)"
    case .createService(let service): "create Service \(service.name)"
    case .deleteService(let name, _): "delete Service \(name)"
    case .createExperiment(let experiment): "create Experiment \(experiment.name)"
    case .terminateExperiment(let name): "terminate Experiment \(name)"
    case .deleteExperiment(let name, _): "delete Experiment \(name)"
    case .callStepPlugin(let call):
      "ask step plugin \(call.name) of step \(call.index): \(call.operation.rawValue)"
    case .record(let verdict): "record \(verdict.id) in Git"
    }
  }
}
