import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// The sentence for every thing that a rollout may wait for, whole: to be read like a text.
@Suite struct ExplainTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let cause: Explanation.Cause
    /// What stands before the time of the next look, which depends on the plan's own wake-ups.
    let sentence: String
    let snapshot: @Sendable () -> Snapshot
  }

  /// A routed canary some seconds after its second revision came.
  static func release(
    _ image: String = "shop:v2",
    after seconds: Int,
    steps: JSONValue? = nil,
    _ settings: ClusterSim.Settings = .init(podStart: 2...2, routeLag: 4)
  ) -> ClusterSim {
    started(Fixture.routedCanary(steps: steps), image, after: seconds, settings)
  }

  static func started(
    _ rollout: JSONValue,
    _ image: String = "shop:v2",
    after seconds: Int,
    _ settings: ClusterSim.Settings = .init(podStart: 2...2, routeLag: 4)
  ) -> ClusterSim {
    var sim = ClusterSim(rollout: rollout, settings: settings)
    sim.analysisTemplates = Fixture.templates
    sim.run(for: .seconds(60))
    sim.setImage(image)
    sim.run(for: .seconds(seconds))
    return sim
  }

  static let pauseForEver: JSONValue = [["setWeight": 50], ["pause": [:]]]

  static let causes: [Case] = [
    Case(
      testDescription: "pods",
      cause: .pods,
      sentence:
        "Step 1/6 (setWeight: 20) waits for pods of revision 2: 0 of 1 available"
    ) { release(after: 1).snapshot() },
    Case(
      testDescription: "pods that cannot start",
      cause: .pods,
      sentence: "Step 1/6 (setWeight: 20) waits for pods of revision 2: 0 of 1 available (pod web-b: "
        + "ImagePullBackOff: Back-off pulling image \"shop:v2\")"
    ) {
      var snapshot = release(after: 1).snapshot()
      let uid = snapshot.replicaSets.first { $0.annotations[RolloutNames.revision] == "2" }?.uid ?? ""
      snapshot.pods = [
        pod("web-a", of: uid, ["reason": "ContainerCreating"]),
        pod(
          "web-b",
          of: uid,
          ["reason": "ImagePullBackOff", "message": "Back-off pulling image \"shop:v2\""]
        ),
      ]
      return snapshot
    },
    Case(
      testDescription: "the router",
      cause: .router,
      sentence: "Step 1/6 (setWeight: 20) waits for the router to give the canary 20 % of the requests: the "
        + "gateway has not accepted generation 2 of HTTPRoute shop/web"
    ) { release(after: 3).snapshot() },
    Case(
      testDescription: "a clock",
      cause: .clock,
      sentence: "Step 2/6 (pause: 3s) waits since 08:01:06 UTC and ends at 08:01:09 UTC (in 2s)"
    ) { release(after: 7).snapshot() },
    Case(
      testDescription: "an analysis",
      cause: .analysis,
      sentence: "Step 3/6 (analysis) waits for AnalysisRun web-7d85fdd64b-2-2 (Running: success-rate 2 of 5 "
        + "measurements (1 successful, 1 failed), next measurement at 08:01:22 UTC (in 10s))"
    ) {
      var snapshot = release(after: 12).snapshot()
      snapshot.analysisRuns[0].set([run], at: "spec", "metrics")
      snapshot.analysisRuns[0]["status"] = measured(at: snapshot.now)
      return snapshot
    },
  ]

  @Test func aRestartIsSaidBeforeAndWhileItGoesOn() {
    var sim = Self.release(after: 100, steps: [["setWeight": 50]])
    let due = sim.now + .seconds(10)
    sim.editSpec { $0["restartAt"] = .string(due.rfc3339) }
    sim.run(for: .seconds(1))
    let before = explain(sim.snapshot())
    #expect(before.cause == .done)
    #expect(before.sentence.contains("its pods are to be restarted at 08:02:50 UTC (in 9s)"))
    sim.run(for: .seconds(11))
    var snapshot = sim.snapshot()
    let owner = snapshot.replicaSets.first { $0.annotations[RolloutNames.revision] == "2" }?.uid ?? ""
    var old = Self.pod("web-a", of: owner, ["reason": "Completed"])
    old.set(.string((due + .seconds(-60)).rfc3339), at: "metadata", "creationTimestamp")
    snapshot.pods = [old]
    let during = explain(snapshot)
    #expect(during.cause == .restart)
    #expect(during.phase == "Progressing")
    #expect(during.sentence.hasPrefix("Pods made before 08:02:50 UTC are being replaced, 1 pod left; "))
    #expect(during.fact("restart")?.data["left"] == 1)
  }

  @Test func anExperimentIsSaidWithItsPodsRunsAndEnd() {
    let rollout = Fixture.baselineCanary(after: [["setWeight": 50], ["pause": [:]]])
    var sim = Self.started(rollout, after: 5)
    let running = explain(sim.snapshot())
    #expect(running.cause == .experiment && running.phase == "Progressing")
    #expect(
      running.sentence.hasPrefix("Step 1/3 (experiment) waits for Experiment web-"),
      "\(running.sentence)"
    )
    #expect(
      running.sentence.contains("-2-0 (Running: baseline Running with 1 of 1 pod available, canary Running"),
      "\(running.sentence)"
    )
    #expect(running.sentence.contains("compare "), "\(running.sentence)")
    #expect(running.sentence.contains(", ends at 08:01:23 UTC (in 18s)"), "\(running.sentence)")
    #expect(running.fact("experiment")?.data["endsAt"] == "2027-01-15T08:01:23Z")
    var inconclusive = Self.started(
      rollout,
      after: 40,
      .init(podStart: 2...2, verdicts: ["shop:v2": "Inconclusive"])
    )
    let asked = explain(inconclusive.snapshot())
    #expect(asked.cause == .inconclusive && asked.phase == "Paused", "\(asked.sentence)")
    #expect(asked.sentence.hasPrefix("Experiment web-"), "\(asked.sentence)")
    inconclusive.abort()
    inconclusive.run(for: .seconds(1))
    #expect(explain(inconclusive.snapshot()).cause == .aborted)
    sim.run(for: .seconds(60))
    #expect(explain(sim.snapshot()).cause == .person)
  }

  @Test func anAbortOfBlueGreenSaysHowLongUsersStay() {
    let gate: JSONValue = ["templates": [["templateName": "success-rate"]]]
    var settings = ClusterSim.Settings(podStart: 2...2)
    settings.analysisTime = 30
    var sim = Self.started(Fixture.blueGreen(["postPromotionAnalysis": gate]), after: 5, settings)
    sim.breakPods(ofImage: "shop:v1")
    sim.abort()
    sim.run(for: .seconds(1))
    let explanation = explain(sim.snapshot())
    #expect(explanation.cause == .aborted)
    let stays = "; users stay with it until 08:11:05 UTC (in 9m59s) at the latest, as stable has 0 of "
    #expect(explanation.sentence.contains(stays), "\(explanation.sentence)")
  }

  @Test func whatWaitsBehindTheReleaseIsSaid() {
    var rollout = Fixture.routedCanary(steps: Self.pauseForEver)
    rollout.set("queue", at: "spec", "strategy", "canary", "onNewRevision")
    var sim = Self.started(rollout, after: 15)
    for image in ["shop:v4", "shop:v5"] {
      sim.setImage(image)
      sim.run(for: .seconds(1))
    }
    let explanation = explain(sim.snapshot())
    #expect(explanation.cause == .person)
    #expect(
      explanation.sentence.contains("; 2 newer revisions (3, 4) wait for it to end; the controller looks")
    )
    #expect(explanation.fact("queue")?.text == "revision 3, revision 4")
  }

  private static let run: JSONValue = [
    "name": "success-rate", "count": 5, "interval": "10s", "failureLimit": 3,
    "successCondition": "result >= 0.95",
    "provider": ["web": ["url": "http://127.0.0.1/stats", "jsonPath": "{$.rate}"]],
  ]

  private static func measured(at now: Instant) -> JSONValue {
    [
      "phase": "Running", "startedAt": .string((now + .seconds(-10)).rfc3339),
      "metricResults": [
        [
          "name": "success-rate", "phase": "Running", "count": 2, "successful": 1, "failed": 1,
          "measurements": [
            ["phase": "Successful", "finishedAt": .string((now + .seconds(-10)).rfc3339)],
            ["phase": "Failed", "finishedAt": .string(now.rfc3339)],
          ],
        ]
      ],
    ]
  }

  static func pod(_ name: String, of owner: String, _ waiting: JSONValue) -> JSONValue {
    [
      "metadata": [
        "name": .string(name), "ownerReferences": [["controller": true, "uid": .string(owner)]],
      ],
      "spec": ["containers": [["name": "web"]]],
      "status": [
        "phase": "Pending", "conditions": [["type": "Ready", "status": "False"]],
        "containerStatuses": [["name": "web", "state": ["waiting": waiting]]],
      ],
    ]
  }

  @Test(arguments: causes + people + ends)
  func sentence(_ example: Case) {
    let explanation = explain(example.snapshot())
    #expect(explanation.sentence.hasPrefix(example.sentence + "; the controller looks again "))
    #expect(explanation.cause == example.cause)
  }
}

