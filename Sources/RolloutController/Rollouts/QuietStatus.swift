package import KubeModel
package import Primitives
package import RolloutCore

/// Holds back status writes that tell only of counts on their way, so that what happens within a moment is one write.
///
/// Fifty pods that become ready one after the other would be fifty writes. A change of the phase, the step, a pause, a
/// revision or a condition is never held back, and nothing is held for longer than the limit.
package struct QuietStatus: Sendable {
  /// The longest that a write is held back.
  package static let limit = Duration.milliseconds(200)

  private let since = Locked<[ObjectKey: Instant]>([:])

  package init() {}

  /// How long the plan's write should wait; nil when it should be made now.
  package func wait(for plan: Plan, of rollout: JSONValue, now: Instant) -> Duration? {
    let key = ObjectKey(rollout)
    let isQuiet = Self.isQuiet(plan, over: rollout.status)
    return since.withLock { since in
      guard isQuiet else {
        since[key] = nil
        return nil
      }
      let due = (since[key] ?? now) + Self.limit
      // A clock that was set back must not hold it longer.
      guard now < due, due <= now + Self.limit else {
        since[key] = nil
        return nil
      }
      since[key] = since[key] ?? now
      return due - now
    }
  }

  /// Forgets a rollout that is gone.
  package func forget(_ key: ObjectKey) { since.withLock { $0[key] = nil } }

  private static let counts: Set<String> = [
    "replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "HPAReplicas", "message",
    "conditions",
  ]

  /// Whether the plan does nothing but to count anew.
  static func isQuiet(_ plan: Plan, over status: JSONValue) -> Bool {
    guard plan.effects.isEmpty, plan.events.isEmpty, let patch = plan.statusPatch?.object,
      patch.keys.allSatisfy(counts.contains)
    else { return false }
    return RolloutStatus(status).conditions.map(Meaning.init) == plan.status.conditions.map(Meaning.init)
  }

  /// What of a condition must not wait.
  private struct Meaning: Equatable {
    let type: String
    let status: String
    let reason: String

    init(_ condition: Condition) {
      type = condition.type
      status = condition.status
      // How a release that goes on goes on: made, moving, waiting for pods. Its end shows in other conditions too.
      let isProgress = condition.type == "Progressing" && condition.status == "True"
      reason = isProgress ? "" : condition.reason
    }
  }
}
