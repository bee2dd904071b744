import KubeModel
import Primitives
import RolloutCore
import Testing

@testable import CommandLineKit

/// What `promote` and `resume` patch: every row of the reference's section 8.2, and what there is nothing to patch for.
@Suite struct RolloutPatchTests {
  /// A canary of three steps; `status` is merged over that of a release at step 1.
  private static func canary(paused: Bool = false, _ status: JSONValue = [:]) -> JSONValue {
    var rollout: JSONValue = [
      "spec": [
        "strategy": ["canary": ["steps": [["setWeight": 20], ["pause": [:]], ["setWeight": 50]]]]
      ],
      "status": ["currentPodHash": "new", "stableRS": "old", "currentStepIndex": 1],
    ]
    if paused { rollout.set(true, at: "spec", "paused") }
    for (key, value) in status.object ?? [:] { rollout.set(value, at: "status", key) }
    return rollout
  }

  private static func blueGreen(_ status: JSONValue = [:]) -> JSONValue {
    var rollout = canary(status)
    rollout.set(["blueGreen": ["activeService": "web"]], at: "spec", "strategy")
    rollout.set(nil, at: "status", "currentStepIndex")
    return rollout
  }

  private static func pause(_ reason: String) -> JSONValue {
    [["reason": .string(reason), "startTime": "2026-01-01T00:00:00Z"]]
  }

  private static let healthy: JSONValue = ["stableRS": "new", "currentStepIndex": 3]
  private static let atPause: JSONValue = [
    "pauseConditions": pause("CanaryPauseStep"), "controllerPause": true,
  ]

  @Test func fullPromotionSetsTheFlagOnlyForARelease() {
    #expect(RolloutPatch.promoteFully(Self.canary()) == .patch(status: ["promoteFull": true]))
    #expect(
      RolloutPatch.promoteFully(Self.canary(paused: true))
        == .patch(spec: ["paused": false], status: ["promoteFull": true])
    )
    #expect(
      RolloutPatch.promoteFully(Self.canary(paused: true, Self.healthy)) == .patch(spec: ["paused": false])
    )
    #expect(RolloutPatch.promoteFully(Self.canary(Self.healthy)) == .nothing("is fully promoted already"))
  }

  @Test func promotionEndsAPause() {
    #expect(RolloutPatch.promote(Self.canary(Self.atPause)) == .patch(status: ["pauseConditions": .null]))
    let blueGreen = Self.blueGreen(["pauseConditions": Self.pause("BlueGreenPause"), "controllerPause": true])
    #expect(RolloutPatch.promote(blueGreen) == .patch(status: ["pauseConditions": .null]))
  }

  @Test func promotionAlsoUnpausesTheSpec() {
    #expect(
      RolloutPatch.promote(Self.canary(paused: true, Self.atPause))
        == .patch(spec: ["paused": false], status: ["pauseConditions": .null])
    )
    #expect(
      RolloutPatch.promote(Self.canary(paused: true))
        == .patch(spec: ["paused": false], status: ["pauseConditions": .null, "currentStepIndex": 2])
    )
    #expect(RolloutPatch.promote(Self.canary(paused: true, Self.healthy)) == .patch(spec: ["paused": false]))
  }

  @Test func promotionSkipsARunningStep() {
    #expect(
      RolloutPatch.promote(Self.canary())
        == .patch(status: ["pauseConditions": .null, "currentStepIndex": 2])
    )
    #expect(
      RolloutPatch.promote(Self.canary(["currentStepIndex": 2]))
        == .patch(status: ["pauseConditions": .null, "currentStepIndex": 3])
    )
  }

  @Test func promotionSkipsAnInconclusiveStep() {
    let inconclusive: JSONValue = [
      "pauseConditions": Self.pause("InconclusiveAnalysisRun"), "controllerPause": true,
      "canary": ["currentStepAnalysisRunStatus": ["name": "run", "status": "Inconclusive"]],
    ]
    #expect(
      RolloutPatch.promote(Self.canary(inconclusive))
        == .patch(status: ["pauseConditions": .null, "controllerPause": false, "currentStepIndex": 2])
    )
  }

  @Test func promotionAfterAnInconclusiveBackgroundAnalysisStaysAtItsStep() {
    let inconclusive: JSONValue = [
      "pauseConditions": Self.pause("InconclusiveAnalysisRun"), "controllerPause": true,
      "canary": ["currentBackgroundAnalysisRunStatus": ["name": "run", "status": "Inconclusive"]],
    ]
    #expect(RolloutPatch.promote(Self.canary(inconclusive)) == .patch(status: ["pauseConditions": .null]))
  }

  @Test func promotionHasNothingToDoAtTheEndAndForBlueGreenWithoutAPause() {
    #expect(RolloutPatch.promote(Self.canary(Self.healthy)) == .nothing("has no step to skip"))
    #expect(RolloutPatch.promote(Self.canary(["currentStepIndex": 3])) == .nothing("has no step to skip"))
    #expect(RolloutPatch.promote(Self.blueGreen()) == .nothing("has no step to skip"))
  }

  @Test func anAbortedReleaseIsNotPromoted() {
    #expect(
      RolloutPatch.promote(Self.canary(["abort": true]))
        == .nothing("is aborted; `serin retry` starts it over")
    )
  }

  @Test func resumingEndsAFreezeFirstAndAStepsPauseSecond() {
    #expect(RolloutPatch.resume(Self.canary(paused: true)) == .patch(spec: ["paused": false]))
    #expect(RolloutPatch.resume(Self.canary(Self.atPause)) == .patch(status: ["pauseConditions": .null]))
    #expect(
      RolloutPatch.resume(Self.canary(paused: true, Self.atPause)) == .patch(spec: ["paused": false])
    )
    #expect(RolloutPatch.resume(Self.canary()) == .nothing("is not paused"))
  }
}
