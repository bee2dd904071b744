import KubeModel
import Primitives

/// A canary in three movements: find out how far the release is, then bring traffic, pods and analysis to where that
/// position wants them. Nothing here remembers what it did before; position and wishes follow from the snapshot.
extension Situation {
  func planCanary(_ canary: CanaryStrategy, _ draft: inout Draft) {
    draft.status.leaveBlueGreen()
    advance(canary, &draft)
    let target = target(canary, draft.status)
    // Traffic first: an abort must not wait for anything that comes after it.
    convergeTraffic(canary, &draft)
    convergeServices(canary, &draft)
    if holdsReplicas(draft.status) {
      registerNew(&draft)
    } else {
      convergeReplicas(canary, target, &draft)
    }
    convergeAnalysis(canary, &draft)
    convergeExperiment(&draft)
    convergeStepPlugins(&draft)
    keepQueue(canary, &draft)
  }
}
