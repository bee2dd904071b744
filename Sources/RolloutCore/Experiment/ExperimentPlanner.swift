import AnalysisCore
import KubeModel
import Primitives

/// Decides what an Experiment needs now (reference, section 5.1): pure and total, as ``plan(_:)`` is for a Rollout.
///
/// It first sees how far templates and analyses are, then concludes the phase, and then brings ReplicaSets, Services
/// and AnalysisRuns to what that phase wants. A spec that cannot be followed is a condition.
package func planExperiment(_ snapshot: ExperimentSnapshot) -> ExperimentPlan {
  let situation = ExperimentSituation(snapshot)
  var draft = ExperimentDraft(status: situation.recorded)
  let issue = validateExperiment(snapshot.experiment).first
  // What runs already ends when the spec is made unfit: nothing would bring it to its end any more.
  if issue == nil || situation.recorded.phase != nil {
    situation.observeTemplates(&draft)
    situation.observeAnalyses(&draft)
    if issue == nil { situation.startAnalyses(&draft) }
    situation.concludePhase(issue, &draft)
    situation.convergeReplicaSets(&draft)
    situation.convergeServices(&draft)
    situation.endAnalyses(&draft)
  }
  situation.concludeConditions(issue, &draft)
  return situation.finish(draft)
}

/// The plan of an Experiment in the making.
typealias ExperimentDraft = PlanDraft<ExperimentStatus>

/// An Experiment's snapshot with its parts told apart: what every part of the planner reads, and none writes.
struct ExperimentSituation {
  let snapshot: ExperimentSnapshot
  let experiment: JSONValue
  let spec: ExperimentSpec
  /// The status as last written.
  let recorded: ExperimentStatus
  let now: Instant
  /// The Experiment's own ReplicaSets by the template that they are of.
  let replicaSets: [String: ReplicaSetView]
  let services: [String: JSONValue]

  init(_ snapshot: ExperimentSnapshot) {
    self.snapshot = snapshot
    experiment = snapshot.experiment
    spec = ExperimentSpec(snapshot.experiment)
    recorded = ExperimentStatus(snapshot.experiment.status)
    now = snapshot.now
    let uid = snapshot.experiment.uid
    func byTemplate(_ objects: [JSONValue]) -> [String: JSONValue] {
      let pairs = objects.filter { isOwned($0, by: uid) && !$0.isBeingDeleted }.compactMap { object in
        object.annotation(RolloutNames.experimentTemplate).map { ($0, object) }
      }
      return Dictionary(pairs.sorted { $0.1.name < $1.1.name }, uniquingKeysWith: { first, _ in first })
    }
    replicaSets = byTemplate(snapshot.replicaSets).mapValues { ReplicaSetView($0) }
    services = byTemplate(snapshot.services)
  }

  /// Whether its pods and runs are to go: somebody asked for that, or it has come to its end.
  func isEnding(_ status: ExperimentStatus) -> Bool { spec.terminates || status.isCompleted }

  /// Whether the time that the templates were to run for is over.
  func hasRunItsTime(_ status: ExperimentStatus) -> Bool {
    guard let start = status.availableAt, let duration = spec.duration else { return false }
    return now >= start + duration
  }

  func finish(_ draft: ExperimentDraft) -> ExperimentPlan {
    let before = experiment.status
    return ExperimentPlan(
      effects: draft.effects,
      status: draft.status,
      statusPatch: MergePatch.difference(from: before, to: draft.status.json(over: before)),
      events: draft.events,
      wake: draft.wakes.min().map { .at(max($0, now)) } ?? .onChange
    )
  }
}

/// Whether the object of that uid controls another.
func isOwned(_ object: JSONValue, by uid: String) -> Bool {
  object.controllerReference?["uid"]?.string == uid
}
