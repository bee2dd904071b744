import KubeModel
package import Primitives
package import RolloutCore

extension ClusterSim {
  /// What was seen while time ran.
  package struct Step: Sendable {
    package let at: Instant
    package let plan: Plan
  }

  /// Plans and performs until nothing changes by itself any more or the time is over, calling `check` after every
  /// plan that was performed. Returns the plans that did something.
  @discardableResult
  package mutating func run(for duration: Duration, check: (ClusterSim, Plan) -> Void = { _, _ in }) -> [Step]
  {
    let end = now + duration
    var steps: [Step] = []
    while now <= end {
      var wake = settle(&steps, check)
      if let change = nextChange { wake = min(wake ?? change, change) }
      guard let next = wake, next <= end else { break }
      advance(to: max(next, now + .milliseconds(100)))
    }
    advance(to: end)
    _ = settle(&steps, check)
    return steps
  }

  /// What the controller would see now; a spec that did not change since the last look is not read again.
  private mutating func look() -> Snapshot {
    var seen = snapshot()
    seen.read(after: reading)
    reading = seen.reading
    return seen
  }

  /// Plans until a plan does nothing; returns when it wants to look again.
  private mutating func settle(_ steps: inout [Step], _ check: (ClusterSim, Plan) -> Void) -> Instant? {
    for _ in 0..<50 {
      let plan = plan(look())
      guard !plan.effects.isEmpty || plan.statusPatch != nil else {
        guard case .at(let wake) = plan.wake else { return nil }
        return wake
      }
      // A refused effect is what the next plan starts from.
      do { try perform(plan) } catch { return now + .seconds(1) }
      steps.append(Step(at: now, plan: plan))
      check(self, plan)
      // Evictions may be refused; pods that went are a change by themselves.
      if plan.statusPatch == nil, plan.effects.allSatisfy(\.isEviction), case .at(let wake) = plan.wake {
        return wake
      }
      let onlyWaitsForGit = plan.statusPatch == nil && plan.effects.allSatisfy(\.isRecord)
      if onlyWaitsForGit, !settings.isGitReachable { return now + .seconds(30) }
    }
    return now + .seconds(1)
  }
}

extension Effect {
  /// Whether it only asks for a pod to go.
  fileprivate var isEviction: Bool {
    guard case .evictPod = self else { return false }
    return true
  }

  /// Whether it only hands a decision to Git.
  package var isRecord: Bool {
    guard case .record = self else { return false }
    return true
  }
}
