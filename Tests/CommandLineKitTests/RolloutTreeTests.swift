import KubeModel
import Primitives
import Testing

@testable import CommandLineKit

/// What `serin get rollout` shows, whole.
@Suite struct RolloutTreeTests {
  private static let now = Instant(secondsSinceEpoch: 1_800_000_000)

  private static func object(
    _ name: String,
    owner: String,
    hash: String,
    age: Int64,
    _ fields: JSONValue
  ) -> JSONValue {
    var object = fields
    object.set(.string(name), at: "metadata", "name")
    object.set(.string("uid-\(name)"), at: "metadata", "uid")
    object.set(["rollouts-pod-template-hash": .string(hash)], at: "metadata", "labels")
    object.set([["controller": true, "uid": .string(owner)]], at: "metadata", "ownerReferences")
    object.set(.string((now + .seconds(-age)).rfc3339), at: "metadata", "creationTimestamp")
    return object
  }

  private static func replicaSet(
    _ hash: String,
    revision: Int,
    image: String,
    replicas: Int,
    available: Int,
    age: Int64,
    delay: Int64? = nil
  ) -> JSONValue {
    var annotations = ["rollout.argoproj.io/revision": String(revision)]
    if let delay { annotations["scale-down-deadline"] = (now + .seconds(delay)).rfc3339 }
    return object(
      "web-\(hash)",
      owner: "uid-web",
      hash: hash,
      age: age,
      [
        "metadata": ["annotations": JSONValue(annotations)],
        "spec": [
          "replicas": JSONValue(replicas),
          "template": ["spec": ["containers": [["name": "web", "image": .string(image)]]]],
        ],
        "status": ["replicas": JSONValue(replicas), "availableReplicas": JSONValue(available)],
      ]
    )
  }

  private static func pod(_ hash: String, _ index: Int, isReady: Bool, restarts: Int = 0) -> JSONValue {
    object(
      "web-\(hash)-\(index)",
      owner: "uid-web-\(hash)",
      hash: hash,
      age: 90,
      [
        "spec": ["containers": [["name": "web"], ["name": "proxy"]]],
        "status": [
          "phase": .string(isReady ? "Running" : "Pending"),
          "conditions": [["type": "Ready", "status": .string(isReady ? "True" : "False")]],
          "containerStatuses": [
            ["name": "web", "ready": .bool(isReady), "restartCount": JSONValue(restarts)],
            ["name": "proxy", "ready": true, "restartCount": 0],
          ],
        ],
      ]
    )
  }

