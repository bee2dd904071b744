import Primitives
import RolloutCore
import Simulation

/// Releases in flight.
extension AdoptionWorld {
  /// A canary behind a route.
  static func routed(_ steps: JSONValue, _ stepHash: String, more: JSONFields = [:]) -> AdoptionWorld {
    var canary: JSONValue = [
      "canaryService": "web-canary", "stableService": "web-stable", "steps": steps,
      "trafficRouting": ["plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web"]]],
    ]
    for (key, value) in more { canary[key] = value }
    return AdoptionWorld(strategy: ["canary": canary], stepHash: stepHash)
  }

  /// Six steps whose hash Argo Rollouts recorded.
  static let pauses: JSONValue = [
    ["setWeight": 25], ["pause": ["duration": "2m"]], ["setWeight": 50], ["pause": ["duration": "2m"]],
    ["setWeight": 100], ["pause": ["duration": "2m"]],
  ]

  /// Paused since a minute at the second of six steps, with a quarter of the requests.
  func pausedCanary() -> ClusterSim {
    sim(
      pair(canary: 1) + routing(weight: 25, canary: new) + [
        rollout(
          status: status([
            "phase": "Paused", "message": "CanaryPauseStep", "currentStepIndex": 1, "controllerPause": true,
            "pauseConditions": [["reason": "CanaryPauseStep", "startTime": pausedSince]],
            "canary": ["weights": weights(25)], "replicas": 5, "updatedReplicas": 1, "readyReplicas": 5,
            "availableReplicas": 5, "HPAReplicas": 5,
            "conditions": conditions(
              progressing: ("Unknown", "RolloutPaused", "Rollout is paused"),
              isPaused: true
            ),
          ])
        )
      ]
    )
  }

  /// The analysis of the second step is running.
  func analysedCanary() -> ClusterSim {
    let run: JSONValue = [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisRun",
      "metadata": [
        "name": .string("web-\(new)-2-1"), "namespace": "shop", "uid": "run-1",
        "creationTimestamp": pausedSince,
        "labels": [
          "rollouts-pod-template-hash": .string(new), "rollout-type": "Step", "step-index": "1", "app": "web",
        ], "annotations": ["rollout.argoproj.io/revision": "2"],
        "ownerReferences": replicaSet(Self.image.new, revision: 2, size: 1).at("metadata", "ownerReferences")
          ?? .null,
      ], "spec": ["metrics": [["name": "rate", "provider": ["web": ["url": "http://127.0.0.1/"]]]]],
      "status": ["phase": "Running"],
    ]
    return sim(
      pair(canary: 1) + routing(weight: 25, canary: new) + [
        run,
        rollout(
          status: status([
            "phase": "Progressing", "message": "more replicas need to be updated", "currentStepIndex": 1,
            "canary": [
              "weights": weights(25),
              "currentStepAnalysisRunStatus": ["name": .string("web-\(new)-2-1"), "status": "Running"],
            ], "replicas": 5, "updatedReplicas": 1, "readyReplicas": 5, "availableReplicas": 5,
            "HPAReplicas": 5,
            "conditions": conditions(
              progressing: ("True", "ReplicaSetUpdated", "ReplicaSet \"web-\(new)\" is progressing."),
              isPaused: false
            ),
          ])
        ),
      ]
    )
  }

  /// Aborted ten seconds ago; the canary's pods go in twenty.
  func abortedCanary() -> ClusterSim {
    let deadline = (Self.now + .seconds(20)).rfc3339
    return sim(
      [
        replicaSet(Self.image.stable, revision: 1, size: replicas),
        replicaSet(Self.image.new, revision: 2, size: 1, annotations: ["scale-down-deadline": deadline]),
      ] + routing(weight: 0, canary: stable) + [
        rollout(
          status: status([
            "phase": "Degraded", "message": "RolloutAborted: Rollout aborted update to revision 2",
            "currentStepIndex": 0, "abort": true, "abortedAt": .string((Self.now + .seconds(-10)).rfc3339),
            "canary": ["weights": weights(0)], "replicas": 5, "updatedReplicas": 1, "readyReplicas": 5,
            "availableReplicas": 5, "HPAReplicas": 5,
            "conditions": conditions(
              progressing: ("False", "RolloutAborted", "Rollout aborted update to revision 2"),
              isPaused: false
            ),
          ])
        )
      ]
    )
  }

  /// By replica counts alone, paused until a person resumes it.
  static func basic() -> (AdoptionWorld, ClusterSim) {
    let steps: JSONValue = [["setWeight": 10], ["pause": [:]]]
    var world = AdoptionWorld(strategy: ["canary": ["steps": steps]], stepHash: "849b756fd4")
    world.replicas = 5
    return (world, world.pausedBasicCanary())
  }

  func pausedBasicCanary() -> ClusterSim {
    sim(
      pair(canary: 1) + [
        rollout(
          status: status([
            "phase": "Paused", "message": "CanaryPauseStep", "currentStepIndex": 1, "controllerPause": true,
            "pauseConditions": [["reason": "CanaryPauseStep", "startTime": pausedSince]], "canary": [:],
            "replicas": 6, "updatedReplicas": 1, "readyReplicas": 6, "availableReplicas": 6, "HPAReplicas": 6,
            "conditions": conditions(
              progressing: ("Unknown", "RolloutPaused", "Rollout is paused"),
              isPaused: true
            ),
          ])
        )
      ]
    )
  }

  /// Blue/green that waits for a person, with the new revision behind the preview service.
  func pausedBlueGreen() -> ClusterSim {
    var status = status([
      "phase": "Paused", "message": "BlueGreenPause", "controllerPause": true,
      "pauseConditions": [["reason": "BlueGreenPause", "startTime": pausedSince]],
      "blueGreen": ["activeSelector": .string(stable), "previewSelector": .string(new)], "canary": [:],
      "replicas": 8, "updatedReplicas": 4, "readyReplicas": 4, "availableReplicas": 4, "HPAReplicas": 4,
      "conditions": conditions(
        progressing: ("Unknown", "RolloutPaused", "Rollout is paused"),
        isPaused: true
      ),
    ])
    status["selector"] = .string("app=web,rollouts-pod-template-hash=\(stable)")
    return sim(
      pair(canary: replicas) + [
        service("web-active", stable), service("web-preview", new), rollout(status: status),
      ]
    )
  }

  static let blueGreen = AdoptionWorld(
    strategy: [
      "blueGreen": [
        "activeService": "web-active", "previewService": "web-preview", "autoPromotionEnabled": false,
      ]
    ],
    stepHash: ""
  )

  /// Promoted; the pods of the former revision go in fifteen seconds.
  func promotedCanary() -> ClusterSim {
    let deadline = (Self.now + .seconds(15)).rfc3339
    var status = status([
      "phase": "Healthy", "currentStepIndex": 6, "stableRS": .string(new),
      "canary": ["weights": weights(0)], "replicas": 8, "updatedReplicas": 4, "readyReplicas": 8,
      "availableReplicas": 8, "HPAReplicas": 8,
      "conditions": conditions(
        progressing: (
          "True", "NewReplicaSetAvailable", "ReplicaSet \"web-\(new)\" has successfully progressed."
        ),
        isPaused: false
      ),
    ])
    status.set(.string(new), at: "canary", "weights", "stable", "podTemplateHash")
    return sim(
      [
        replicaSet(
          Self.image.stable,
          revision: 1,
          size: replicas,
          annotations: ["scale-down-deadline": deadline]
        ), replicaSet(Self.image.new, revision: 2, size: replicas), service("web-stable", new),
        service("web-canary", new), route(weight: 0), rollout(status: status),
      ]
    )
  }

  private var pausedSince: JSONValue { .string((Self.now + .seconds(-60)).rfc3339) }

  private func pair(canary: Int) -> [JSONValue] {
    [
      replicaSet(Self.image.stable, revision: 1, size: replicas),
      replicaSet(Self.image.new, revision: 2, size: canary),
    ]
  }

  private func routing(weight: Int, canary: String) -> [JSONValue] {
    [service("web-stable", stable), service("web-canary", canary), route(weight: weight)]
  }

  /// What every status has in the middle of a release.
  private func status(_ more: JSONFields) -> JSONValue {
    var status: JSONValue = [
      "currentPodHash": .string(new), "stableRS": .string(stable), "selector": "app=web", "blueGreen": [:],
    ]
    for (key, value) in more { status[key] = value }
    return status
  }
}
