import KubeModel
import KubeRuntime
import Primitives
import Testing

@testable import RolloutController

/// What the controller tells Prometheus (reference, section 7.3).
@Suite struct MetricsTests {
  private static func rollout(_ reason: String, spec: JSONValue = [:], status: JSONValue = [:]) -> JSONValue {
    let conditions: JSONValue = [["type": "Progressing", "status": "True", "reason": .string(reason)]]
    var rollout: JSONValue = [
      "kind": "Rollout", "metadata": ["name": "web", "namespace": "shop"], "spec": spec, "status": status,
    ]
    rollout.set(conditions, at: "status", "conditions")
    return rollout
  }

  @Test(arguments: [
    ("NewReplicaSetAvailable", "Completed"), ("RolloutPaused", "Paused"), ("ReplicaSetCreateError", "Error"),
    ("ProgressDeadlineExceeded", "Timeout"), ("RolloutAborted", "Abort"),
    ("ReplicaSetUpdated", "Progressing"),
    ("RolloutRetry", "Progressing"),
  ])
  func phaseFollowsTheReasonOfProgressing(_ reason: String, _ phase: String) {
    #expect(ObjectGauges.phase(of: Self.rollout(reason)) == phase)
  }

  @Test func invalidSpecCountsBeforeEverythingElse() {
    var rollout = Self.rollout("RolloutPaused")
    rollout.set([["type": "InvalidSpec", "status": "True"]], at: "status", "conditions")
    #expect(ObjectGauges.phase(of: rollout) == "InvalidSpec")
  }

  @Test func rolloutsHaveTheSeriesOfArgoRolloutsAndTheWeight() {
    let rollout = Self.rollout(
      "RolloutPaused",
      spec: ["replicas": 5, "strategy": ["canary": ["trafficRouting": ["nginx": ["stableIngress": "i"]]]]],
      status: [
        "replicas": 6, "availableReplicas": 4, "updatedReplicas": 1, "currentStepIndex": 2,
        "canary": ["weights": ["canary": ["weight": 20]]],
      ]
    )
    let text = ObjectGauges.rollouts([rollout]).map(\.text).joined()
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.hasPrefix("rollout_phase") }
    let object = #"{namespace="shop",name="web""#
    #expect(
      lines == [
        #"rollout_info\#(object),strategy="canary",traffic_router="Nginx",phase="Paused"} 1"#,
        "rollout_info_replicas_available\(object)} 4", "rollout_info_replicas_unavailable\(object)} 2",
        "rollout_info_replicas_desired\(object)} 5", "rollout_info_replicas_updated\(object)} 1",
        "serin_rollout_canary_weight\(object)} 20", "serin_rollout_step_index\(object)} 2",
      ]
    )
    #expect(text.contains(#"rollout_phase\#(object),strategy="canary",phase="Paused"} 1"#))
    #expect(text.contains(#"rollout_phase\#(object),strategy="canary",phase="Timeout"} 0"#))
  }

  @Test func runsAndTemplatesNameTheirMetrics() {
    let metrics: JSONValue = [
      ["name": "rate", "provider": ["prometheus": ["query": "up"]]],
      ["name": "page", "provider": ["web": [:]]],
    ]
    let run: JSONValue = [
      "metadata": ["name": "r", "namespace": "n"], "spec": ["metrics": metrics],
      "status": [
        "phase": "Running", "metricResults": [["name": "rate", "phase": "Failed", "dryRun": true]],
      ],
    ]
    let text = ObjectGauges.analysisRuns([run]).map(\.text).joined()
    let rate = #"namespace="n",name="r",metric="rate",type="Prometheus""#
    #expect(text.contains(#"analysis_run_info{namespace="n",name="r",phase="Running"} 1"#))
    #expect(text.contains("analysis_run_metric_type{\(rate)} 1"))
    #expect(text.contains(#"analysis_run_metric_phase{\#(rate),dry_run="true",phase="Failed"} 1"#))
    #expect(text.contains(#"metric="page",type="WebMetric",dry_run="false",phase="Failed"} 0"#))
    let template: JSONValue = ["metadata": ["name": "t"], "spec": ["metrics": metrics]]
    let templates = ObjectGauges.templates([template]).map(\.text).joined()
    #expect(templates.contains(#"analysis_template_info{namespace="",name="t"} 1"#))
    #expect(
      templates.contains(#"metric_info{namespace="",name="t",type="Prometheus",metric="rate"} 1"#)
    )
  }

  @Test func looksAndEventsAreCountedUntilTheObjectIsGone() async {
    let tally = ControllerTally()
    let clock = Locked(Instant(secondsSinceEpoch: 0))
    let key = ObjectKey(namespace: "n", name: "a")
    for (duration, result) in [(0.2, ReconcileResult.done), (3, .failed(retryAfter: nil))] {
      let answer = await tally.look(at: key, of: .rollout, now: { clock.withLock { $0 } }) {
        clock.withLock { $0 = $0 + .seconds(duration) }
        return result
      }
      #expect(answer == result)
    }
    tally.count(event: "Normal", "RolloutPaused", of: key)
    let text = tally.families { _, _ in true }.map(\.text).joined()
    let object = #"{namespace="n",name="a""#
    for line in [
      #"rollout_reconcile_bucket\#(object),le="0.15"} 0"#,
      #"rollout_reconcile_bucket\#(object),le="0.25"} 1"#,
      #"rollout_reconcile_bucket\#(object),le="+Inf"} 2"#, "rollout_reconcile_sum\(object)} 3.2",
      "rollout_reconcile_count\(object)} 2", "rollout_reconcile_error\(object)} 1",
      #"rollout_events_total\#(object),type="Normal",reason="RolloutPaused"} 1"#,
    ] {
      #expect(text.contains(line + "\n"), "\(line) is not in\n\(text)")
    }
    #expect(tally.families { _, _ in false }.map(\.text).joined().isEmpty)
    #expect(tally.families { _, _ in true }.map(\.text).joined().isEmpty)
  }

  @Test func releasesAreCountedByHowTheyEnded() {
    let tally = ControllerTally()
    tally.count(release: "Promoted", took: 100, waited: 70)
    let text = tally.families { _, _ in true }.map(\.text).joined()
    #expect(text.contains(#"rollout_duration_seconds_bucket{status="Promoted",le="60"} 0"#))
    #expect(text.contains(#"rollout_duration_seconds_bucket{status="Promoted",le="120"} 1"#))
    #expect(text.contains(#"rollout_progression_duration_seconds_bucket{status="Promoted",le="30"} 1"#))
    #expect(text.contains(#"rollout_manual_pause_duration_seconds_sum{status="Promoted"} 70"#))
  }

  @Test func labelsAreEscaped() {
    var family = MetricFamily("m", .gauge, "Help.")
    family.add(1.5, [.init("l", "a\"b\\c\nd")])
    #expect(family.text == "# HELP m Help.\n# TYPE m gauge\nm{l=\"a\\\"b\\\\c\\nd\"} 1.5\n")
  }
}