extension ExplainTests {
  /// What only people can end.
  static let people: [Case] = [
    Case(
      testDescription: "a person",
      cause: .person,
      sentence: "Step 2/2 (pause) waits since 08:01:06 UTC for a person; `serin promote web` lets it go on"
    ) { release(after: 15, steps: pauseForEver).snapshot() },
    Case(
      testDescription: "an inconclusive analysis",
      cause: .inconclusive,
      sentence:
        "AnalysisRun web-7d85fdd64b-2-2 (Inconclusive: success-rate 0 of 1 measurement) could not tell since 08:01:11 UTC; `serin promote web` or `serin abort web` decides, `serin resume web` measures again"
    ) {
      let settings = ClusterSim.Settings(podStart: 2...2, routeLag: 1, verdicts: ["shop:v2": "Inconclusive"])
      return release(after: 15, settings).snapshot()
    },
    Case(
      testDescription: "a freeze",
      cause: .frozen,
      sentence:
        "A person froze the rollout (spec.paused) at step 3/6 (analysis); `serin resume web` lets it go on"
    ) {
      var sim = release(after: 10)
      sim.editSpec { $0["paused"] = true }
      sim.run(for: .seconds(1))
      return sim.snapshot()
    },
    Case(
      testDescription: "a preview that a person switches",
      cause: .person,
      sentence:
        "The switch to revision 2 waits since 08:01:02 UTC for a person; `serin promote web` lets it go on"
    ) {
      started(Fixture.blueGreen(["autoPromotionEnabled": false]), after: 10).snapshot()
    },
    Case(
      testDescription: "a preview that switches by itself",
      cause: .clock,
      sentence: "The switch to revision 2 waits since 08:01:02 UTC and comes at 08:01:32 UTC (in 22s)"
    ) {
      started(Fixture.blueGreen(["autoPromotionSeconds": 30]), after: 10).snapshot()
    },
    Case(
      testDescription: "an abort by a person",
      cause: .aborted,
      sentence:
        "The release of revision 2 was aborted at 08:01:15 UTC: a person asked for it; the gateway has not followed HTTPRoute shop/web yet; `serin retry web` starts it over"
    ) {
      var sim = release(after: 15, steps: pauseForEver)
      sim.abort()
      sim.run(for: .seconds(1))
      return sim.snapshot()
    },
    Case(
      testDescription: "an abort that Git does not have",
      cause: .aborted,
      sentence:
        "The release of revision 2 was aborted at 08:01:11 UTC: Step-based analysis phase error/failed; Git does not have the decision yet: the repository is unreachable; `serin retry web` starts it over"
    ) {
      var sim = release(after: 3, .init(podStart: 2...2, routeLag: 1, verdicts: ["shop:v2": "Failed"]))
      sim.settings.isGitReachable = false
      sim.run(for: .seconds(90))
      return sim.snapshot()
    },
    Case(
      testDescription: "an invalid spec",
      cause: .invalidSpec,
      sentence:
        "The spec cannot be followed, pods and traffic stay as they are: The Rollout \"web\" is invalid: spec.progressDeadlineSeconds: Invalid value: 0: must be greater than minReadySeconds"
    ) {
      var sim = release(after: 10)
      sim.editSpec { $0["progressDeadlineSeconds"] = 0 }
      sim.run(for: .seconds(1))
      return sim.snapshot()
    },
    Case(
      testDescription: "a deadline",
      cause: .deadlineExceeded,
      sentence:
        "Nothing has progressed since 08:01:00 UTC, longer than the 30s allowed: step 1/6 (setWeight: 20) waits for pods of revision 2: 0 of 1 available"
    ) {
      var rollout = Fixture.routedCanary()
      rollout.set(30, at: "spec", "progressDeadlineSeconds")
      return started(rollout, "shop:v3", after: 100, .init(podStart: 2...2, brokenImages: ["shop:v3"]))
        .snapshot()
    },
  ]

