import KubeModel
import Primitives

/// Whether a plan for this snapshot needs the pods themselves: they are read live, and only then.
package func needsPods(_ snapshot: Snapshot) -> Bool {
  if snapshot.replicaSets.contains(where: { $0.annotation(RolloutNames.podsBehind) != nil }) { return true }
  if isPreviewOverdue(snapshot) { return true }
  guard let at = snapshot.rollout.spec["restartAt"]?.string.flatMap(Instant.init), at <= snapshot.now else {
    return false
  }
  return at != snapshot.rollout.status["restartedAt"]?.string.flatMap(Instant.init)
}

/// `restartAt`: pods from before that instant are evicted, few at a time, whatever state the release is in; the
/// release itself is not touched by it (reference, section 2.12).
extension Situation {
  /// Whether a restart is asked for, due and not yet carried out.
  func isRestarting(_ status: RolloutStatus) -> Bool {
    guard let at = spec.restartAt else { return false }
    return at <= now && at != status.restartedAt
  }

  /// A restart is over when no pod from before it is left.
  func noticeRestart(_ draft: inout Draft) {
    guard let at = spec.restartAt, at != draft.status.restartedAt else { return }
    guard at <= now else { return draft.wake(at: at) }
    if let pods = outdatedPods, pods.isEmpty { draft.status.restartedAt = at }
  }

  /// A new template makes new pods anyway; a restart that lies ahead stays asked for.
  func cancelRestart(_ draft: inout Draft) {
    if isRestarting(draft.status) { draft.status.restartedAt = spec.restartAt }
  }

  /// One pod more while the only one is replaced, so that a restart is no downtime; none where the spec forbids more.
  func restartSurge(_ status: RolloutStatus) -> Int {
    guard spec.replicas == 1, status.isFullyPromoted, !spec.isPaused, isRestarting(status) else { return 0 }
    if let canary = spec.canary, !canary.hasTrafficRouting,
      canary.maxSurge.count(of: 1, roundingUp: true) == 0
    {
      return 0
    }
    guard let pods = outdatedPods else { return (revisions.new?.desired ?? 0) > 1 ? 1 : 0 }
    return pods.isEmpty ? 0 : 1
  }

  /// Evicts as many outdated pods as the others can spare. Whatever refuses an eviction is asked again.
  func restartPods(_ draft: inout Draft) {
    guard isRestarting(draft.status) else { return }
    draft.wake(at: now + .seconds(30))
    // What the same plan takes away is not known to the counts yet, and where it sends requests pods must be.
    guard let pods = outdatedPods, !draft.effects.contains(where: \.changesPods) else { return }
    var allowed = spareForRestart
    var left = podsByOwner(areAvailable: false)
    for pod in pods {
      // One that is ready answers, long enough or not; by whose clock it is long enough, nobody knows.
      if pod.isAvailable(minReadySeconds: 0, at: now) {
        // The last one of several is what the requests for its revision still reach.
        let isLast =
          left[pod.owner] == 1 && (revisions.all.first { $0.object.uid == pod.owner }?.desired ?? 0) > 1
        guard allowed > 0, !isLast else { continue }
        allowed -= 1
        left[pod.owner, default: 1] -= 1
      }
      draft.perform(.evictPod(name: pod.name, uid: pod.uid))
    }
  }

  /// Pods by the ReplicaSet that they are of: those that are ready, or those that are for as long as their ReplicaSet
  /// asks, which need not be what the spec says by now.
  private func podsByOwner(areAvailable: Bool) -> [String: Int] {
    let asked = revisions.all.map { ($0.object.uid, $0.object.spec["minReadySeconds"]?.int ?? 0) }
    let seconds = Dictionary(asked, uniquingKeysWith: { $1 })
    let pods = (snapshot.pods ?? []).map { PodView($0) }
      .filter { $0.isAvailable(minReadySeconds: areAvailable ? seconds[$0.owner] ?? 0 : 0, at: now) }
    return Dictionary(pods.map { ($0.owner, 1) }, uniquingKeysWith: +)
  }

  /// How many available pods may go now: pods that are being deleted already do not count, however old the
  /// ReplicaSets' own counts are, and pods of Experiments do not stand in for the rollout's.
  private var spareForRestart: Int {
    let ordered = revisions.all.reduce(0) { $0 + $1.desired }
    let counted = revisions.all.reduce(0) { $0 + $1.available }
    let available = podsByOwner(areAvailable: true)
    let live = revisions.all.reduce(0) { $0 + (available[$1.object.uid] ?? 0) }
    let unavailable =
      (spec.canary?.maxUnavailable ?? spec.blueGreen?.maxUnavailable)?
      .count(of: spec.replicas, roundingUp: false) ?? 0
    return min(counted, live) - (max(spec.replicas, ordered) - max(unavailable, 1))
  }
}

extension Revisions {
  /// Pods of the rollout from before `restartAt`, those of the stable revision first, then of the newest, then of all
  /// others, each oldest first; nil when no restart is asked for or the pods were not read.
  func outdatedPods(of snapshot: Snapshot, restartAt: Instant?) -> [PodView]? {
    guard let pods = snapshot.pods, let restartAt else { return nil }
    var order: [String: Int] = [:]
    for (index, set) in ([stable, new].compactMap { $0 } + older).enumerated()
    where order[set.object.uid] == nil { order[set.object.uid] = index }
    let outdated = pods.compactMap { object -> (order: Int, age: Instant, pod: PodView)? in
      let pod = PodView(object)
      let age = pod.created ?? restartAt
      guard age < restartAt, !pod.isTerminating, let order = order[pod.owner] else { return nil }
      return (order, age, pod)
    }
    return outdated.sorted { ($0.order, $0.age, $0.pod.name) < ($1.order, $1.age, $1.pod.name) }.map(\.pod)
  }
}

extension Effect {
  /// Whether it makes or takes pods, or requests for them.
  fileprivate var changesPods: Bool {
    switch self {
    case .scaleReplicaSet, .createReplicaSet, .selectRevision, .changeRoute: true
    default: false
    }
  }
}
