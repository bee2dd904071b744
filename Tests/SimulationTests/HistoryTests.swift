import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// Random lives of a rollout; a failing seed is reproduced by its number alone. `serin simulate` plays thousands.
@Suite struct HistoryTests {
  /// A thousand histories over all ways to release, shorter ones than `serin simulate` plays.
  @Test(arguments: Worlds.all.map(\.name))
  func invariantsHoldThroughRandomHistories(of name: String) async throws {
    let world = try #require(Worlds.all.first { $0.name == name })
    let each = UInt64(1000 / Worlds.all.count + 1)
    let result = await Histories(world: world, seeds: 1..<(each + 1), actions: 4).play()
    #expect(result.broken.isEmpty, "\(name): \(result.broken.first.map { "\($0)" } ?? "")")
  }

  /// Seeds that once failed, by way to release, and what they found.
  @Test(arguments: [
    ("routed canary", 49, "a release without replicas never ended"),
    ("routed canary with background analysis", 113, "a skipped step gave an unready canary its weight"),
    (
      "routed canary with dynamicStableScale", 11,
      "a newer revision sent all requests to a stable that had shrunk"
    ),
    (
      "routed canary with dynamicStableScale", 65,
      "edited steps sent all requests to a stable that had shrunk"
    ),
    (
      "routed canary with ping and pong", 10,
      "the first revision was never shown by the Service that takes turns"
    ),
    ("basic canary", 165, "a promotion ordered pods beside those of the revision that it had just replaced"),
    ("basic canary without surge", 12, "unready pods of an aborted canary kept stable from growing"),
    ("basic canary without surge", 7, "a Service of all pods was narrowed to a stable with some of them"),
    ("basic canary without surge", 1, "pods of an old revision went while a Service still reached them"),
    ("routed canary with experiments", 20211, "requests were sent back to a stable revision that had died"),
    ("basic canary without surge", 20354, "a revision was made beside one that was not seen yet, with pods"),
    (
      "basic canary without surge", 20695,
      "the canary shrank while the stable Service of a new strategy still reached all pods"
    ),
  ])
  func aSeedThatOnceFailedPasses(in name: String, seed: UInt64, finding: String) throws {
    let world = try #require(Worlds.first.first { $0.name == name })
    #expect(Histories.play(seed, world, 8, .first).violation == nil, "\(finding)")
  }

  /// The same for the full repertoire.
  @Test(arguments: [
    (
      "basic canary", 20161,
      "a preview shrank while the active Service of a new strategy still reached all pods, and no fix of a stable "
        + "revision without all its pods could take that Service over"
    ),
    (
      "basic canary with surge alone", 20183,
      "an aborted canary shrank while the stable Service of a new strategy still reached all pods"
    ),
    ("routed canary with dynamicStableScale", 20110, "a restart took both pods of a canary with requests"),
    (
      "routed canary with dynamicStableScale", 20119,
      "an abort sent all requests to a stable revision that might shrink until a moment before"
    ),
    (
      "routed canary with dynamicStableScale", 70157,
      "pods that a restart took from stable made the promise of a canary that had not grown yet"
    ),
    (
      "routed canary with dynamicStableScale", 70371,
      "a pod was back before the requests that had gone to the other revision followed it"
    ),
    (
      "routed canary after a Deployment", 70097,
      "a restart evicted a pod's unready successor while it missed pods of stable too"
    ),
    (
      "routed canary with experiments", 90081,
      "a restart that saw its ReplicaSets late took an Experiment's pods for those that could be spared"
    ),
    (
      "routed canary with header and mirror routes", 70193,
      "a rule that a former strategy's step had added stood in one end only"
    ),
    (
      "routed canary with ping and pong", 80006,
      "a canary that came back after blue/green took the Service without pods for the stable one"
    ),
    (
      "routed canary without steps", 70235,
      "stable was promoted without pods and never had one that was ready"
    ),
    ("basic canary with a queue of one", 70235, "the same, without a router"),
    ("basic canary with a queue of one", 70477, "the same, with nothing to abort"),
    (
      "blue/green with analyses", 110315,
      "an abort switched back to a stable that lacks a pod, which only canaries were granted"
    ),
    (
      "basic canary with a queue of one", 110052,
      "pods that answered and did not count yet were taken although too few counted"
    ),
    ("basic canary with a deadline", 200385, "the same, of a canary that was aborted"),
    ("basic canary with surge alone", 200050, "the same, of a pod that a restart had replaced"),
    ("basic canary in place of a Deployment", 200019, "the same, while both sides grew"),
    (
      "routed canary with header and mirror routes", 200470,
      "a canary shrank to nothing before a route to it was seen, whose step counted as done"
    ),
    ("routed canary without steps", 220222, "a clock that was set back made a restart take every pod"),
    (
      "routed canary with experiments", 220019,
      "a restart took the only pod of a canary in the plan that sent more requests to it"
    ),
    (
      "routed canary", 230187,
      "a restart waited half a minute for each pod whose ReplicaSet asked for less than the spec"
    ),
    ("basic canary with surge alone", 230005, "the same, and went on long after an abort"),
    (
      "basic canary without surge", 330499,
      "pods were taken by a spec that a refused write had shown to be old"
    ),
    ("routed canary", 320207, "fewer replicas were asked for in the middle of a restart"),
    (
      "basic canary without surge", 220481,
      "pods that became ready while the watch was lost were promised and taken, unseen"
    ),
    (
      "basic canary with a deadline", 70216,
      "pods of a blue/green preview that became ready were no progress"
    ),
    (
      "basic canary with surge alone", 350125,
      "a ReplicaSet that was seen as it had been before a pod became ready gave that pod up"
    ),
    ("routed canary with setCanaryScale", 240246, "the same after the answer to a scaling was lost"),
    (
      "routed canary with dynamicStableScale", 360353,
      "requests left the last ready pod, not available yet, for a stable without any"
    ),
    (
      "routed canary with dynamicStableScale", 370306,
      "stable got its share back before it had grown, when dynamicStableScale was switched off"
    ),
    (
      "routed canary with dynamicStableScale", 410192,
      "pods ordered for requests that came back to stable took longer than the lost ones"
    ),
    (
      "routed canary with a queue", 360071,
      "revisions that waited behind an aborted one were released after it was asked for again"
    ),
    (
      "basic canary", 390085,
      "pods were ordered twice beside a ReplicaSet that a second attempt to create it had found"
    ),
    (
      "basic canary with a deadline", 400315,
      "a promoted revision whose pods never came was progressing for ever, its abort having no effect"
    ),
    (
      "routed canary with dynamicStableScale", 430041,
      "a promise was kept by weights that the routes had left already"
    ),
    (
      "routed canary with setCanaryScale", 440419,
      "a restart that waits for ever for its surge pod had no deadline"
    ),
    (
      "routed canary with dynamicStableScale", 480167,
      "an aborted canary answers for a pod of stable that never comes, which was taken for a fault"
    ),
    ("basic canary", 510115, "the same without a router, where no pod may be missed"),
  ])
  func aSeedOfTheFullRepertoireThatOnceFailedPasses(in name: String, seed: UInt64, finding: String) throws {
    let world = try #require(Worlds.all.first { $0.name == name })
    #expect(Histories.play(seed, world).violation == nil, "\(finding)")
  }