  /// Before the controller has seen a thing, and after all is done.
  static let ends: [Case] = [
    Case(
      testDescription: "a new rollout",
      cause: .notObserved,
      sentence: "The controller has not looked at the rollout yet"
    ) {
      ClusterSim(rollout: Fixture.routedCanary()).snapshot()
    },
    Case(
      testDescription: "a new spec",
      cause: .notObserved,
      sentence: "The controller has not seen generation 3 of the spec yet, only 2"
    ) {
      var sim = release(after: 15, steps: pauseForEver)
      sim.setImage("shop:v4")
      return sim.snapshot()
    },
    Case(
      testDescription: "a first deployment",
      cause: .pods,
      sentence: "The first deployment waits for pods of revision 1: 1 of 4 available"
    ) {
      var sim = ClusterSim(rollout: Fixture.routedCanary(), settings: .init(podStart: 2...9))
      sim.analysisTemplates = Fixture.templates
      sim.run(for: .seconds(5))
      return sim.snapshot()
    },
    Case(
      testDescription: "old pods",
      cause: .scaleDownDelay,
      sentence:
        "Revision 2 is stable with 4 of 4 pods available; 4 old pods are kept until 08:01:42 UTC (in 27s)"
    ) {
      release(after: 15, steps: [["setWeight": 50]]).snapshot()
    },
    Case(
      testDescription: "nothing",
      cause: .done,
      sentence: "Revision 2 is stable with 4 of 4 pods available, and there is nothing to do"
    ) {
      release(after: 100, steps: [["setWeight": 50]]).snapshot()
    },
  ]

