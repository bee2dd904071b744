import KubeModel
import Primitives
import RolloutCore
import Testing

/// Single plans of an Experiment: what it makes, what it says, and what it does about refusals.
@Suite struct ExperimentPlanTests {
  static let start = Instant(secondsSinceEpoch: 1_800_000_000)

  func snapshot(_ experiment: JSONValue, after seconds: Int = 10) -> ExperimentSnapshot {
    var experiment = experiment
    experiment.set(.string(Self.start.rfc3339), at: "metadata", "creationTimestamp")
    return ExperimentSnapshot(
      now: Self.start + .seconds(seconds),
      experiment: experiment,
      analysisTemplates: Fixture.templates
    )
  }

  /// The next look, when all that was planned has happened and the pods are available or not.
  func after(_ snapshot: ExperimentSnapshot, _ plan: ExperimentPlan, areAvailable: Bool = true)
    -> ExperimentSnapshot
  {
    var next = snapshot
    next.now = snapshot.now + .seconds(1)
    next.experiment["status"] = MergePatch.apply(plan.statusPatch ?? [:], to: snapshot.experiment["status"])
    for effect in plan.effects {
      switch effect {
      case .createReplicaSet(var set):
        let size = areAvailable ? set.spec["replicas"] ?? 0 : 0
        set["status"] = ["replicas": size, "readyReplicas": size, "availableReplicas": size]
        next.replicaSets.append(set)
      case .createService(let service): next.services.append(service)
      case .createAnalysisRun(let run): next.analysisRuns.append(run)
      default: break
      }
    }
    return next
  }

  /// Planned until it is quiet.
  func settled(_ snapshot: ExperimentSnapshot) -> (ExperimentSnapshot, [Effect]) {
    var (snapshot, effects) = (snapshot, [Effect]())
    for _ in 0..<6 {
      let plan = planExperiment(snapshot)
      effects += plan.effects
      snapshot = after(snapshot, plan)
    }
    return (snapshot, effects)
  }

  func replicaSets(_ effects: [Effect]) -> [JSONValue] {
    effects.compactMap { if case .createReplicaSet(let set) = $0 { set } else { nil } }
  }

