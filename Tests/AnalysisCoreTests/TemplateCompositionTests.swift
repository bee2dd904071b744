import AnalysisCore
import KubeModel
import Primitives
import Testing

private func template(
  _ metrics: [String],
  args: JSONValue = [],
  templates: JSONValue = [],
  dryRun: JSONValue = []
) -> JSONValue {
  [
    "spec": [
      "metrics": .array(metrics.map { metric($0) }), "args": args, "templates": templates, "dryRun": dryRun,
    ]
  ]
}

private func use(_ names: String...) -> JSONValue {
  ["templates": .array(names.map { ["templateName": .string($0)] })]
}

private func compose(
  _ analysis: JSONValue,
  _ templates: [String: JSONValue],
  _ arguments: [AnalysisArgument] = []
) throws(CompositionError) -> JSONValue {
  try TemplateComposition.compose(analysis, arguments: arguments) { reference in
    templates[(reference.isClusterScoped ? "cluster/" : "") + reference.name]
  }
}

@Suite("The composition of templates")
struct TemplateCompositionTests {
  @Test("joins metrics, those of the namespace before those of the cluster, each template once")
  func order() throws {
    let spec = try compose(
      [
        "templates": [
          ["templateName": "c", "clusterScope": true], ["templateName": "a"], ["templateName": "b"],
        ]
      ],
      [
        "a": template(["a1"], templates: [["templateName": "b"]]), "b": template(["b1", "b2"]),
        "cluster/c": template(["c1"], templates: [["templateName": "b"]]),
      ]
    )
    #expect(spec["metrics"]?.array?.compactMap { $0["name"]?.string } == ["b1", "b2", "a1", "c1"])
    #expect(spec["args"] == nil && spec["dryRun"] == nil)
  }

  @Test("joins the rules of templates and of the Rollout")
  func rules() throws {
    var analysis = use("a")
    analysis["dryRun"] = [["metricName": "y"]]
    let spec = try compose(analysis, ["a": template(["x", "y"], dryRun: [["metricName": "x"]])])
    #expect(spec["dryRun"] == [["metricName": "x"], ["metricName": "y"]])
  }

  @Test(
    "refuses what makes no run, with the reason",
    arguments: [
      (use(), "an analysis needs at least one template"),
      (use("gone"), "AnalysisTemplate 'gone' not found"),
      (use("lost"), "AnalysisTemplate 'gone' not found; AnalysisTemplate 'lost' names it"),
      (
        ["templates": [["templateName": "a", "clusterScope": true]]],
        "ClusterAnalysisTemplate 'a' not found"
      ),
      (use("self"), "analysis templates name each other in a circle: self -> self"),
      (use("x"), "analysis templates name each other in a circle: x -> y -> x"),
      (use("a", "same"), "two metrics have the same name 'a1'"),
      (use("needs"), "args.z was not resolved"),
      (use("one", "two"), "argument v specified multiple times with different values: '1', '2'"),
      (use("rule", "rule2"), "two dryRun rules have the same metricName 'r'"),
      (
        ["templates": [["templateName": "rule"]], "dryRun": [["metricName": "r"]]],
        "two dryRun rules have the same metricName 'r'"
      ),
      (use("keep", "keep2"), "two measurementRetention rules have the same metricName 'k'"),
    ] as [(JSONValue, String)]
  )
  func errors(_ analysis: JSONValue, _ message: String) {
    let templates: [String: JSONValue] = [
      "a": template(["a1"]), "same": template(["a1"]),
      "lost": template([], templates: [["templateName": "gone"]]),
      "self": template(["s"], templates: [["templateName": "self"]]),
      "x": template(["x"], templates: [["templateName": "y"]]),
      "y": template(["y"], templates: [["templateName": "x"]]),
      "needs": template(["n"], args: [["name": "z"]]),
      "one": template(["o"], args: [["name": "v", "value": "1"]]),
      "two": template(["t"], args: [["name": "v", "value": "2"]]),
      "rule": template(["r"], dryRun: [["metricName": "r"]]),
      "rule2": template(["r2"], dryRun: [["metricName": "r"]]),
      "keep": ["spec": ["metrics": [], "measurementRetention": [["metricName": "k", "limit": 1]]]],
      "keep2": ["spec": ["metrics": [], "measurementRetention": [["metricName": "k", "limit": 2]]]],
    ]
    let error = #expect(throws: CompositionError.self) { try compose(analysis, templates) }
    #expect(error?.description == message)
    #expect((error?.missing != nil) == message.contains("not found"))
  }

