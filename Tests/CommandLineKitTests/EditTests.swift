import KubeClient
import KubeModel
import Primitives
import RolloutCore
import Testing

@testable import CommandLineKit

/// What commands patch: every row of the reference's sections 8.1 and 8.2, and what there is nothing to patch for.
@Suite struct EditTests {
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

  private func promote(_ rollout: JSONValue) -> Edit { Edit.promote(rollout, .next) }

  private func promoteFully(_ rollout: JSONValue) -> Edit { Edit.promote(rollout, .full) }

  private static let healthy: JSONValue = ["stableRS": "new", "currentStepIndex": 3]
  private static let atPause: JSONValue = [
    "pauseConditions": pause("CanaryPauseStep"), "controllerPause": true,
  ]

  @Test func fullPromotionSetsTheFlagOnlyForARelease() {
    #expect(promoteFully(Self.canary()) == .patch(status: ["promoteFull": true]))
    #expect(
      promoteFully(Self.canary(paused: true))
        == .patch(spec: ["paused": false], status: ["promoteFull": true])
    )
    #expect(
      promoteFully(Self.canary(paused: true, Self.healthy)) == .patch(spec: ["paused": false])
    )
    #expect(promoteFully(Self.canary(Self.healthy)) == .nothing("is fully promoted already"))
  }

  @Test func promotionEndsAPause() {
    #expect(promote(Self.canary(Self.atPause)) == .patch(status: ["pauseConditions": .null]))
    let blueGreen = Self.blueGreen(["pauseConditions": Self.pause("BlueGreenPause"), "controllerPause": true])
    #expect(promote(blueGreen) == .patch(status: ["pauseConditions": .null]))
  }

  @Test func promotionAlsoUnpausesTheSpec() {
    #expect(
      promote(Self.canary(paused: true, Self.atPause))
        == .patch(spec: ["paused": false], status: ["pauseConditions": .null])
    )
    #expect(
      promote(Self.canary(paused: true))
        == .patch(spec: ["paused": false], status: ["pauseConditions": .null, "currentStepIndex": 2])
    )
    #expect(promote(Self.canary(paused: true, Self.healthy)) == .patch(spec: ["paused": false]))
  }

  @Test func promotionSkipsARunningStep() {
    #expect(
      promote(Self.canary())
        == .patch(status: ["pauseConditions": .null, "currentStepIndex": 2])
    )
    #expect(
      promote(Self.canary(["currentStepIndex": 2]))
        == .patch(status: ["pauseConditions": .null, "currentStepIndex": 3])
    )
  }

  @Test func promotionSkipsAnInconclusiveStep() {
    let inconclusive: JSONValue = [
      "pauseConditions": Self.pause("InconclusiveAnalysisRun"), "controllerPause": true,
      "canary": ["currentStepAnalysisRunStatus": ["name": "run", "status": "Inconclusive"]],
    ]
    #expect(
      promote(Self.canary(inconclusive))
        == .patch(status: ["pauseConditions": .null, "controllerPause": false, "currentStepIndex": 2])
    )
  }

  @Test func promotionAfterAnInconclusiveBackgroundAnalysisStaysAtItsStep() {
    let inconclusive: JSONValue = [
      "pauseConditions": Self.pause("InconclusiveAnalysisRun"), "controllerPause": true,
      "canary": ["currentBackgroundAnalysisRunStatus": ["name": "run", "status": "Inconclusive"]],
    ]
    #expect(promote(Self.canary(inconclusive)) == .patch(status: ["pauseConditions": .null]))
  }

  @Test func promotionHasNothingToDoAtTheEndAndForBlueGreenWithoutAPause() {
    #expect(promote(Self.canary(Self.healthy)) == .nothing("has no step to skip"))
    #expect(promote(Self.canary(["currentStepIndex": 3])) == .nothing("has no step to skip"))
    #expect(promote(Self.blueGreen()) == .nothing("has no step to skip"))
  }

  @Test func anAbortedReleaseIsNotPromoted() {
    #expect(
      promote(Self.canary(["abort": true]))
        == .nothing("is aborted; `serin retry` starts it over")
    )
  }

  @Test func resumingEndsAFreezeFirstAndAStepsPauseSecond() {
    #expect(Edit.resume(Self.canary(paused: true)) == .patch(spec: ["paused": false]))
    #expect(Edit.resume(Self.canary(Self.atPause)) == .patch(status: ["pauseConditions": .null]))
    #expect(
      Edit.resume(Self.canary(paused: true, Self.atPause)) == .patch(spec: ["paused": false])
    )
    #expect(Edit.resume(Self.canary()) == .nothing("is not paused"))
  }

  @Test func theStatusIsPatchedBeforeTheSpecWithTheBodiesOfOtherTools() {
    #expect(
      promoteFully(Self.canary(paused: true))
        == .write([
          .init(body: .merge(["status": ["promoteFull": true]]), isStatus: true),
          .init(body: .merge(["spec": ["paused": false]]), isStatus: false),
        ])
    )
  }

  @Test func skippingMovesTheIndexAlone() {
    #expect(Edit.promote(Self.canary(), .skipStep) == .patch(status: ["currentStepIndex": 2]))
    #expect(Edit.promote(Self.canary(Self.atPause), .skipStep) == .patch(status: ["currentStepIndex": 2]))
    #expect(Edit.promote(Self.canary(), .skipAllSteps) == .patch(status: ["currentStepIndex": 3]))
    #expect(Edit.promote(Self.canary(Self.healthy), .skipStep) == .nothing("has no step to skip"))
    #expect(Edit.promote(Self.canary(Self.healthy), .skipAllSteps) == .nothing("has no step to skip"))
    #expect(
      Edit.promote(Self.blueGreen(), .skipStep) == .nothing("has no steps: it is a blue/green rollout")
    )
    var bare = Self.canary()
    bare.set(.array([]), at: "spec", "strategy", "canary", "steps")
    #expect(Edit.promote(bare, .skipAllSteps) == .nothing("has no steps"))
    #expect(
      Edit.promote(Self.canary(["abort": true]), .skipStep)
        == .nothing("is aborted; `serin retry` starts it over")
    )
  }

  @Test func anAbortIsForAReleaseInFlight() {
    var seen = Self.canary(["phase": "Progressing"])
    #expect(Edit.abort(seen) == .patch(status: ["abort": true]))
    seen.set(true, at: "status", "abort")
    #expect(Edit.abort(seen) == .nothing("is aborted already"))
    var healthy = Self.canary(["stableRS": "new", "phase": "Healthy", "observedGeneration": "4"])
    healthy.set(4, at: "metadata", "generation")
    #expect(
      Edit.abort(healthy) == .nothing("has no release in flight: the newest revision is the stable one")
    )
    // A release that the controller has not seen yet is one all the same.
    healthy.set(5, at: "metadata", "generation")
    #expect(Edit.abort(healthy) == .patch(status: ["abort": true]))
  }

  @Test func retryPauseAndRestartChangeOneField() {
    #expect(Edit.retry(Self.canary(["abort": true])) == .patch(status: ["abort": false]))
    #expect(Edit.retry(Self.canary()) == .nothing("is not aborted"))
    #expect(Edit.pause(Self.canary()) == .patch(spec: ["paused": true]))
    #expect(Edit.pause(Self.canary(paused: true)) == .nothing("is paused already"))
    let at = Instant(secondsSinceEpoch: 1_800_000_000)
    #expect(Edit.restart(at: at) == .patch(spec: ["restartAt": "2027-01-15T08:00:00Z"]))
    // A pod made in this very second says that it is as old as the second.
    #expect(Edit.restart(at: at + .milliseconds(1)) == .patch(spec: ["restartAt": "2027-01-15T08:00:01Z"]))
  }

  @Test func runsAndExperimentsAreEndedOnceAndBegunAnew() {
    let running: JSONValue = ["spec": [:], "status": ["phase": "Running"]]
    #expect(Edit.terminate(running) == .patch(spec: ["terminate": true]))
    #expect(Edit.terminate(["spec": [:]]) == .patch(spec: ["terminate": true]))
    #expect(
      Edit.terminate(["spec": ["terminate": true], "status": ["phase": "Running"]])
        == .nothing("is being terminated already")
    )
    #expect(
      Edit.terminate(["spec": [:], "status": ["phase": "Failed"]]) == .nothing("is over already: Failed")
    )
    #expect(
      Edit.retryExperiment(["status": ["phase": "Failed"]])
        == .write([.init(body: .merge(["status": .null]), isStatus: true)])
    )
    #expect(Edit.retryExperiment(["spec": [:]]) == .nothing("has not begun yet"))
  }
}
