import KubeModel
import Primitives

/// Pods of a blue/green preview that became ready, as the progress that they are.
///
/// The status counts those of the active revision only, and has no place to remember others. So the pods themselves
/// are asked when the deadline is due: they say since when they are ready.
extension Situation {
  /// Whether a pod of the newest revision became ready since the last progress: then the deadline's clock started
  /// there. What cannot be read is asked for again, for half a minute at most.
  func movesPreview(since: Instant, deadline: Instant, _ draft: inout Draft) -> Bool {
    guard spec.blueGreen != nil, let new = revisions.new, new.ready > 0 else { return false }
    guard let pods = snapshot.pods else {
      draft.wake(at: now + .seconds(1))
      return now < deadline + .seconds(30)
    }
    let moments = pods.map { PodView($0) }.filter { $0.owner == new.object.uid }
      .compactMap { $0.lastProgress(minReadySeconds: spec.minReadySeconds, at: now) }
    guard let last = moments.max(), last > since else { return false }
    let message = "ReplicaSet \"\(new.name)\" is progressing."
    draft.setCondition("Progressing", "True", "ReplicaSetUpdated", message, at: last, refresh: true)
    return true
  }
}

/// Whether a blue/green preview is about to exceed its progress deadline, by what the status says alone.
func isPreviewOverdue(_ snapshot: Snapshot) -> Bool {
  let (spec, status) = (snapshot.rollout.spec, snapshot.rollout.status)
  guard spec.at("strategy", "blueGreen") != nil, status["abort"]?.bool != true,
    status.at("blueGreen", "activeSelector") != status["currentPodHash"],
    let progress = status["conditions"]?.array?.first(where: { $0["type"] == "Progressing" }),
    progress["status"] == "True", let since = progress["lastUpdateTime"]?.string.flatMap(Instant.init)
  else { return false }
  return snapshot.now >= since + RolloutSpec.progressDeadline(spec) + .seconds(1)
}
