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
      Verified:      no: weights are set; the gateway gives no proof that they are served
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

  @Test func aReleaseWithAnExperimentAndAJob() {
    var rollout = Self.canary
    rollout.set(["pingService": "a", "pongService": "b"], at: "spec", "strategy", "canary", "pingPong")
    rollout.set(200, at: "spec", "strategy", "canary", "trafficRouting", "maxTrafficWeight")
    rollout.set("pong", at: "status", "canary", "stablePingPong")
    let experiment = Self.object(
      "web-bbb-3-1",
      owner: "uid-web",
      hash: "bbb",
      age: 40,
      ["status": ["phase": "Running"]]
    )
    let job: JSONValue = [
      "phase": "Failed", "metadata": ["job-name": "check-1"],
      "startedAt": .string((now + .seconds(-7)).rfc3339),
    ]
    let run = Self.object(
      "web-bbb-3-1-check",
      owner: "uid-web-bbb-3-1",
      hash: "bbb",
      age: 8,
      [
        "status": [
          "phase": "Error", "metricResults": [["failed": 1, "measurements": [job, ["phase": "Failed"]]]],
        ]
      ]
    )
    let baseline = Self.object(
      "web-bbb-3-1-baseline",
      owner: "uid-web-bbb-3-1",
      hash: "xxx",
      age: 30,
      [
        "spec": [
          "replicas": 1, "template": ["spec": ["containers": [["name": "web", "image": "shop:base"]]]],
        ],
        "status": [
          "replicas": 1, "conditions": [["type": "ReplicaFailure", "status": "True"]],
        ],
      ]
    )
    var pod = Self.pod("bbb", 1, isReady: false)
    pod.set(["waiting": ["reason": "CrashLoopBackOff"]], at: "status", "containerStatuses")
    pod.set(
      [
        [
          "name": "web", "ready": false, "restartCount": 4,
          "state": ["waiting": ["reason": "CrashLoopBackOff"]],
        ]
      ],
      at: "status",
      "containerStatuses"
    )
    let report = RolloutReport(
      rollout: rollout,
      replicaSets: [
        Self.replicaSet("aaa", revision: 2, image: "shop:v1", replicas: 2, available: 2, age: 7200),
        Self.replicaSet("bbb", revision: 3, image: "shop:v2", replicas: 1, available: 0, age: 60), baseline,
      ],
      pods: [pod],
      analysisRuns: [run],
      experiments: [experiment],
      source: nil
    )
    #expect(Self.lines(report) == Self.withExperiment)
  }

  private var now: Instant { Self.now }

  @Test(arguments: [(true, "yes"), (false, "not yet")])
  func whatIsKnownOfTheWeightsIsSaid(isVerified: Bool, words: String) {
    var rollout = Self.canary
    rollout.set(.bool(isVerified), at: "status", "canary", "weights", "verified")
    let report = RolloutReport(
      rollout: rollout,
      replicaSets: [],
      pods: [],
      analysisRuns: [],
      source: nil
    )
    #expect(Self.lines(report).contains("\n  Verified:      \(words)\n"))
  }

  private static let withExperiment = """
    Name:            web
    Namespace:       shop
    Status:          ◌ Progressing
    Message:         waiting for all steps to complete
    Strategy:        Canary
      Step:          1/2
      SetWeight:     20
      ActualWeight:  20
      Verified:      no: weights are set; the gateway gives no proof that they are served
    Images:          shop:base (Σ:web-bbb-3-1-baseline)
                     shop:v1 (pong, stable)
                     shop:v2 (canary, ping)
    Replicas:
      Desired:       2
      Current:       3
      Updated:       1
      Ready:         2
      Available:     2

    NAME                             KIND         STATUS              AGE  INFO
    ⟳ web                            Rollout      ◌ Progressing       2h
    ├──# revision:3
    │  ├──⧉ web-bbb                  ReplicaSet   ◌ Progressing       60s  canary,ping
    │  │  └──□ web-bbb-1             Pod          ✖ CrashLoopBackOff  90s  ready:0/2,restarts:4
    │  └──Σ web-bbb-3-1              Experiment   ◌ Running           40s
    │     ├──⧉ web-bbb-3-1-baseline  ReplicaSet   ✖ Degraded          30s
    │     └──α web-bbb-3-1-check     AnalysisRun  ⚠ Error             8s   ✖ 1
    │        └──⊞ check-1            Job          ✖ Failed            7s
    └──# revision:2
       └──⧉ web-aaa                  ReplicaSet   ✔ Healthy           2h   stable,pong
    """

  @Test func anExperimentAndARunBehindIt() {
    var experiment = Self.object(
      "compare",
      owner: "",
      hash: "",
      age: 90,
      [
        "spec": ["duration": "5m"],
        "status": [
          "phase": "Running", "message": "two\nlines", "availableAt": .string((now + .seconds(-60)).rfc3339),
        ],
      ]
    )
    experiment.set("shop", at: "metadata", "namespace")
    let canary = Self.replicaSet("ccc", revision: 0, image: "shop:v2", replicas: 1, available: 1, age: 80)
    var owned = canary
    owned.set([["controller": true, "uid": "uid-compare"]], at: "metadata", "ownerReferences")
    let report = RolloutReport(
      rollout: experiment,
      replicaSets: [owned],
      pods: [Self.pod("ccc", 1, isReady: true)],
      analysisRuns: [],
      source: nil
    )
    let text = ExperimentText(report: report, now: now).lines.map(\.withoutStyle).joined(separator: "\n")
    #expect(text == Self.experimentText)
    #expect(
      ListExperimentsCommand.row(experiment, now: now) == ["compare", "Running", "5m", "4m0s", "90s"]
    )
  }

  private static let experimentText = """
    Name:            compare
    Namespace:       shop
    Status:          ◌ Running
    Message:         two lines
    Duration:        5m
    Remaining:       4m0s
    Images:          shop:v2 (Σ:web-ccc)

    NAME               KIND        STATUS     AGE  INFO
    Σ compare          Experiment  ◌ Running  90s
    └──⧉ web-ccc       ReplicaSet  ✔ Healthy  80s
       └──□ web-ccc-1  Pod         ✔ Running  90s  ready:2/2,restarts:0
    """

  @Test func aRunWithItsMetrics() {
    var run = Self.object(
      "web-bbb-2-1",
      owner: "uid-web",
      hash: "bbb",
      age: 5,
      [
        "spec": [
          "metrics": [
            ["name": "rate", "successCondition": "result > 1", "provider": ["web": ["url": "http://x"]]]
          ]
        ],
        "status": [
          "phase": "Failed", "message": "Metric \"rate\" assessed Failed",
          "metricResults": [
            [
              "name": "rate", "phase": "Failed", "failed": 1,
              "measurements": [["phase": "Failed", "value": "0.5"]],
            ]
          ],
        ],
      ]
    )
    run.set("shop", at: "metadata", "namespace")
    let owner: JSONValue = ["controller": true, "kind": "Rollout", "name": "web"]
    run.set([owner], at: "metadata", "ownerReferences")
    let text = AnalysisRunText(run: run, now: now).lines.map(\.withoutStyle).joined(separator: "\n")
    #expect(text == Self.runText)
    #expect(
      ListAnalysisRunsCommand.row(run, now: now)
        == ["web-bbb-2-1", "Failed", "Rollout/web", "5s", "Metric \"rate\" assessed Failed"]
    )
  }

  private static let runText = """
    Name:            web-bbb-2-1
    Namespace:       shop
    Status:          ✖ Failed
    Message:         Metric "rate" assessed Failed
    Owner:           Rollout web
    Metrics:         rate: Failed, 0.5 (condition result > 1; failed 1 > failureLimit 0)

    NAME           KIND         STATUS    AGE  INFO
    α web-bbb-2-1  AnalysisRun  ✖ Failed  5s   ✖ 1
    """
}