  @Test("takes given arguments before defaults, and drops those that no template declares")
  func arguments() throws {
    let secret: JSONValue = ["secretKeyRef": ["name": "s", "key": "k"]]
    let templates = [
      "a": template(
        ["a1"],
        args: [
          ["name": "x"], ["name": "y", "value": "default"], ["name": "later"],
          ["name": "token", "valueFrom": secret],
          ["name": "over", "valueFrom": secret],
        ]
      ), "b": template(["b1"], args: [["name": "later", "value": "from b"]]),
    ]
    let given = [
      AnalysisArgument(name: "x", value: "1"), AnalysisArgument(name: "unknown", value: "2"),
      AnalysisArgument(name: "over", value: "3"),
    ]
    let spec = try compose(use("a", "b"), templates, given)
    let expected: JSONValue = [
      ["name": "x", "value": "1"], ["name": "y", "value": "default"], ["name": "later", "value": "from b"],
      ["name": "token", "valueFrom": secret], ["name": "over", "value": "3"],
    ]
    #expect(spec["args"] == expected)
    let secretly = AnalysisArgument(name: "y", value: nil, valueFrom: secret)
    let late = try compose(use("a", "b"), templates, given + [secretly])
    #expect(late["args"]?[1] == ["name": "y", "valueFrom": secret])
  }

  @Test("takes an argument that is declared twice once, also with the same value")
  func sameArguments() throws {
    let templates = [
      "a": template(["a1"], args: [["name": "x", "value": "1"]]),
      "b": template(["b1"], args: [["name": "x", "value": "1"]]),
      "c": template(["c1"], args: [["name": "x"]]),
    ]
    #expect(try compose(use("a", "b", "c"), templates)["args"] == [["name": "x", "value": "1"]])
  }
}

@Suite("Arguments of a Rollout")
struct RolloutArgumentTests {
  private static let rollout: JSONValue = [
    "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
    "metadata": [
      "name": "web", "namespace": "shop", "uid": "u1",
      "labels": [
        "app.kubernetes.io/name": "web", "argo-rollouts.argoproj.io/controller-instance-id": "blue",
      ],
    ],
    "spec": [
      "replicas": 3, "selector": ["matchLabels": ["app": "web"]], "factor": 0.00001,
      "containers": [["image": "web:2"]],
    ],
  ]

  @Test(
    "are read from its fields",
    arguments: [
      ("metadata.name", "web"), ("metadata.labels['app.kubernetes.io/name']", "web"), ("spec.replicas", "3"),
      ("spec.containers[0].image", "web:2"), ("spec.factor", "1e-05"),
      (
        "metadata.labels",
        "app.kubernetes.io/name=\"web\"\nargo-rollouts.argoproj.io/controller-instance-id=\"blue\""
      ),
    ]
  )
  func fields(_ path: String, _ expected: String) throws {
    #expect(try RolloutField.text(at: path, in: Self.rollout) == expected)
  }

  @Test(
    "cannot be read where nothing or no scalar is",
    arguments: ["spec.none", "spec.selector", "", "a..b", "spec[0", "spec.containers[7]"]
  )
  func noField(_ path: String) {
    #expect(throws: ArgumentError.self) { try RolloutField.text(at: path, in: Self.rollout) }
  }

  @Test("get hashes, fields and values")
  func resolve() throws {
    let arguments: [JSONValue] = [
      ["name": "a", "value": "1"], ["name": "b", "valueFrom": ["podTemplateHashValue": "Latest"]],
      ["name": "c", "valueFrom": ["podTemplateHashValue": "Stable"]],
      ["name": "d", "valueFrom": ["fieldRef": ["fieldPath": "metadata.name"]]],
    ]
    func resolve(stable: String?) throws(ArgumentError) -> [String?] {
      try RolloutArguments.resolve(arguments, latestHash: "new", stableHash: stable) {
        path throws(ArgumentError) in
        try RolloutField.text(at: path, in: Self.rollout)
      }.map(\.value)
    }
    #expect(try resolve(stable: "old") == ["1", "new", "old", "web"])
    #expect(throws: ArgumentError("args.c: there is no stable pod template hash")) {
      try resolve(stable: nil)
    }
  }

  @Test("make runs with deterministic names, labels and an owner")
  func makeRun() {
    let analysis: JSONValue = [
      "analysisRunMetadata": ["labels": ["team": "a", "app": "lost"], "annotations": ["note": "b"]]
    ]
    let run = makeAnalysisRun(
      .step(2),
      of: Self.rollout,
      analysis: analysis,
      spec: ["metrics": []],
      podHash: "abc",
      revision: 4
    )
    #expect(run.name == "web-abc-4-2" && run.namespace == "shop")
    #expect(
      run.labels == [
        "rollouts-pod-template-hash": "abc", "rollout-type": "Step", "step-index": "2", "team": "a",
        "app": "web",
        "argo-rollouts.argoproj.io/controller-instance-id": "blue",
      ]
    )
    #expect(run.annotations == ["rollout.argoproj.io/revision": "4", "note": "b"])
    #expect(run.controllerReference?["uid"] == "u1")
    let names = [AnalysisRunKind.background, .prePromotion, .postPromotion].map {
      $0.name(rollout: "web", podHash: "abc", revision: 4)
    }
    #expect(names == ["web-abc-4", "web-abc-4-pre", "web-abc-4-post"])
  }

  @Test(
    "give a run whose name is taken the next number",
    arguments: [
      ("web-7f9-2", "web-7f9-2.1"), ("web-7f9-2.9", "web-7f9-2.10"), ("a.b-7f9-2-0", "a.b-7f9-2-0.1"),
    ]
  )
  func nextName(_ name: String, _ next: String) {
    #expect(nextAnalysisRunName(after: name) == next)
  }
}
