import KubeClient
import KubeModel
import KubeRuntime
import Primitives
import RolloutCore

extension Performer {
  /// An object that could not be made, and why.
  struct Refused {
    let key: String
    let refusal: ExperimentSnapshot.Refusal
  }

  /// Performs the plan of an Experiment: its effects, then its status; tells of each write once it changed something.
  ///
  /// Stops at the first object that the API refuses for good, and gives it back; nil when all is done.
  func perform(
    _ plan: ExperimentPlan,
    on experiment: JSONValue,
    told: (PlannedEvent) -> Void
  ) async throws(KubeError) -> Refused? {
    for (index, effect) in plan.effects.enumerated() {
      try checkLease(experiment)
      var hasChanged = true
      switch effect {
      case .createReplicaSet(let object), .createService(let object), .createAnalysisRun(let object):
        switch try await make(object) {
        case .made: break
        case .present: hasChanged = false
        case .refused(let refusal):
          return Refused(key: ExperimentSnapshot.key(object), refusal: refusal)
        }
      default:
        var version = experiment.resourceVersion
        hasChanged = try await perform(effect, ObjectKey(experiment), &version)
      }
      if hasChanged { plan.events(ofEffect: index).forEach(told) }
    }
    if let patch = plan.statusPatch {
      try checkLease(experiment)
      // An Experiment has no status subresource.
      let version = JSONValue.string(experiment.resourceVersion)
      let body: JSONValue = ["metadata": ["resourceVersion": version], "status": patch]
      try await write(stores.experiments, ObjectKey(experiment), .merge(body))
    }
    plan.events(ofEffect: nil).forEach(told)
    return nil
  }

  private enum Making {
    case made
    /// It was there already, and it is the one that was meant.
    case present
    case refused(ExperimentSnapshot.Refusal)
  }

  private func make(_ object: JSONValue) async throws(KubeError) -> Making {
    let places = [stores.replicaSets, stores.services, stores.analysisRuns]
    guard let store = places.first(where: { $0.type.kind == object.kind }) else { return .present }
    do throws(KubeError) {
      store.noteCreated(try await client.create(store.type, object))
      return .made
    } catch {
      switch error.code {
      case .alreadyExists:
        let live = try await client.get(store.type, namespace: object.namespace, name: object.name)
        let isOwn = live.controllerReference?["uid"] == object.controllerReference?["uid"]
        return isOwn ? .present : .refused(.occupied)
      case .invalid, .forbidden: return .refused(.rejected(error.message))
      default: throw error
      }
    }
  }
}
