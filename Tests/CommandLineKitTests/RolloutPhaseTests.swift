import KubeModel
import Primitives
import RolloutCore
import Testing

@testable import CommandLineKit

@Suite struct RolloutPhaseTests {
  private static func rollout(_ status: JSONValue, generation: Int = 3) -> JSONValue {
    ["metadata": ["generation": JSONValue(generation)], "status": status]
  }

  @Test(
    "a client tells the phase only from a status that has seen the newest spec",
    arguments: [
      ([:], "Progressing", "waiting for the controller to look at it", "◌"),
      (["phase": "Healthy", "observedGeneration": "3"], "Healthy", "", "✔"),
      (["phase": "Healthy"], "Healthy", "", "✔"),
      (
        ["phase": "Healthy", "observedGeneration": "2"], "Progressing",
        "waiting for rollout spec update to be observed", "◌"
      ),
      (["phase": "Healthy", "observedGeneration": "4"], "Healthy", "", "✔"),
      (["phase": "Healthy", "observedGeneration": "5f7d9c"], "Healthy", "", "✔"),
      (
        ["phase": "Paused", "message": "CanaryPauseStep", "controllerPause": true], "Progressing",
        "waiting for rollout to unpause", "◌"
      ),
      (
        [
          "phase": "Paused", "message": "CanaryPauseStep", "controllerPause": true,
          "pauseConditions": [["reason": "CanaryPauseStep", "startTime": "2026-01-01T00:00:00Z"]],
        ], "Paused", "CanaryPauseStep", "॥"
      ),
      (
        ["phase": "Degraded", "message": "RolloutAborted: no"], "Degraded", "RolloutAborted: no", "✖"
      ),
    ] as [(JSONValue, String, String, String)]
  )
  func phase(status: JSONValue, phase: String, message: String, icon: String) {
    let shown = RolloutPhase(Self.rollout(status))
    #expect(shown.phase == phase)
    #expect(shown.message == message)
    #expect(shown.icon.withoutStyle == icon)
  }

  /// Status, generation of the workload as noted on the rollout, and whether the status has seen it.
  @Test(
    arguments: [
      ("3", "4", false), ("4", "4", true), ("", "4", true), ("3", nil, true),
    ] as [(String, String?, Bool)]
  )
  func aReferencedWorkloadCountsAsMuchAsTheSpec(observed: String, noted: String?, isSeen: Bool) {
    var rollout = Self.rollout([
      "phase": "Healthy", "observedGeneration": "3", "workloadObservedGeneration": .string(observed),
    ])
    rollout.set(["kind": "Deployment", "name": "web"], at: "spec", "workloadRef")
    if let noted {
      rollout.set(.string(noted), at: "metadata", "annotations", "rollout.argoproj.io/workload-generation")
    }
    let shown = RolloutPhase(rollout)
    #expect(shown.lag == (isSeen ? nil : .workload))
    #expect(shown.phase == (isSeen ? "Healthy" : "Progressing"))
    let message = "waiting for rollout spec update to be observed for the reference workload"
    #expect(shown.message == (isSeen ? "" : message))
  }
}
