import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// What a Rollout refers to, and what is wrong with it (reference, section 1.9.2).
@Suite struct ReferenceValidationTests {
  /// What the condition says after a look at the world; nil when the spec can be followed.
  private static func issue(_ rollout: JSONValue, _ change: (inout Snapshot) -> Void = { _ in }) -> String? {
    var sim = ClusterSim(rollout: rollout)
    sim.analysisTemplates = Fixture.templates
    var snapshot = sim.snapshot()
    change(&snapshot)
    let plan = plan(snapshot)
    let invalid = plan.status.conditions.first { $0.type == "InvalidSpec" }
    // Nothing is done for a spec that cannot be followed; that its workload was seen is noted all the same.
    let done = plan.effects.filter { effect in
      guard case .annotateRollout = effect else { return true }
      return false
    }
    if invalid != nil { #expect(done == []) }
    return invalid.map { String($0.message.dropFirst("The Rollout \"web\" is invalid: ".count)) }
  }

  private static func template(_ spec: JSONValue) -> JSONValue {
    [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate",
      "metadata": ["name": "t", "namespace": "shop"], "spec": spec,
    ]
  }

  private static func metric(_ name: String, _ more: JSONValue = .object([:])) -> JSONValue {
    MergePatch.apply(more, to: ["name": .string(name), "provider": ["web": ["url": "http://127.0.0.1/"]]])
  }

  @Test(arguments: [
    ("web-stable", "canary.stableService"), ("web-canary", "canary.canaryService"),
    ("web-active", "blueGreen.activeService"), ("web-preview", "blueGreen.previewService"),
  ])
  func servicesMustBeThereAndFit(name: String, field: String) throws {
    let rollout = field.hasPrefix("canary") ? Fixture.routedCanary() : Fixture.blueGreen()
    let path = "spec.strategy.\(field): Invalid value: \"\(name)\":"
    #expect(Self.issue(rollout) == nil)
    #expect(Self.issue(rollout) { $0.services[name] = .missing } == "\(path) service \"\(name)\" not found")
    #expect(Self.issue(rollout) { $0.services[name] = .unknown("forbidden") } == nil)
    let selects = "Service \"\(name)\" has unmatch label \"tier\" in rollout: its selector wants tier=front"
    #expect(
      Self.issue(rollout) { Self.edit(&$0, name) { $0.set("front", at: "spec", "selector", "tier") } }
        == "\(path) \(selects)"
    )
    // Labels that the pods get in their role count too.
    let metadata = "\(field.split(separator: ".")[1].replacing("Service", with: "Metadata"))"
    var labelled = rollout
    labelled.set(
      ["labels": ["tier": "front"]],
      at: "spec",
      "strategy",
      field.hasPrefix("canary") ? "canary" : "blueGreen",
      metadata
    )
    #expect(
      Self.issue(labelled) { Self.edit(&$0, name) { $0.set("front", at: "spec", "selector", "tier") } } == nil
    )
    let managed = Self.issue(rollout) {
      Self.edit(&$0, name) { $0.set("other", at: "metadata", "annotations", RolloutNames.managedBy) }
    }
    #expect(managed == "\(path) Service \"\(name)\" is managed by another Rollout, \"other\"")
  }

  private static func edit(_ snapshot: inout Snapshot, _ name: String, _ change: (inout JSONValue) -> Void) {
    guard var service = snapshot.services[name]?.object else { return }
    change(&service)
    snapshot.services[name] = .found(service)
  }

  /// Templates by name, the step's analysis, and what is said.
  static let compositions: [(templates: [String: JSONValue], analysis: JSONValue, issue: String?)] = [
    ([:], use("t"), "\"t\": AnalysisTemplate 't' not found"),
    (
      ["t": template(["templates": [["templateName": "u"]]])], use("t"),
      "\"u\": AnalysisTemplate 'u' not found; AnalysisTemplate 't' names it"
    ),
    (
      ["t": template(["metrics": [metric("a")]]), "u": template(["metrics": [metric("a")]])], use("t", "u"),
      "\"templateNames: [t u]\": two metrics have the same name 'a'"
    ),
    (
      ["t": template(["metrics": [metric("a")], "args": [["name": "x"]]])], use("t"),
      "\"templateNames: [t]\": args.x was not resolved"
    ),
    (
      ["t": template(["metrics": [metric("a", ["interval": "5s"])]])], use("t"),
      "\"templateNames: [t]\": AnalysisTemplate t has metric a which runs indefinitely. "
        + "Invalid value for count: <nil>"
    ),
    (["t": template(["metrics": [metric("a", ["interval": "5s", "count": 3])]])], use("t"), nil),
    (
      [
        "t": template([
          "metrics": [metric("a", ["interval": "5s", "count": "{{args.n}}"])],
          "args": [["name": "n", "value": "3"]],
        ])
      ], use("t"), nil
    ),
    // What only a running release has is no reason to refuse it.
    (
      ["t": template(["metrics": [metric("a")], "args": [["name": "x"]]])],
      [
        "templates": [["templateName": "t"]],
        "args": [
          ["name": "x", "valueFrom": ["fieldRef": ["fieldPath": "status.canary.weights.canary.weight"]]]
        ],
      ], nil
    ),
    (
      ["t": template(["metrics": [metric("a")], "args": [["name": "x"]]])],
      [
        "templates": [["templateName": "t"]],
        "args": [["name": "x", "valueFrom": ["podTemplateHashValue": "Stable"]]],
      ], nil
    ),
  ]

  private static func use(_ names: String...) -> JSONValue {
    ["templates": .array(names.map { ["templateName": .string($0)] })]
  }

  @Test(arguments: compositions)
  func templatesMustFitTogether(templates: [String: JSONValue], analysis: JSONValue, issue: String?) {
    let canary = Fixture.basicCanary(steps: [["setWeight": 5], ["analysis": analysis]])
    let path = "spec.strategy.canary.steps[1].analysis.templates: Invalid value: "
    #expect(Self.issue(canary) { $0.analysisTemplates = templates } == issue.map { path + $0 })
    for field in ["prePromotionAnalysis", "postPromotionAnalysis"] {
      let path = "spec.strategy.blueGreen.\(field).templates: Invalid value: "
      let found = Self.issue(Fixture.blueGreen([field: analysis])) { $0.analysisTemplates = templates }
      #expect(found == issue.map { path + $0 })
    }
  }

  @Test func onlyBackgroundRunsMayGoOnForEver() {
    var canary = Fixture.basicCanary(steps: [["setWeight": 5]])
    let templates = [
      "t": Self.template(["metrics": [Self.metric("a", ["interval": "5s"])], "args": [["name": "x"]]])
    ]
    canary.set(Self.use("t"), at: "spec", "strategy", "canary", "analysis")
    let missing = Self.issue(canary) { $0.analysisTemplates = templates }
    #expect(
      missing
        == "spec.strategy.canary.analysis.templates: Invalid value: \"templateNames: [t]\": args.x was not resolved"
    )
    canary.set([["name": "x", "value": "1"]], at: "spec", "strategy", "canary", "analysis", "args")
    #expect(Self.issue(canary) { $0.analysisTemplates = templates } == nil)
  }

  @Test func theWorkloadMustBeThereAndHaveASoundTemplate() {
    var rollout = Fixture.basicCanary(steps: [["setWeight": 5]])
    let deployment: JSONValue = [
      "apiVersion": "apps/v1", "kind": "Deployment",
      "metadata": ["name": "web", "namespace": "shop", "generation": 1],
      "spec": ["selector": rollout.spec["selector"] ?? .null, "template": rollout.spec["template"] ?? .null],
    ]
    rollout.set(["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"], at: "spec", "workloadRef")
    rollout.set(nil, at: "spec", "template")
    rollout.set(nil, at: "spec", "selector")
    #expect(Self.issue(rollout) { $0.workload = .found(deployment) } == nil)
    #expect(
      Self.issue(rollout) { $0.workload = .missing } == "spec.workloadRef.name: Not found: \"Deployment web\""
    )
    var broken = deployment
    broken.set([], at: "spec", "template", "spec", "containers")
    #expect(
      Self.issue(rollout) { $0.workload = .found(broken) } == "spec.template.spec.containers: Required value"
    )
  }

  @Test func routesMustBeThereAndHaveBothServices() {
    let path = "spec.strategy.canary.trafficRouting.plugins.argoproj-labs/gatewayAPI.httpRoute: "
    #expect(
      Self.issue(Fixture.routedCanary()) { $0.routes = $0.routes.mapValues { _ in .missing } } == path
        + "HTTPRoute \"shop/web\" not found"
    )
    #expect(
      Self.issue(Fixture.routedCanary()) { snapshot in
        snapshot.routes = snapshot.routes.mapValues { _ in .unknown("timed out") }
      } == nil
    )
    let empty = Self.issue(Fixture.routedCanary()) { snapshot in
      snapshot.routes = snapshot.routes.mapValues { reference in
        guard var route = reference.object else { return reference }
        route.set([], at: "spec", "rules")
        return .found(route)
      }
    }
    #expect(empty?.hasPrefix(path + "HTTPRoute \"shop/web\" has no rule with both backends") == true)
  }
}
