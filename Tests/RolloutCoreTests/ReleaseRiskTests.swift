import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// The comparisons of a release share its risk of a false alarm, in however many runs they are.
@Suite struct ReleaseRiskTests {
  private static let steps: JSONValue = [
    ["setWeight": 50], ["analysis": ["templates": [["templateName": "both"]]]],
    ["analysis": ["templates": [["templateName": "plain"]]]],
    ["analysis": ["templates": [["templateName": "errors"]]]],
  ]

  private static let compare: JSONValue = [
    "counts": ["canary": ["bad": "a", "total": "b"], "stable": ["bad": "c", "total": "d"]]
  ]

  /// `errors` compares one metric; `both` one of its own and that of `errors`; `plain` none.
  private static let templates: [String: JSONValue] = [
    // Without a count: a comparison ends by itself.
    "errors": template(
      "errors",
      [["name": "errors", "interval": "10s", "compare": compare, "provider": provider]]
    ),
    "both": template(
      "both",
      [["name": "latency", "compare": compare, "provider": provider]],
      ["templates": [["templateName": "errors"]]]
    ),
    "plain": template("plain", [["name": "plain", "provider": provider]]),
  ]

  private static let provider: JSONValue = ["prometheus": ["address": "http://prometheus", "query": "up"]]

  private static func template(_ name: String, _ metrics: JSONValue, _ more: JSONValue = [:]) -> JSONValue {
    var spec = more
    spec["metrics"] = metrics
    return [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate",
      "metadata": ["name": .string(name), "namespace": "shop"], "spec": spec,
    ]
  }

  @Test func everyRunKnowsOfAllComparisonsOfItsRelease() throws {
    let analyses: JSONValue = [["name": "compare", "templateName": "errors"]]
    var sim = ClusterSim(rollout: Fixture.baselineCanary(["analyses": analyses], after: Self.steps))
    sim.analysisTemplates = Self.templates
    sim.run(for: .seconds(60))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(300))
    #expect(sim.rollout.status["phase"] == "Healthy")
    let runs = sim.analysisRuns.values.sorted { $0.name < $1.name }
    // One in the Experiment, two in the first analysis, none in the second, one in the third.
    #expect(runs.count == 4)
    for run in runs {
      let compares = (run.spec["metrics"]?.array ?? []).contains { $0["compare"] != nil }
      #expect(run.annotation("serin.dev/comparisons") == (compares ? "4" : nil), "\(run.name)")
    }
  }

  @Test(arguments: [(JSONValue.null, 20.0), (1000, 2), ("x", 20)])
  func theWeightIsAShareOfWhatStandsForAllRequests(total: JSONValue, percentage: Double) {
    var rollout: JSONValue = [
      "spec": ["strategy": ["canary": ["trafficRouting": ["maxTrafficWeight": total]]]]
    ]
    #expect(canaryPercentage(of: rollout) == nil)
    rollout["status"] = ["canary": ["weights": ["canary": ["weight": 20]]]]
    #expect(canaryPercentage(of: rollout) == percentage)
  }
}
