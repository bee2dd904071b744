import Primitives

/// Pods that a ReplicaSet should have and those of them that answer.
struct Pods: Equatable {
  let desired: Int
  let available: Int
  /// The available ones, and those that answer but have not been ready for long enough to count.
  let ready: Int

  init(desired: Int, available: Int, ready: Int? = nil) {
    self.desired = desired
    self.available = available
    self.ready = max(available, ready ?? available)
  }

  init(_ set: ReplicaSetView?) {
    let desired = set?.desired ?? 0
    self.init(desired: desired, available: set?.available ?? 0, ready: min(set?.ready ?? 0, desired))
  }

  /// The fewest of them that leave enough, beside so many available ones elsewhere: what is not ready goes first and
  /// is free; of what is ready too few may be available, and the others stay, as they are about to be.
  func kept(for minAvailable: Int, beside others: Int) -> Int { min(ready, max(0, minAvailable - others)) }
}

/// Weights by replica counts alone, as Argo Rollouts approximates them (reference, section 2.3).
package struct BasicCanaryCounts: Equatable {
  package let replicas: Int
  package let surge: Int
  package let unavailable: Int

  init(strategy: CanaryStrategy, replicas: Int) {
    let surge = strategy.maxSurge.count(of: replicas, roundingUp: true)
    let unavailable = strategy.maxUnavailable.count(of: replicas, roundingUp: false)
    self.init(replicas: replicas, surge: surge, unavailable: unavailable)
  }

  /// Surge and unavailability of 0 both would allow no move at all, so one pod may then be missing.
  package init(replicas: Int, surge: Int, unavailable: Int) {
    self.replicas = replicas
    self.surge = max(0, surge)
    let least = surge <= 0 && unavailable <= 0 && replicas > 0 ? 1 : 0
    self.unavailable = min(replicas, max(least, unavailable))
  }

  var minAvailable: Int { replicas - unavailable }
  var maxTotal: Int { replicas + surge }

  /// The split nearest to a weight; with room for a surge pod, one more pod may make it nearer.
  package func desired(weight: Int) -> (new: Int, stable: Int) {
    guard replicas > 0 else { return (0, 0) }
    guard weight > 0 else { return (0, replicas) }
    guard weight < 100 else { return (replicas, 0) }
    let zeroAllowed = replicas == 1 && surge == 0
    var best: (new: Int, total: Int)?
    for total in surge > 0 ? [replicas, replicas + 1] : [replicas] {
      let ceiling = (total * weight + 99) / 100
      let floor = total * weight / 100
      let isTied = total * weight % 100 == 50
      if ceiling < total || zeroAllowed { consider((ceiling, total), weight, &best) }
      if !isTied, floor != 0 || zeroAllowed { consider((floor, total), weight, &best) }
    }
    guard let best else { return (replicas, 0) }
    return (best.new, best.total - best.new)
  }

  private func consider(
    _ candidate: (new: Int, total: Int),
    _ weight: Int,
    _ best: inout (new: Int, total: Int)?
  ) {
    guard let present = best else {
      best = candidate
      return
    }
    // |c·100/T − w| compared without fractions.
    let distance = abs(candidate.new * 100 - weight * candidate.total) * present.total
    let presentDistance = abs(present.new * 100 - weight * present.total) * candidate.total
    if distance < presentDistance { best = candidate }
  }

  /// The next sizes on the way to the target: never more pods than replicas and surge, never an available pod taken
  /// that the spec does not let us miss.
  func next(target: (new: Int, stable: Int), new: Pods, stable: Pods, older: Int) -> (new: Int, stable: Int) {
    var target = target
    // Pods of a stable revision that has none that answers come after those of the fix (user pain 5.25).
    if stable.available == 0 { target.stable = min(target.stable, max(0, maxTotal - older - target.new)) }
    var room = max(0, maxTotal - new.desired - stable.desired - older)
    var result = (new: new.desired, stable: stable.desired)
    if target.stable > stable.desired {
      result.stable = min(target.stable, stable.desired + room)
      room -= result.stable - stable.desired
    }
    if target.new > new.desired { result.new = min(target.new, new.desired + room) }
    // Pods of older revisions go first; of the others only those that are not ready, which are in their way.
    if target.stable < stable.desired {
      let kept = older > 0 ? stable.ready : stable.kept(for: minAvailable, beside: new.available)
      result.stable = max(target.stable, kept)
    }
    if target.new < new.desired {
      let beside = min(stable.available, result.stable)
      let kept = older > 0 ? new.ready : new.kept(for: minAvailable, beside: beside)
      result.new = max(target.new, kept)
    }
    // What the one side gives up now, the other may take now: its pods are counted as soon as they are ordered.
    room = max(0, maxTotal - result.new - result.stable - older)
    if target.new > result.new { result.new = min(target.new, result.new + room) }
    if target.stable > result.stable { result.stable = min(target.stable, result.stable + room) }
    // A rollout that was made smaller has pods beyond its surge: those that carry nothing go.
    let excess = max(0, result.new + result.stable + older - maxTotal)
    result.new -= min(excess, max(0, result.new - new.ready))
    return result
  }
}