  @Test func aWorldThatBreaksItsPromiseIsNoticed() {
    var sim = ClusterSim(rollout: Self.rollout)
    sim.run(for: .seconds(60))
    var invariants = Invariants()
    invariants.check(sim)
    sim.breakPods(ofImage: "shop:v1")
    invariants.check(sim)
    #expect(invariants.violations == ["at 60 s: 0 ready pods, the spec promises 4"])
    invariants.forgive(sim)
    invariants.check(sim)
    #expect(invariants.violations.count == 1)
  }

  @Test func replicasArePromisedFromWhenTheyWereThere() {
    var sim = ClusterSim(rollout: Self.rollout)
    sim.run(for: .seconds(60))
    var invariants = Invariants()
    invariants.check(sim)
    sim.editSpec { $0["replicas"] = 10 }
    invariants.check(sim)
    #expect(invariants.violations.isEmpty)
    sim.run(for: .seconds(60))
    invariants.check(sim)
    sim.breakPods(ofImage: "shop:v1")
    invariants.check(sim)
    #expect(invariants.violations.count == 1)
  }

  @Test func podsThatTheWorldTookAwayAreNoReasonToTakeOthers() throws {
    var sim = ClusterSim(rollout: Self.rollout)
    sim.run(for: .seconds(60))
    var invariants = Invariants()
    invariants.check(sim)
    sim.losePods(3, for: 10)
    invariants.check(sim)
    #expect(invariants.violations.isEmpty)
    let name = try #require(sim.replicaSets.keys.first)
    sim.deleteReplicaSet(name)
    invariants.check(sim)
    #expect(invariants.violations == ["at 60 s: 3 ready pods, the spec promises 4"])
  }

  @Test func requestsThatAreSentWhereNoPodIsReadyAreNoticed() throws {
    var sim = ClusterSim(rollout: Worlds.all[0].rollout(seed: 7))
    sim.analysisTemplates = Worlds.templates
    sim.run(for: .seconds(60))
    var invariants = Invariants()
    invariants.check(sim)
    var (service, route) = (try #require(sim.services["web-canary"]), try #require(sim.routes.values.first))
    service.set("none", at: "spec", "selector", RolloutNames.podTemplateHash)
    let rules = route.at("spec", "rules")?.array ?? []
    var backends = rules.first?["backendRefs"]?.array ?? []
    backends[0]["weight"] = 90
    backends[1]["weight"] = 10
    route.set([["backendRefs": .array(backends)]], at: "spec", "rules")
    sim.find([service, route])
    invariants.check(sim)
    let found = "10 requests are newly sent to web-canary, which has no ready pod"
    #expect(invariants.violations.first?.hasSuffix(found) ?? false)
  }

  @Test func faultsHappen() {
    let world = Worlds.all[0]
    let ends = (UInt64(1)...40).map { History(seed: $0, world: world).play().sim }
    #expect(ends.contains { $0.clockError == .zero })
    #expect(Set(ends.map(\.writes)).count > 20)
  }

  private static let rollout: JSONValue = [
    "metadata": ["name": "web", "namespace": "shop"],
    "spec": [
      "replicas": 5, "selector": ["matchLabels": ["app": "web"]],
      "template": [
        "metadata": ["labels": ["app": "web"]],
        "spec": ["containers": [["name": "web", "image": "shop:v1"]]],
      ],
      "strategy": ["canary": [:]],
    ],
  ]
}
