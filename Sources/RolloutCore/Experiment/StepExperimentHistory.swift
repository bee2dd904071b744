import AnalysisCore
import KubeModel
import Primitives

extension Situation {
  /// Ends the Experiments that no step waits for, and deletes finished ones past the limits, newest kept, and those
  /// whose revision is gone: as it is with AnalysisRuns.
  func cleanExperiments(_ draft: inout Draft) {
    // A rollout that became blue/green has no steps that could wait for one.
    if spec.canary == nil { draft.status.currentExperiment = "" }
    let others = ownExperiments.filter { $0.name != draft.status.currentExperiment }
    guard !others.isEmpty else { return }
    let hashes = Set(revisions.all.map(\.hash) + [revisions.newHash])
    var rest = (successful: spec.successfulRunHistoryLimit, unsuccessful: spec.unsuccessfulRunHistoryLimit)
    let newestFirst = others.sorted {
      ($0.creationTimestamp ?? now, $0.name) > ($1.creationTimestamp ?? now, $1.name)
    }
    for experiment in newestFirst {
      let status = ExperimentStatus(experiment.status)
      guard status.isCompleted else {
        if experiment.spec["terminate"]?.bool != true {
          draft.perform(.terminateExperiment(name: experiment.name))
        }
        continue
      }
      let isSuccessful = status.phase == .successful
      let isOrphan = !hashes.contains(experiment.label(RolloutNames.podTemplateHash) ?? "")
      if isOrphan || (isSuccessful ? rest.successful : rest.unsuccessful) <= 0 {
        draft.perform(.deleteExperiment(name: experiment.name, uid: experiment.uid))
      } else if isSuccessful {
        rest.successful -= 1
      } else {
        rest.unsuccessful -= 1
      }
    }
  }
}
