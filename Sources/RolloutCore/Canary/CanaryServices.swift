import KubeModel
import Primitives

extension CanaryStrategy {
  /// The Services by their present part: fixed ones, or two that change parts with each promotion. Before the first
  /// promotion `pong` stands for stable (reference, section 2.11).
  package func roles(_ status: RolloutStatus) -> (canary: String?, stable: String?) {
    roles(stablePingPong: status.stablePingPong)
  }

  /// The same by that field of the status alone.
  package func roles(stablePingPong: String) -> (canary: String?, stable: String?) {
    guard let pingPong else { return (canaryService, stableService) }
    return stablePingPong == "ping"
      ? (canary: pingPong.pong, stable: pingPong.ping) : (canary: pingPong.ping, stable: pingPong.pong)
  }
}

extension Situation {
  /// Points the stable service at the stable revision and the canary service at the newest one (section 2.11).
  func convergeServices(_ canary: CanaryStrategy, _ draft: inout Draft) {
    if canary.pingPong != nil { return convergePingPong(canary, &draft) }
    let status = draft.status
    let stable = revisions.find(status.stableHash)
    if let stable, mayNarrow(canary.stableService, to: stable) {
      select(stable, by: canary.stableService, &draft)
    }
    guard let target = canaryTarget(canary, status) else { return }
    select(target, by: canary.canaryService, &draft)
  }

  /// The revision that the canary part may be pointed at now; nil leaves it where it is.
  func canaryTarget(_ canary: CanaryStrategy, _ status: RolloutStatus) -> ReplicaSetView? {
    let isBack = status.isAborted || status.isFullyPromoted
    let target = isBack ? revisions.find(status.stableHash) : revisions.new
    guard let target else { return nil }
    // A first revision that is not proven yet has no stable to stand beside.
    if status.stableHash.isEmpty, target.available < spec.replicas { return nil }
    let hasRequests = mayReachCanary(canary, status)
    // A newer revision takes the canary service over from an older one only after that lost its requests.
    if !isBack, !status.stableHash.isEmpty, hasRequests, !mayTakeOver(target, canary, status) { return nil }
    // A stable revision that shrank takes it over once it is complete again, one that lacks pods once it can carry all.
    let mayShrink = canary.dynamicStableScale && target.available < spec.replicas
    if isBack, hasRequests, mayShrink || returningWeight(canary, status) > 0 { return nil }
    return target
  }

  /// The Service that is not stable shows the newest revision; the other one is never touched, and the promotion swaps
  /// their parts. It may change over before a pod is ready because it has no requests then.
  private func convergePingPong(_ canary: CanaryStrategy, _ draft: inout Draft) {
    let roles = canary.roles(draft.status)
    if let stable = revisions.stable, stable.hash == draft.status.stableHash, lacks(stable, roles.stable) {
      select(stable, by: roles.stable, &draft)
    }
    guard !draft.status.isFullyPromoted, let new = revisions.new else { return }
    if !draft.status.stableHash.isEmpty, mayReachCanary(canary, draft.status) { return }
    select(new, by: canary.roles(draft.status).canary, &draft, evenUnready: true)
  }

  /// Whether the stable one of the two must be shown its revision: one that was ready at once was promoted before any
  /// Service showed it, and one that was promoted under another strategy never was. Who shows another revision changes
  /// over as soon as that has no pods, or the stable one has all.
  private func lacks(_ stable: ReplicaSetView, _ service: String?) -> Bool {
    guard let shown = selectedHash(service) else { return mayNarrow(service, to: stable) }
    let isAnswered = revisions.find(shown).map { $0.available > 0 } ?? false
    return shown != stable.hash && (!isAnswered || stable.available >= spec.replicas)
  }

  /// Whether the newest revision may take requests over from an older canary directly: where stable shrank and has not
  /// even the pods for what it carries now, or died, waiting for it would keep the fix from ever being released.
  private func mayTakeOver(_ new: ReplicaSetView, _ canary: CanaryStrategy, _ status: RolloutStatus) -> Bool {
    let all = canary.maxTrafficWeight
    let ordered = orderedWeight(canary, status)
    let carried = revisions.stable?.available ?? 0
    let isStableBroken =
      canary.dynamicStableScale
      ? carried < pods(for: all - ordered, of: all, canary) : isStableDead(canary)
    return isStableBroken && new.available >= pods(for: ordered, of: all, canary)
  }

  /// Whether a Service selects no revision yet, so that requests reach the pods of all of them.
  func reachesAll(_ service: String?) -> Bool { self.service(service) != nil && selectedHash(service) == nil }

  /// A Service that selects no revision yet serves users by the pods of all of them: it may be narrowed to one only
  /// when that one has all pods by itself.
  func mayNarrow(_ service: String?, to set: ReplicaSetView) -> Bool {
    selectedHash(service) != nil || set.available >= spec.replicas
  }

  /// A Service changes over only to a revision that can answer: with one pod, or with all when the Service was not
  /// managed before, since it then serves everything already. A rollout without pods answers nothing anyway.
  func select(_ set: ReplicaSetView, by name: String?, _ draft: inout Draft, evenUnready: Bool = false) {
    guard let name, let service = service(name), selectedHash(name) != set.hash else { return }
    let isManaged = service.annotation(RolloutNames.managedBy) != nil
    let needed = isManaged ? 1 : max(1, set.desired)
    guard evenUnready || spec.replicas == 0 || set.available >= needed else { return }
    draft.perform(.selectRevision(service: name, hash: set.hash, resourceVersion: service.resourceVersion))
    let change = "from '\(selectedHash(name) ?? "")' to '\(set.hash)'"
    draft.eventOfEffect("SwitchService", "Switched selector for service '\(name)' \(change)")
  }
}
