import GitOpsCore
import KubeModel
import Primitives
import Testing

@Suite struct SyncPlanTests {
  /// A cluster in miniature: applies plans the way server-side apply would, without merging.
  private struct World {
    var source = Samples.source()
    var live: [ObjectID: JSONValue] = [:]
    var inventory: [InventoryEntry] = []
    var readings: [ObjectID: JSONValue] = [:]
    var others: Set<ObjectKey> = []
    var commit = Samples.commit("a")

    func desired(_ objects: [JSONValue], file: String = "envs/production/web.yaml") -> DesiredSet {
      let documents = objects.map { SourceFile.Document(json: $0, line: 1) }
      let set = ManifestSet(files: [SourceFile(path: file, documents: documents)], defaultNamespace: "shop")
      let scopes: [(String, String, Bool)] = [
        ("", "Namespace", false), ("", "ConfigMap", true), ("", "Service", true),
        ("argoproj.io", "Rollout", true), ("argoproj.io", "AnalysisTemplate", true),
        ("gateway.networking.k8s.io", "HTTPRoute", true), ("serin.dev", "GitSource", true),
        ("apiextensions.k8s.io", "CustomResourceDefinition", false),
      ]
      return DesiredSet(
        manifests: set,
        source: source,
        isNamespaced: Dictionary(
          uniqueKeysWithValues: scopes.map { (GroupKind(group: $0.0, kind: $0.1), $0.2) }
        )
      )
    }

    func plan(_ objects: [JSONValue], file: String = "envs/production/web.yaml") -> SyncPlan {
      SyncPlan(
        SyncInput(
          source: source,
          desired: desired(objects, file: file),
          commit: commit,
          live: live,
          inventory: inventory,
          readings: readings,
          otherSources: others
        )
      )
    }

    /// Plans, performs, and returns what was done.
    mutating func sync(_ objects: [JSONValue], file: String = "envs/production/web.yaml") -> [String] {
      let plan = plan(objects, file: file)
      for action in plan.actions {
        switch action {
        case .apply(let object, let id, _, _):
          var object = object
          object.set(.string("1"), at: "metadata", "resourceVersion")
          object.set(.string("uid-\(id.name)"), at: "metadata", "uid")
          live[id] = object
        case .prune(let entry, _): live[entry.id] = nil
        }
      }
      inventory = plan.inventory
      return plan.actions.map(Self.text)
    }

    static func text(_ action: SyncAction) -> String {
      switch action {
      case .apply(_, let id, let wave, let cause):
        "\(cause) \(id)\(wave == 0 ? "" : " wave \(wave)")"
      case .prune(let entry, let uid): "prune \(entry.id) \(uid)"
      }
    }
  }