  @Test func replicaSetsAreNamedOwnedAndToldApart() throws {
    let template = Fixture.template("purple", ["replicas": 2, "minReadySeconds": 5])
    let plan = planExperiment(snapshot(Fixture.experiment(["templates": [template]])))
    let set = try #require(replicaSets(plan.effects).first)
    #expect(set.name == "colours-purple")
    #expect(set.controllerReference?["kind"] == "Experiment")
    #expect(
      set.annotations == [
        "experiment.argoproj.io/name": "colours", "experiment.argoproj.io/template-name": "purple",
      ]
    )
    let hash = try #require(set.labels[RolloutNames.podTemplateHash])
    #expect(set.labels == [RolloutNames.podTemplateHash: hash])
    #expect(
      set.spec["selector"]?["matchLabels"] == ["app": "demo", "rollouts-pod-template-hash": .string(hash)]
    )
    #expect(set.spec["replicas"] == 2)
    #expect(set.spec["minReadySeconds"] == 5)
    let other = Fixture.experiment(["templates": [template]], name: "again")
    let twin = try #require(replicaSets(planExperiment(snapshot(other)).effects).first)
    #expect(twin.labels != set.labels, "equal pods of two Experiments have hashes of their own")
  }

  @Test func planningTwiceWritesNothing() {
    let more: JSONValue = ["duration": "1h", "analyses": Fixture.analyses("judge")]
    let (rest, _) = settled(snapshot(Fixture.experiment(more)))
    let plan = planExperiment(rest)
    #expect(plan.isQuiet, "\(plan.effects) \(plan.statusPatch ?? .null)")
    #expect(plan.phaseText == "Running")
  }

  @Test func nameOfSomebodyElseIsGoneRound() throws {
    var first = snapshot(Fixture.experiment())
    first.refusals = ["ReplicaSet/colours-orange": .occupied]
    let plan = planExperiment(first)
    let names = replicaSets(plan.effects).map(\.name)
    let hash = try #require(replicaSets(plan.effects).last?.labels[RolloutNames.podTemplateHash])
    #expect(names == ["colours-purple", "colours-orange-\(hash)"])
    #expect(plan.status.template("orange")?.collisionCount == 1)
    let (rest, _) = settled(after(first, plan))
    #expect(planExperiment(rest).phaseText == "Running")
  }

  static let refused: [(String, JSONValue, String)] = [
    (
      "ReplicaSet/colours-orange", [:],
      "Failed to create ReplicaSet for template 'orange': no such field"
    ),
    (
      "Service/colours-orange", ["templates": [Fixture.template("orange", ["service": [:]])]],
      "Failed to create Service colours-orange for template 'orange': no such field"
    ),
    (
      "AnalysisRun/colours-judge", ["analyses": Fixture.analyses("judge")],
      "Failed to create AnalysisRun for analysis 'judge': no such field"
    ),
  ]

  @Test(arguments: refused)
  func whatTheAPIWillNeverHaveEndsIt(object: String, more: JSONValue, says: String) {
    var (rest, _) = settled(snapshot(Fixture.experiment(more)))
    let (kind, name) = (object.prefix { $0 != "/" }, object.drop { $0 != "/" }.dropFirst())
    if kind == "ReplicaSet" { rest.replicaSets.removeAll { $0.name == name } }
    if kind == "Service" { rest.services.removeAll { $0.name == name } }
    if kind == "AnalysisRun" { rest.analysisRuns = [] }
    rest.refusals = [object: .rejected("no such field")]
    let plan = planExperiment(rest)
    #expect(plan.phaseText == "Error")
    #expect(plan.status.message == says)
  }

  @Test func serviceHasAllPortsOnceAndNamesWhereThereAreSeveral() throws {
    var template = Fixture.template("purple", ["service": [:]])
    template.set(
      [
        [
          "name": "a", "image": "a",
          "ports": [["containerPort": 80], ["containerPort": 53, "protocol": "UDP", "name": "dns"]],
        ],
        ["name": "b", "image": "b", "ports": [["containerPort": 80]]],
      ],
      at: "template",
      "spec",
      "containers"
    )
    let (rest, effects) = settled(snapshot(Fixture.experiment(["templates": [template]])))
    let service = try #require(
      effects.compactMap { if case .createService(let service) = $0 { service } else { nil } }.first
    )
    let hash = try #require(rest.replicaSets.first?.labels[RolloutNames.podTemplateHash])
    #expect(service.name == "colours-purple")
    #expect(service.spec["selector"] == ["rollouts-pod-template-hash": .string(hash)])
    #expect(
      service.spec["ports"] == [
        ["name": "port-1", "port": 80, "targetPort": 80, "protocol": "TCP"],
        ["name": "dns", "port": 53, "targetPort": 53, "protocol": "UDP"],
      ]
    )
    let status = planExperiment(rest).status.template("purple")
    #expect(status?.serviceName == "colours-purple")
    #expect(status?.podTemplateHash == hash)
  }

  @Test func whatTurnsOutToBeTakenIsNotWaitedFor() {
    var (rest, _) = settled(
      snapshot(
        Fixture.experiment([
          "templates": [Fixture.template("purple", ["service": [:]])], "analyses": Fixture.analyses("judge"),
        ])
      )
    )
    rest.analysisRuns = []
    rest.refusals = ["AnalysisRun/colours-judge": .occupied]
    #expect(planExperiment(rest).status.analysis("judge")?.run == "colours-judge.1")
    rest.services = []
    rest.refusals = ["Service/colours-purple": .occupied]
    #expect(planExperiment(rest).status.message.hasSuffix("is not owned by experiment template purple"))
  }

  @Test func noServiceWithoutPortsAndNoneThatBelongsToSomebodyElse() {
    var silent = Fixture.template("purple", ["service": [:]])
    silent.set([["name": "a", "image": "a"]], at: "template", "spec", "containers")
    let (_, effects) = settled(snapshot(Fixture.experiment(["templates": [silent]])))
    #expect(effects.count == 1, "\(effects)")

    let named = Fixture.template("purple", ["service": ["name": "shop"]])
    var (rest, _) = settled(snapshot(Fixture.experiment(["templates": [named]])))
    rest.services = [["kind": "Service", "metadata": ["name": "shop", "namespace": "shop"]]]
    let plan = planExperiment(rest)
    #expect(plan.phaseText == "Error")
    #expect(
      plan.status.message.hasSuffix(
        "service shop already exists and is not owned by experiment template purple"
      )
    )
  }

  @Test func argumentsTellOfTemplatesAndTimes() throws {
    let names = [
      "templates.purple.podTemplateHash", "templates.purple.replicaset.name", "templates.purple.replicas",
      "experiment.availableAt", "experiment.finishedAt",
    ]
    let analysis: JSONValue = [
      "name": "judge", "templateName": "asking",
      "args": .array(
        names.enumerated().map { ["name": .string("a\($0)"), "value": .string("<{{\($1)}}>")] } + [
          ["name": "secret", "valueFrom": ["secretKeyRef": ["name": "s", "key": "k"]]],
          ["name": "whose", "valueFrom": ["fieldRef": ["fieldPath": "metadata.name"]]],
        ]
      ),
    ]
    var first = snapshot(Fixture.experiment(["duration": "1h", "analyses": [analysis]]))
    first.analysisTemplates["asking"] = [
      "metadata": ["name": "asking"],
      "spec": [
        "args": .array((names.indices.map { "a\($0)" } + ["secret", "whose"]).map { ["name": .string($0)] }),
        "metrics": [["name": "m", "provider": ["web": ["url": "http://127.0.0.1"]]]],
      ],
    ]
    let (rest, _) = settled(first)
    let run = try #require(rest.analysisRuns.first)
    #expect(run.name == "colours-judge")
    #expect(run.controllerReference?["kind"] == "Experiment")
    let hash = try #require(
      rest.replicaSets.first { $0.name == "colours-purple" }?.labels[RolloutNames.podTemplateHash]
    )
    let values = (run.spec["args"]?.array ?? []).map { $0["value"]?.string }
    let (began, ends) = ("2027-01-15T08:00:11Z", "2027-01-15T09:00:11Z")
    #expect(values == ["<\(hash)>", "<colours-purple>", "<1>", "<\(began)>", "<\(ends)>", nil, "colours"])
    #expect(run.spec["args"]?[5]?.at("valueFrom", "secretKeyRef", "name") == "s")
  }

  @Test func argumentOfAnUnknownTemplateIsAnError() {
    let analysis: JSONValue = [
      "name": "judge", "templateName": "success-rate",
      "args": [["name": "hash", "value": "{{templates.green.podTemplateHash}}"]],
    ]
    let (rest, _) = settled(snapshot(Fixture.experiment(["analyses": [analysis]])))
    #expect(rest.experiment.status["phase"] == "Error")
    #expect(
      rest.experiment.status["message"]
        == "Failed to create AnalysisRun for analysis 'judge': failed to resolve {{templates.green.podTemplateHash}}"
    )
  }

  @Test func missingAnalysisTemplateIsAnErrorBeforeAnythingIsAvailable() {
    let analyses: JSONValue = [["name": "judge", "templateName": "nowhere"]]
    let early = planExperiment(snapshot(Fixture.experiment(["analyses": analyses]), after: 1))
    #expect(early.phaseText == "Pending", "it may have been applied together with it")
    #expect(early.wake == .at(Self.start + .seconds(3)))
    let late = planExperiment(snapshot(Fixture.experiment(["analyses": analyses]), after: 3))
    #expect(late.phaseText == "Error")
    #expect(late.status.message.hasSuffix("'judge': AnalysisTemplate \"nowhere\" not found"))
    #expect(replicaSets(late.effects).isEmpty)
  }

  @Test func runsTakeOverRulesAndMetadata() throws {
    let more: JSONValue = [
      "analyses": Fixture.analyses("judge"), "dryRun": [["metricName": "success-rate"]],
      "measurementRetention": [["metricName": "success-rate", "limit": 3]],
      "analysisRunMetadata": ["labels": ["team": "shop"], "annotations": ["why": "trial"]],
    ]
    let (rest, _) = settled(snapshot(Fixture.experiment(more)))
    let run = try #require(rest.analysisRuns.first)
    #expect(run.spec["dryRun"] == [["metricName": "success-rate"]])
    #expect(run.spec["measurementRetention"] == [["metricName": "success-rate", "limit": 3]])
    #expect(run.labels == ["team": "shop"])
    #expect(run.annotations == ["why": "trial"])
  }

  @Test func runWithoutAReferenceIsTakenUpOrEnded() throws {
    var (rest, _) = settled(snapshot(Fixture.experiment(["analyses": Fixture.analyses("judge")])))
    rest.experiment.set(nil, at: "status", "analysisRuns")
    let adopted = planExperiment(rest)
    #expect(adopted.effects.isEmpty, "the crash came between the run and the status")
    #expect(adopted.status.analysis("judge")?.run == "colours-judge")

    let present = try #require(rest.analysisRuns.first)
    var foreign = present
    foreign.set([], at: "metadata", "ownerReferences")
    rest.analysisRuns = [foreign]
    let named = planExperiment(rest)
    #expect(named.status.analysis("judge")?.run == "colours-judge.1")

    var stray = present
    stray.set("colours-stray", at: "metadata", "name")
    rest.analysisRuns = [present, stray]
    #expect(planExperiment(rest).effects == [.terminateAnalysisRun(name: "colours-stray")])
  }

  static let invalid: [(JSONValue, String)] = [
    (["templates": []], "spec.templates: Required value"),
    (["templates": [Fixture.template("")]], "spec.templates[0].name: Required value"),
    (
      ["templates": [Fixture.template("a"), Fixture.template("a")]],
      "spec.templates[1].name: Duplicate value: \"a\""
    ),
    (["templates": [Fixture.template("a", ["selector": [:]])]], "spec.templates[0].selector: Required value"),
    (
      ["templates": [Fixture.template("a", ["minReadySeconds": 601])]],
      "spec.templates[0].minReadySeconds: Invalid value"
    ),
    (["duration": "soon"], "spec.duration: Invalid value: \"soon\""),
    (["analyses": [["name": "a"]]], "spec.analyses[0].templateName: Required value"),
  ]

  @Test(arguments: invalid)
  func invalidSpecIsAConditionAndNoWork(more: JSONValue, says: String) {
    let first = snapshot(Fixture.experiment(more))
    let plan = planExperiment(first)
    #expect(plan.effects.isEmpty)
    #expect(plan.status.phase == nil)
    let condition = plan.status.conditions.first
    #expect(condition?.type == "InvalidSpec" && condition?.status == "True")
    #expect(condition?.message.hasPrefix("The Experiment \"colours\" is invalid: \(says)") == true, "\(plan)")
    var next = after(first, plan)
    #expect(planExperiment(next).isQuiet)
    next.experiment["spec"] = Fixture.experiment().spec
    #expect(planExperiment(next).status.conditions.allSatisfy { $0.type != "InvalidSpec" })
  }

  /// Nothing would bring it to its end any more, and its pods would run for ever.
  @Test(arguments: invalid)
  func whatRunsEndsWhenItsSpecIsMadeInvalid(more: JSONValue, says: String) {
    let valid: JSONValue = ["scaleDownDelaySeconds": 0, "analyses": Fixture.analyses("judge")]
    var (next, effects) = settled(snapshot(Fixture.experiment(valid)))
    #expect(next.experiment.status["phase"] == "Running")
    #expect(replicaSets(effects).count == 2)
    for (key, value) in more.object ?? [:] { next.experiment.set(value, at: "spec", key) }
    let plan = planExperiment(next)
    #expect(plan.statusPatch?["phase"] == "Error")
    #expect(plan.status.message.hasPrefix("Experiment spec invalid: \(says)"), "\(plan.status.message)")
    let scaled = plan.effects.compactMap { effect -> Int? in
      if case .scaleReplicaSet(_, _, let size, _, _) = effect { size } else { nil }
    }
    #expect(scaled == [0, 0])
    #expect(replicaSets(plan.effects).isEmpty)
    #expect(plan.effects.contains(.terminateAnalysisRun(name: "colours-judge")))
    #expect(plan.events.contains { $0.reason == "ExperimentError" && $0.type == "Warning" })
    #expect(plan.status.conditions.contains { $0.type == "InvalidSpec" && $0.status == "True" })
    // It stays over when the spec is mended.
    var mended = after(next, plan)
    mended.experiment["spec"] = Fixture.experiment(valid).spec
    #expect(mended.experiment.status["phase"] == "Error")
    #expect(planExperiment(mended).statusPatch?["phase"] == nil)
  }

  @Test func statusIsReadBackAsItWasWritten() {
    let more: JSONValue = [
      "templates": [Fixture.template("purple", ["service": [:]])], "analyses": Fixture.analyses("judge"),
    ]
    let (rest, _) = settled(snapshot(Fixture.experiment(more)))
    let status = ExperimentStatus(rest.experiment.status)
    #expect(ExperimentStatus(status.json(over: [:])) == status)
    #expect(status.json(over: rest.experiment.status) == rest.experiment.status)
    let template = rest.experiment.status["templateStatuses"]?[0]
    #expect(template?["updatedReplicas"] == 1 && template?["status"] == "Running")
  }
}

extension ExperimentPlan {
  fileprivate var phaseText: String { status.json(over: [:])["phase"]?.string ?? "" }
}
