import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// The rule that keeps pods of a new revision off the nodes of the stable one.
@Suite struct AntiAffinityTests {
  static let required: JSONValue = ["requiredDuringSchedulingIgnoredDuringExecution": [:]]
  static let preferred: JSONValue = ["preferredDuringSchedulingIgnoredDuringExecution": ["weight": 7]]

  func start(_ rule: JSONValue) -> ClusterSim {
    var rollout = Fixture.basicCanary(steps: [["setWeight": 50], ["pause": [:]]])
    rollout.set(rule, at: "spec", "strategy", "canary", "antiAffinity")
    var sim = ClusterSim(rollout: rollout)
    sim.run(for: .seconds(60))
    return sim
  }

  func set(_ image: String, _ sim: ClusterSim) -> JSONValue? {
    sim.replicaSets.values.first { ReplicaSetView($0).images["web"] == image }
  }

  func affinity(_ image: String, _ sim: ClusterSim) -> JSONValue? {
    set(image, sim)?.at(["spec", "template", "spec", "affinity"])
  }

  func term(against hash: String) -> JSONValue {
    [
      "labelSelector": [
        "matchExpressions": [
          ["key": "rollouts-pod-template-hash", "operator": "In", "values": [.string(hash)]]
        ]
      ],
      "namespaces": ["shop"], "topologyKey": "kubernetes.io/hostname",
    ]
  }

  @Test func newRevisionKeepsOffTheStableOne() {
    var sim = start(Self.required)
    #expect(affinity("shop:v1", sim) == nil, "a first revision has nobody to keep off")
    let stable = set("shop:v1", sim)?.label(RolloutNames.podTemplateHash) ?? ""
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    let terms: JSONValue = ["requiredDuringSchedulingIgnoredDuringExecution": [term(against: stable)]]
    #expect(affinity("shop:v2", sim) == ["podAntiAffinity": terms])
    sim.resume()
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(affinity("shop:v2", sim) == ["podAntiAffinity": terms], "it stays, and makes no revision")
    #expect(sim.replicaSets.count == 2)
    #expect(plan(sim.snapshot()).isQuiet)
  }

  @Test func preferenceHasItsWeight() {
    var sim = start(Self.preferred)
    let stable = set("shop:v1", sim)?.label(RolloutNames.podTemplateHash) ?? ""
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    let weighted: JSONValue = ["podAffinityTerm": term(against: stable), "weight": 7]
    #expect(
      affinity("shop:v2", sim)
        == ["podAntiAffinity": ["preferredDuringSchedulingIgnoredDuringExecution": [weighted]]]
    )
  }

  @Test func ruleFollowsTheStableRevision() {
    var sim = start(Self.required)
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    sim.promoteFully()
    sim.run(for: .seconds(60))
    let second = set("shop:v2", sim)?.label(RolloutNames.podTemplateHash) ?? ""
    sim.setImage("shop:v1")
    sim.run(for: .seconds(60))
    let terms: JSONValue = ["requiredDuringSchedulingIgnoredDuringExecution": [term(against: second)]]
    #expect(affinity("shop:v1", sim) == ["podAntiAffinity": terms])
    #expect(sim.replicaSets.count == 2)
    sim.editSpec { $0.set(nil, at: "strategy", "canary", "antiAffinity") }
    sim.run(for: .seconds(30))
    #expect(affinity("shop:v1", sim) == nil, "it goes with its configuration while it matters")
  }

  @Test func rulesOfTheTemplateStay() {
    var sim = start(Self.required)
    let own: JSONValue = [
      "labelSelector": ["matchLabels": ["app": "noisy"]], "topologyKey": "kubernetes.io/hostname",
    ]
    let rules: JSONValue = ["podAntiAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": [own]]]
    sim.editSpec { $0.set(rules, at: "template", "spec", "affinity") }
    sim.run(for: .seconds(60))
    let new = sim.replicaSets.values.map { ReplicaSetView($0) }.max { $0.revision < $1.revision }
    let list = ["spec", "template", "spec", "affinity", "podAntiAffinity"]
    let terms = new?.object.at(list + ["requiredDuringSchedulingIgnoredDuringExecution"])?.array
    #expect(terms?.count == 2)
    #expect(terms?.first == own)
    #expect(new?.template.at("spec", "affinity") == rules)
  }
}
