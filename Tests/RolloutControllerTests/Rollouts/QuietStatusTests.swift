import KubeModel
import Primitives
import RolloutController
import Testing

@testable import RolloutCore

@Suite struct QuietStatusTests {
  private let rollout: JSONValue = [
    "metadata": ["namespace": "shop", "name": "web"],
    "status": [
      "phase": "Progressing", "replicas": 3,
      "conditions": [["type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated"]],
    ],
  ]
  private let start = Instant(secondsSinceEpoch: 1000)

  private func plan(
    _ patch: JSONValue?,
    effects: [Effect] = [],
    reason: String = "ReplicaSetUpdated",
    progressing: String = "True"
  ) -> Plan {
    var status = RolloutStatus(rollout.status)
    status.conditions[0].reason = reason
    status.conditions[0].status = progressing
    status.conditions[0].message = "ReplicaSet \"web-1\" is progressing."
    return Plan(effects: effects, status: status, statusPatch: patch, events: [], wake: .onChange)
  }

  @Test func writesCountsOnceInAWhile() {
    let quiet = QuietStatus()
    func wait(_ milliseconds: Int) -> Duration? {
      quiet.wait(for: plan(["readyReplicas": 2]), of: rollout, now: start + .milliseconds(milliseconds))
    }
    #expect(wait(0) == .milliseconds(200))
    #expect(wait(150) == .milliseconds(50))
    #expect(wait(200) == nil)
    #expect(wait(250) == .milliseconds(200))
    // The clock was set back.
    #expect(wait(-5000) == nil)
  }

  @Test(
    arguments: [
      ["phase": "Healthy"], ["currentStepIndex": 2], ["pauseConditions": .null],
      ["readyReplicas": 3, "abort": true],
    ] as [JSONValue]
  )
  func neverHoldsBackWhatPeopleWaitFor(patch: JSONValue) {
    #expect(QuietStatus().wait(for: plan(patch), of: rollout, now: start) == nil)
  }

  @Test func neverHoldsBackEffectsOrAnotherReason() {
    let quiet = QuietStatus()
    let effect = Effect.deleteReplicaSet(name: "web-1", uid: "u")
    #expect(quiet.wait(for: plan(["replicas": 2], effects: [effect]), of: rollout, now: start) == nil)
    var other = plan(["conditions": []], reason: "ProgressDeadlineExceeded", progressing: "False")
    #expect(quiet.wait(for: other, of: rollout, now: start) == nil)
    other = plan(["conditions": []], reason: "NewReplicaSetCreated")
    #expect(quiet.wait(for: other, of: rollout, now: start) != nil)
    #expect(quiet.wait(for: plan(nil), of: rollout, now: start) == nil)
  }

  @Test func startsAnewAfterALoudWrite() {
    let quiet = QuietStatus()
    #expect(quiet.wait(for: plan(["replicas": 2]), of: rollout, now: start) != nil)
    #expect(quiet.wait(for: plan(["phase": "Paused"]), of: rollout, now: start + .milliseconds(100)) == nil)
    let later = quiet.wait(for: plan(["replicas": 2]), of: rollout, now: start + .milliseconds(190))
    #expect(later == .milliseconds(200))
  }
}
