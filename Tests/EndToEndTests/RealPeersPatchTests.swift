import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// What other tools write and read: a Rollout, the patches that they make, and what must come of it, word by word.
  @Suite(.enabled(if: Kubectl.exists, Kubectl.missing))
  struct RealPeersPatchTests {
    @Test(.timeLimit(.minutes(4)))
    func patchesOfOtherToolsLeadWhereTheyExpect() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let controller = try Controller(on: stage)
        let scenarios = Self.canaries + Self.troubles + Self.blueGreens + Self.gates(stage)
        // A few at a time: each waits for kubectl most of the time.
        for start in stride(from: 0, to: scenarios.count, by: 5) {
          await withTaskGroup(of: Void.self) { group in
            for (index, scenario) in scenarios.enumerated().dropFirst(start).prefix(5) {
              group.addTask {
                let namespace = "patch-\(index)"
                do {
                  try await stage.kubectl("create", "namespace", namespace)
                } catch { Issue.record(error) }
                await scenario.play(on: stage, namespace: namespace)
              }
            }
          }
        }
        #expect(await controller.stop())
      }
    }

    private static let resume = PatchMove.status("{\"pauseConditions\":null}")
    private static let paused = PatchMove.phase("Paused", "CanaryPauseStep")
    private static let steps: JSONValue = [
      ["setWeight": 25], ["pause": [:]], ["setWeight": 50], ["pause": [:]],
    ]
    private static let four: JSONValue = ["replicas": 4]

    private static let canaries = [
      PatchScenario(
        "resume, skip and promote in full",
        .apply([Manifests.canary("v1", steps, spec: four)]),
        .phase("Healthy"),
        .field("currentStepIndex", 4),
        .condition("Healthy", "True"),
        .image("v2"),
        paused,
        .field("currentStepIndex", 1),
        .pods(["v1": 3, "v2": 1]),
        .condition("Paused", "True"),
        .condition("Completed", "False"),
        .field("updatedReplicas", 1),
        resume,
        .field("currentStepIndex", 3),
        paused,
        .pods(["v1": 2, "v2": 2]),
        .event("RolloutStepCompleted", "Rollout step 1/4 completed (setWeight: 25)"),
        .status("{\"pauseConditions\":null,\"currentStepIndex\":4}"),
        .phase("Healthy"),
        .pods(["v1": 0, "v2": 4]),
        .condition("Completed", "True"),
        .image("v3"),
        paused,
        .status("{\"promoteFull\":true}"),
        .phase("Healthy"),
        .field("promoteFull", nil),
        .pods(["v1": 0, "v2": 0, "v3": 4])
      ),
      PatchScenario(
        "abort, retry, abort, and the old image",
        .apply([Manifests.canary("v1", steps, spec: four)]),
        .phase("Healthy"),
        .image("v2"),
        paused,
        .status("{\"abort\":true}"),
        .phase("Degraded", "RolloutAborted: Rollout aborted update to revision 2"),
        .field("currentStepIndex", 0),
        .pods(["v1": 4, "v2": 0]),
        .event("RolloutAborted", "Rollout aborted update to revision 2"),
        .status("{\"abort\":false}"),
        paused,
        .pods(["v1": 3, "v2": 1]),
        .status("{\"abort\":true}"),
        .pods(["v1": 4, "v2": 0]),
        .image("v1"),
        .phase("Healthy"),
        .field("abort", nil),
        .event("SkipSteps", "Rollback to stable ReplicaSets"),
        .field("currentStepIndex", 4),
        .status("{\"abort\":true}"),
        .field("abort", nil),
        .phase("Healthy")
      ),
      PatchScenario(
        "a freeze holds pods, not revisions",
        .apply([Manifests.canary("v1", steps, spec: four)]),
        .phase("Healthy"),
        .spec("{\"paused\":true}"),
        .phase("Paused", "manually paused"),
        .image("v2"),
        .pods(["v1": 4, "v2": 0]),
        .scale(8),
        .phase("Paused", "manually paused"),
        .pods(["v1": 4, "v2": 0]),
        .spec("{\"paused\":false}"),
        paused,
        .pods(["v1": 6, "v2": 2])
      ),
      PatchScenario(
        "Services follow, and a revision in between goes",
        .apply(
          [Manifests.service("stable"), Manifests.service("canary"), Manifests.route]
            + [Manifests.canary("v1", steps, Manifests.routing, spec: four)]
        ),
        .phase("Healthy"),
        .selects("stable", "v1"),
        .selects("canary", "v1"),
        .weight(0),
        .image("v2"),
        paused,
        .weight(25),
        .selects("canary", "v2"),
        .pods(["v1": 4, "v2": 1]),
        .field("canary.weights.canary.weight", 25),
        .field("HPAReplicas", 4),
        .field("replicas", 5),
        .event("TrafficWeightUpdated", "Traffic weight updated from 0 to 25"),
        .image("v3"),
        .selects("canary", "v3"),
        paused,
        .weight(25),
        .pods(["v1": 4, "v2": 0, "v3": 1]),
        .status("{\"abort\":true}"),
        .weight(0),
        .selects("canary", "v1"),
        .phase("Degraded", "RolloutAborted: Rollout aborted update to revision 3"),
        .pods(["v1": 4, "v2": 0, "v3": 1])
      ),
    ]

    private static let neverReady =
      "{\"template\":{\"metadata\":{\"annotations\":{\"serin.dev/never-ready\":\"true\"}}}}"

    private static let troubles = [
      PatchScenario(
        "pods that never come: the deadline, a smaller size, and an abort",
        .apply([
          Manifests.rollout(
            "v1",
            ["canary": ["maxSurge": 2, "maxUnavailable": 0]],
            more: ["replicas": 4, "progressDeadlineSeconds": 2]
          )
        ]),
        .phase("Healthy"),
        .spec(neverReady),
        .condition("Progressing", "False"),
        .field("replicas", 6),
        .scale(8),
        .field("replicas", 10),
        .scale(4),
        .field("replicas", 6),
        .field("availableReplicas", 4),
        .status("{\"abort\":true}"),
        .phase("Degraded", "RolloutAborted: Rollout aborted update to revision 2"),
        .field("replicas", 4)
      ),
      PatchScenario(
        "a spec that is invalid at first",
        .apply([Manifests.canary("v1", [["setWeight": 101]])]),
        .phase(
          "Degraded",
          "InvalidSpec: The Rollout \"web\" is invalid: spec.strategy.canary.steps[0].setWeight: "
            + "Invalid value: 101: SetWeight needs to be between 0 and 100"
        ),
        .field("conditions.1", nil),
        .pods([:]),
        .apply([Manifests.canary("v1", [["setWeight": 50]], ["stableService": "nobody"])]),
        .phase(
          "Degraded",
          "InvalidSpec: The Rollout \"web\" is invalid: spec.strategy.canary.stableService: "
            + "Invalid value: \"nobody\": service \"nobody\" not found"
        ),
        .apply([Manifests.service("nobody")]),
        .phase("Healthy"),
        .selects("nobody", "v1")
      ),
    ]

    private static let blueGreens = [
      PatchScenario(
        "a small preview waits, takes over, is aborted and retried",
        .apply([
          Manifests.service("active"), Manifests.service("preview"),
          Manifests.blueGreen(
            "v1",
            [
              "previewService": "preview", "previewReplicaCount": 1, "autoPromotionEnabled": false,
              "scaleDownDelaySeconds": 1, "abortScaleDownDelaySeconds": 1,
            ]
          ),
        ]),
        .phase("Healthy"),
        .selects("active", "v1"),
        .image("v2"),
        .phase("Paused", "BlueGreenPause"),
        .selects("active", "v1"),
        .selects("preview", "v2"),
        .pods(["v1": 2, "v2": 1]),
        .field("replicas", 3),
        .field("updatedReplicas", 1),
        .field("availableReplicas", 2),
        .scale(3),
        .pods(["v1": 3, "v2": 1]),
        resume,
        .selects("active", "v2"),
        .phase("Healthy"),
        .pods(["v1": 0, "v2": 3]),
        .condition("Healthy", "True"),
        .image("v3"),
        .phase("Paused", "BlueGreenPause"),
        .status("{\"abort\":true}"),
        .phase("Degraded", "RolloutAborted: Rollout aborted update to revision 3"),
        .pods(["v1": 0, "v2": 3, "v3": 0]),
        .selects("active", "v2"),
        .selects("preview", "v3"),
        .status("{\"abort\":false}"),
        .phase("Paused", "BlueGreenPause"),
        .status("{\"promoteFull\":true}"),
        .selects("active", "v3"),
        .phase("Healthy")
      )
    ]

    /// Analyses ask the API for the ConfigMap `metric` of the scenario's namespace.
    private static func gates(_ stage: Stage) -> [PatchScenario] {
      let namespace: JSONValue = ["fieldRef": ["fieldPath": "metadata.namespace"]]
      let smoke: JSONValue = [
        "templates": [["templateName": "smoke"]], "args": [["name": "namespace", "valueFrom": namespace]],
      ]
      let template = Manifests.analysisTemplate(
        "\(stage.api)/api/v1/namespaces/{{args.namespace}}/configmaps/metric",
        path: "{$.data.value}",
        wants: "result == 'good'",
        args: [["name": "namespace"]]
      )
      func metric(_ value: String) -> JSONValue {
        [
          "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "metric"],
          "data": ["value": .string(value)],
        ]
      }
      return [
        PatchScenario(
          "what the gates say stays, and stops the next one",
          .apply([
            metric("good"), template, Manifests.service("active"),
            Manifests.blueGreen("v1", ["prePromotionAnalysis": smoke, "postPromotionAnalysis": smoke]),
          ]),
          .phase("Healthy"),
          .image("v2"),
          .selects("active", "v2"),
          .phase("Healthy"),
          .field("blueGreen.prePromotionAnalysisRunStatus.status", "Successful"),
          .field("blueGreen.postPromotionAnalysisRunStatus.status", "Successful"),
          .apply([metric("bad")]),
          .image("v3"),
          .phase(
            "Degraded",
            "RolloutAborted: Rollout aborted update to revision 3: Blue/green pre-promotion analysis phase "
              + "error/failed: Metric \"rate\" assessed Failed due to failed (1) > failureLimit (0)"
          ),
          .selects("active", "v2")
        )
      ]
    }
  }
}
