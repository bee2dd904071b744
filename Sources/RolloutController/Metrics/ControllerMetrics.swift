import KubeClient
import KubeModel
import KubeRuntime
import Primitives
import RolloutCore

/// What the controller tells Prometheus: the objects that it sees, what it has done, and how much waits.
///
/// Gauges are computed from the caches when they are asked for, so that nobody pays for them between two scrapes.
package final class ControllerMetrics: Sendable {
  let tally: ControllerTally
  private let version: String
  private let stores: ControllerStores
  private let client: KubeClient
  private let workers = Locked<[Worker<ObjectKey>]>([])

  init(_ options: ControllerOptions, stores: ControllerStores, client: KubeClient) {
    tally = ControllerTally(isRead: options.servesMetrics)
    version = options.version
    self.stores = stores
    self.client = client
  }

  /// Adds a worker, whose queue is looked at by each scrape.
  func watch(_ worker: Worker<ObjectKey>) { workers.withLock { $0.append(worker) } }

  /// Counts releases that end, by the record in the Rollouts' status.
  func countReleases(isLeader: @escaping @Sendable () -> Bool) {
    stores.rollouts.onChange { [tally] change in
      // One that is seen for the first time may have ended under another leader.
      guard isLeader(), let old = change.old, let new = ReleaseDuration(change.new?.status["duration"]),
        let finished = new.finishedAt, let completion = new.completion,
        ReleaseDuration(old.status["duration"])?.finishedAt == nil
      else { return }
      let seconds = Double(max(0, finished.secondsSinceEpoch - new.startedAt.secondsSinceEpoch))
      tally.count(release: completion.rawValue, took: seconds, waited: Double(new.manualPauseSeconds))
    }
  }

  /// All families in Prometheus' text format.
  package func text() -> String {
    let stores = stores
    let templates = stores.clusterAnalysisTemplates.objects() + stores.analysisTemplates.objects()
    var families = ObjectGauges.rollouts(stores.rollouts.objects())
    families += ObjectGauges.analysisRuns(stores.analysisRuns.objects())
    families += ObjectGauges.templates(templates)
    families += ObjectGauges.experiments(stores.experiments.objects())
    families += tally.families { kind, key in
      switch kind {
      case .rollout: stores.rollouts[key] != nil
      case .analysisRun: stores.analysisRuns[key] != nil
      case .experiment: stores.experiments[key] != nil
      }
    }
    families += [requests(), depths(), about()]
    return families.map(\.text).joined()
  }

  private func requests() -> MetricFamily {
    var family = MetricFamily(
      "controller_clientset_k8s_request_total",
      .counter,
      "Requests sent to the API server."
    )
    let counts = client.requestCounts().sorted {
      ($0.key.resource, $0.key.verb) < ($1.key.resource, $1.key.verb)
    }
    for (kind, count) in counts {
      family.add(count, [.init("kind", kind.resource), .init("verb", kind.verb)])
    }
    return family
  }

  private func depths() -> MetricFamily {
    var family = MetricFamily("workqueue_depth", .gauge, "Objects that wait for a look that is due.")
    for worker in workers.withLock({ $0 }) { family.add(worker.statistics.due, [.init("name", worker.name)]) }
    return family
  }

  private func about() -> MetricFamily {
    var family = MetricFamily("argo_rollouts_controller_info", .gauge, "The controller, with its version.")
    family.add(1, [.init("version", "serin-\(version)")])
    return family
  }
}