  private static let namespace: JSONValue = [
    "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "shop"],
  ]
  private static let rollout = Samples.rollout(Samples.template(image: "shop/web:v1"))
  private static let route: JSONValue = [
    "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": ["name": "web"],
    "spec": [
      "rules": [
        [
          "backendRefs": [
            ["name": "web-stable", "port": 80, "weight": 100],
            ["name": "web-canary", "port": 80, "weight": 0],
          ]
        ]
      ]
    ],
  ]
  private static func service(_ name: String) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Service", "metadata": ["name": .string(name)],
      "spec": ["selector": ["app": "web"], "ports": [["port": 80]]],
    ]
  }
  private static func configMap(_ name: String, data: JSONValue = ["a": "1"], wave: String? = nil)
    -> JSONValue
  {
    var object: JSONValue = [
      "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)], "data": data,
    ]
    if let wave { object.set(.string(wave), at: "metadata", "annotations", "argocd.argoproj.io/sync-wave") }
    return object
  }

  private let routeID = ObjectID(
    group: "gateway.networking.k8s.io",
    kind: "HTTPRoute",
    namespace: "shop",
    name: "web"
  )
  private let rolloutID = ObjectID(group: "argoproj.io", kind: "Rollout", namespace: "shop", name: "web")
  private let serviceID = ObjectID(group: "", kind: "Service", namespace: "shop", name: "web-canary")

  @Test func appliesWhatOthersStandOnFirstAndRolloutsLast() {
    var world = World()
    let done = world.sync([
      Self.rollout, Self.route, Self.service("web-stable"), Self.configMap("c"), Self.namespace,
    ])
    #expect(
      done == [
        "missing Namespace shop", "missing ConfigMap shop/c", "missing Service shop/web-stable",
        "missing HTTPRoute shop/web", "missing Rollout shop/web",
      ]
    )
  }

  @Test func honoursSyncWavesBeforeKinds() {
    var world = World()
    let done = world.sync([
      Self.configMap("late", wave: "2"), Self.rollout, Self.configMap("early", wave: "-1"),
    ])
    #expect(
      done == [
        "missing ConfigMap shop/early wave -1", "missing Rollout shop/web",
        "missing ConfigMap shop/late wave 2",
      ]
    )
  }

  @Test func doesNothingWhenNothingChanged() {
    var world = World()
    let objects = [Self.namespace, Self.rollout, Self.route, Self.service("web-canary")]
    #expect(world.sync(objects).count == 4)
    world.commit = Samples.commit("b")
    #expect(world.sync(objects).isEmpty)
  }

  @Test func marksWhatItAppliesWithSourceCommitAndFile() {
    var world = World()
    _ = world.sync([Self.rollout])
    let annotations = world.live[rolloutID]?.annotations ?? [:]
    #expect(annotations["serin.dev/source"] == "shop/config")
    #expect(annotations["serin.dev/source-commit"] == Samples.commit("a"))
    #expect(annotations["serin.dev/source-file"] == "envs/production/web.yaml")
  }

  @Test func keepsTheSourceCommitWhenAnotherFieldDriftsOrTheFileMoves() {
    var world = World()
    _ = world.sync([Self.rollout])
    world.commit = Samples.commit("b")
    world.live[rolloutID]?.set(9, at: "spec", "replicas")
    #expect(world.sync([Self.rollout]) == ["drifted Rollout shop/web"])
    #expect(world.sync([Self.rollout], file: "envs/production/moved.yaml") == ["changed Rollout shop/web"])
    #expect(world.live[rolloutID]?.annotations["serin.dev/source-commit"] == Samples.commit("a"))
    #expect(world.live[rolloutID]?.annotations["serin.dev/source-file"] == "envs/production/moved.yaml")
  }

  @Test func movesTheSourceCommitWhenTheManifestChangesItsMeaning() {
    var world = World()
    _ = world.sync([Self.rollout])
    world.commit = Samples.commit("b")
    let next = Samples.rollout(Samples.template(image: "shop/web:v2"))
    #expect(world.sync([next]) == ["changed Rollout shop/web"])
    #expect(world.live[rolloutID]?.annotations["serin.dev/source-commit"] == Samples.commit("b"))
  }

  @Test func noticesAFieldThatTheManifestNoLongerHas() {
    var world = World()
    _ = world.sync([Self.configMap("c", data: ["a": "1", "b": "2"])])
    #expect(world.sync([Self.configMap("c", data: ["a": "1"])]) == ["changed ConfigMap shop/c"])
  }

  @Test func leavesRouteWeightsToTheRolloutController() {
    var world = World()
    _ = world.sync([Self.rollout, Self.route])
    let weights: [JSONValue] = [
      ["name": "web-stable", "port": 80, "weight": 80], ["name": "web-canary", "port": 80, "weight": 20],
    ]
    world.live[routeID]?.set([["backendRefs": .array(weights)]], at: "spec", "rules")
    #expect(world.sync([Self.rollout, Self.route]).isEmpty)

    var changed = Self.route
    changed.set(["web.example.com"], at: "spec", "hostnames")
    let plan = world.plan([Self.rollout, changed])
    guard case .apply(let body, _, _, .changed)? = plan.actions.first else {
      Issue.record("expected one apply, got \(plan.actions)")
      return
    }
    #expect(body.at("spec", "rules")?[0]?["backendRefs"] == .array(weights))
    #expect(body.resourceVersion == "1")
  }

  @Test func leavesTheHashInAServiceSelectorToTheRolloutController() {
    var world = World()
    let objects = [Self.rollout, Self.service("web-canary")]
    _ = world.sync(objects)
    world.live[serviceID]?.set("abc", at: "spec", "selector", "rollouts-pod-template-hash")
    #expect(world.sync(objects).isEmpty)

    var changed = Self.service("web-canary")
    changed.set("ClusterIP", at: "spec", "type")
    #expect(world.sync([Self.rollout, changed]) == ["changed Service shop/web-canary"])
    #expect(
      world.live[serviceID]?.at("spec", "selector") == ["app": "web", "rollouts-pod-template-hash": "abc"]
    )
  }

  @Test func healsASelectorThatSomeoneElseChanged() {
    var world = World()
    let objects = [Self.rollout, Self.service("web-canary")]
    _ = world.sync(objects)
    world.live[serviceID]?.set("x", at: "spec", "selector", "extra")
    #expect(world.sync(objects) == ["drifted Service shop/web-canary"])
  }

  @Test func healsDriftOnlyWhenAskedTo() {
    var world = World()
    _ = world.sync([Self.configMap("c")])
    let id = ObjectID(group: "", kind: "ConfigMap", namespace: "shop", name: "c")
    world.live[id]?.set("2", at: "data", "a")
    world.source = Samples.source(["sync": ["selfHeal": false]])
    #expect(world.sync([Self.configMap("c")]).isEmpty)
    world.source = Samples.source()
    #expect(world.sync([Self.configMap("c")]) == ["drifted ConfigMap shop/c"])
  }

  @Test func takesNoNoteOfFieldsThatOthersAdded() {
    var world = World()
    _ = world.sync([Self.rollout])
    world.live[rolloutID]?.set("now", at: "spec", "restartAt")
    world.live[rolloutID]?.set(["phase": "Healthy"], at: "status")
    #expect(world.sync([Self.rollout]).isEmpty)
  }

  @Test func doesNotFightAServerThatWritesAValueOtherwise() {
    var world = World()
    let map = Self.configMap("c", data: ["cpu": "0.5"])
    _ = world.sync([map])
    let id = ObjectID(group: "", kind: "ConfigMap", namespace: "shop", name: "c")
    world.live[id]?.set("500m", at: "data", "cpu")
    #expect(world.plan([map]).actions.count == 1)
    let desired = world.desired([map])
    guard let live = world.live[id], let object = desired.objects.first else { return }
    world.readings[id] = SyncPlan.reading(of: live, for: object, in: desired)
    #expect(world.plan([map]).actions.isEmpty)
  }

  @Test func prunesBackwardsWhatGitNoLongerHas() {
    var world = World()
    _ = world.sync([Self.configMap("a"), Self.configMap("keep"), Self.service("s"), Self.rollout])
    #expect(
      world.sync([Self.configMap("keep")]) == [
        "prune Rollout shop/web uid-web", "prune Service shop/s uid-s", "prune ConfigMap shop/a uid-a",
      ]
    )
    #expect(world.inventory.map(\.id.name) == ["keep"])
  }

  @Test func neverPrunesFromAnEmptySetOrWhenAskedNotTo() {
    var world = World()
    _ = world.sync([Self.configMap("a"), Self.configMap("b")])
    #expect(world.plan([]).actions.isEmpty)
    #expect(world.plan([]).inventory.count == 2)
    world.source = Samples.source(["sync": ["prune": false]])
    #expect(world.sync([Self.configMap("b")]).isEmpty)
    #expect(world.inventory.count == 2)
  }

  @Test func neverPrunesItselfItsNamespaceOrWhatIsAnothers() {
    var world = World()
    let itself: JSONValue = [
      "apiVersion": "serin.dev/v1alpha1", "kind": "GitSource", "metadata": ["name": "config"],
    ]
    let guarded = MergePatch.apply(
      ["metadata": ["annotations": ["argocd.argoproj.io/sync-options": "Prune=false"]]],
      to: Self.configMap("guarded")
    )
    _ = world.sync([Self.namespace, itself, Self.configMap("theirs"), guarded, Self.configMap("keep")])
    let theirs = ObjectID(group: "", kind: "ConfigMap", namespace: "shop", name: "theirs")
    world.live[theirs]?.set("other/source", at: "metadata", "annotations", "serin.dev/source")
    #expect(world.sync([Self.configMap("keep")]).isEmpty)
  }

  @Test func doesNotTakeAnObjectFromAnotherSourceThatExists() {
    var world = World()
    _ = world.sync([Self.configMap("c")])
    world.source = GitSource(["metadata": ["name": "second", "namespace": "shop"]])
    world.others = [ObjectKey(namespace: "shop", name: "config")]
    let plan = world.plan([Self.configMap("c")])
    #expect(plan.actions.isEmpty)
    #expect(
      plan.issues.map(\.reason) == [
        "ConfigMap shop/c belongs to the GitSource shop/config; remove it there first"
      ]
    )
    world.others = []
    #expect(world.sync([Self.configMap("c")]) == ["changed ConfigMap shop/c"])
  }

  @Test func appliesTheRestAndPrunesNothingWhenAKindIsNotServed() {
    var world = World()
    _ = world.sync([Self.configMap("gone"), Self.configMap("c")])
    let alien: JSONValue = ["apiVersion": "x.io/v1", "kind": "Alien", "metadata": ["name": "a"]]
    let plan = world.plan([alien, Self.configMap("new")])
    #expect(plan.actions.map(World.text) == ["missing ConfigMap shop/new"])
    #expect(plan.issues.map(\.reason) == ["the cluster serves no Alien of x.io/v1"])
  }

  @Test func takesTheScopeOfAKindFromItsDefinitionInTheSameSet() {
    var world = World()
    let definition: JSONValue = [
      "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
      "metadata": ["name": "aliens.x.io"],
      "spec": ["group": "x.io", "scope": "Cluster", "names": ["kind": "Alien"]],
    ]
    let alien: JSONValue = ["apiVersion": "x.io/v1", "kind": "Alien", "metadata": ["name": "a"]]
    #expect(
      world.sync([alien, definition]) == ["missing CustomResourceDefinition aliens.x.io", "missing Alien a"]
    )
  }

  @Test func waitsForAnObjectThatIsBeingDeleted() {
    var world = World()
    _ = world.sync([Self.configMap("c")])
    let id = ObjectID(group: "", kind: "ConfigMap", namespace: "shop", name: "c")
    world.live[id]?.set("2026-11-21T12:00:00Z", at: "metadata", "deletionTimestamp")
    let plan = world.plan([Self.configMap("c")])
    #expect(plan.actions.isEmpty && plan.waits)
  }
}