  private static let canary: JSONValue = [
    "metadata": [
      "name": "web", "namespace": "shop", "uid": "uid-web", "generation": 4,
      "creationTimestamp": .string((now + .seconds(-7200)).rfc3339),
    ],
    "spec": [
      "replicas": 2,
      "strategy": [
        "canary": [
          "canaryService": "web-canary", "stableService": "web-stable",
          "trafficRouting": ["plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web"]]],
          "steps": [["setWeight": 20], ["analysis": ["templates": [["templateName": "rate"]]]]],
        ]
      ],
    ],
    "status": [
      "phase": "Progressing", "message": "waiting for all steps to complete", "observedGeneration": "4",
      "currentPodHash": "bbb", "stableRS": "aaa", "currentStepIndex": 1, "replicas": 3,
      "updatedReplicas": 1, "readyReplicas": 2, "availableReplicas": 2,
      "canary": ["weights": ["canary": ["weight": 20], "stable": ["weight": 80]]],
    ],
  ]

  private static let source: JSONValue = [
    "metadata": ["name": "shop", "namespace": "shop"],
    "status": [
      "commit": "0123456789abcdef",
      "conditions": [
        ["type": "Ready", "status": "False", "reason": "BadManifest", "message": "web.yaml:3:1: no"]
      ],
    ],
  ]

  private static func lines(_ report: RolloutReport) -> String {
    RolloutTree(report: report, now: now).lines.map { line in
      String(line.withoutStyle.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }

  @Test func aReleaseInFlight() {
    let run = Self.object(
      "web-bbb-2-1",
      owner: "uid-web",
      hash: "bbb",
      age: 5,
      [
        "status": [
          "phase": "Running",
          "metricResults": [["successful": 2, "failed": 1], ["successful": 1, "error": 1]],
        ]
      ]
    )
    let report = RolloutReport(
      rollout: Self.canary,
      replicaSets: [
        Self.replicaSet("000", revision: 1, image: "shop:v0", replicas: 0, available: 0, age: 180_000),
        Self.replicaSet("aaa", revision: 2, image: "shop:v1", replicas: 2, available: 2, age: 7200),
        Self.replicaSet("bbb", revision: 3, image: "shop:v2", replicas: 1, available: 0, age: 60),
      ],
      pods: [
        Self.pod("aaa", 1, isReady: true), Self.pod("aaa", 2, isReady: true, restarts: 2),
        Self.pod("bbb", 1, isReady: false),
      ],
      analysisRuns: [run],
      source: Self.source
    )
    #expect(Self.lines(report) == Self.releaseInFlight)
  }

  private static let releaseInFlight = """
    Name:            web
    Namespace:       shop
    Status:          ◌ Progressing
    Message:         waiting for all steps to complete
    Strategy:        Canary
      Step:          1/2
      SetWeight:     20
      ActualWeight:  20
    Images:          shop:v1 (stable)
                     shop:v2 (canary)
    Replicas:
      Desired:       2
      Current:       3
      Updated:       1
      Ready:         2
      Available:     2
    Git:             shop/shop at 0123456
      Problem:       BadManifest: web.yaml:3:1: no

    NAME                  KIND         STATUS         AGE  INFO
    ⟳ web                 Rollout      ◌ Progressing  2h
    ├──# revision:3
    │  ├──⧉ web-bbb       ReplicaSet   ◌ Progressing  60s  canary
    │  │  └──□ web-bbb-1  Pod          ◌ Pending      90s  ready:1/2,restarts:0
    │  └──α web-bbb-2-1   AnalysisRun  ◌ Running      5s   ✔ 3,✖ 1,⚠ 1
    ├──# revision:2
    │  └──⧉ web-aaa       ReplicaSet   ✔ Healthy      2h   stable
    │     ├──□ web-aaa-1  Pod          ✔ Running      90s  ready:2/2,restarts:0
    │     └──□ web-aaa-2  Pod          ✔ Running      90s  ready:2/2,restarts:2
    └──# revision:1
       └──⧉ web-000       ReplicaSet   • ScaledDown   2d
    """

  @Test func aBlueGreenRolloutAfterItsSwitch() {
    var rollout = Self.canary
    rollout.set(["blueGreen": ["activeService": "web", "previewService": "next"]], at: "spec", "strategy")
    rollout.set(
      [
        "phase": "Healthy", "currentPodHash": "bbb", "stableRS": "bbb", "replicas": 4, "updatedReplicas": 2,
        "readyReplicas": 2, "availableReplicas": 2,
        "blueGreen": ["activeSelector": "bbb", "previewSelector": "bbb"],
      ],
      at: "status"
    )
    let report = RolloutReport(
      rollout: rollout,
      replicaSets: [
        Self.replicaSet("aaa", revision: 1, image: "shop:v1", replicas: 2, available: 2, age: 300, delay: 21),
        Self.replicaSet("bbb", revision: 2, image: "shop:v2", replicas: 2, available: 2, age: 30),
      ],
      pods: [],
      analysisRuns: [],
      source: nil
    )
    #expect(Self.lines(report) == Self.afterSwitch)
  }

  private static let afterSwitch = """
    Name:            web
    Namespace:       shop
    Status:          ✔ Healthy
    Strategy:        BlueGreen
    Images:          shop:v1
                     shop:v2 (active, preview, stable)
    Replicas:
      Desired:       2
      Current:       4
      Updated:       2
      Ready:         2
      Available:     2

    NAME             KIND        STATUS     AGE  INFO
    ⟳ web            Rollout     ✔ Healthy  2h
    ├──# revision:2
    │  └──⧉ web-bbb  ReplicaSet  ✔ Healthy  30s  stable,active,preview
    └──# revision:1
       └──⧉ web-aaa  ReplicaSet  ✔ Healthy  5m   delay:21s
    """
}