  @Test func aLeaseThatNobodyRenewsIsTheReason() {
    let snapshot = Self.release(after: 1).snapshot()
    var lease: JSONValue = [
      "metadata": ["name": "lock", "namespace": "serin"],
      "spec": [
        "holderIdentity": "node_7", "leaseDurationSeconds": 15,
        "renewTime": .string((snapshot.now + .seconds(-29)).rfc3339Micro),
      ],
    ]
    let alive = explain(snapshot, controller: ControllerSighting(lease: lease, now: snapshot.now))
    #expect(alive.cause == .pods)
    #expect(alive.fact("controller")?.text == "node_7 holds serin/lock, renewed 29s ago")
    lease.set(.string((snapshot.now + .seconds(-300)).rfc3339Micro), at: "spec", "renewTime")
    let dead = explain(snapshot, controller: ControllerSighting(lease: lease, now: snapshot.now))
    #expect(
      dead.sentence
        == "No controller acts: node_7 renewed the Lease serin/lock last at 07:56:01 UTC, "
        + "5m ago; nothing looks at it until a controller runs."
    )
    #expect(dead.nextLook == nil)
    lease.set("", at: "spec", "holderIdentity")
    let free = explain(snapshot, controller: ControllerSighting(lease: lease, now: snapshot.now))
    #expect(free.cause == .noController)
    #expect(free.sentence.hasPrefix("No controller acts: nobody holds the Lease serin/lock;"))
  }

  @Test func factsAreNumbersForPrograms() {
    let explanation = explain(Self.release(after: 7).snapshot())
    let json = explanation.json
    #expect(json["cause"] == "clock" && json["phase"] == "Paused" && json["name"] == "web")
    #expect(json["nextLook"] == "2027-01-15T08:01:09Z")
    #expect(json.at("facts", "newPods", "available") == 1)
    #expect(json.at("facts", "stablePods", "wanted") == 4)
    #expect(json.at("facts", "weight", "wanted") == 20)
    #expect(json.at("facts", "weight", "seen")?[0]?["accepted"] == true)
    #expect(json.at("facts", "pause", "endsAt") == "2027-01-15T08:01:09Z")
    #expect(json.at("facts", "step", "done") == 1)
  }
}
