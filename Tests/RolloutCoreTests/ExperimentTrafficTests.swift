import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// Weighted templates of a step's Experiment: additional destinations beside canary and stable (reference, 2.10).
@Suite struct ExperimentTrafficTests {
  static func rollout(_ templates: JSONValue, _ more: JSONValue = [:]) -> JSONValue {
    var step: JSONValue = ["duration": "20s", "templates": templates]
    for (key, value) in more.object ?? [:] { step[key] = value }
    var rollout = Fixture.routedCanary(
      steps: [["setWeight": 10], ["experiment": step], ["setWeight": 50], ["pause": [:]]]
    )
    var containers = rollout.spec.at("template", "spec", "containers")?.array ?? []
    containers[0]["ports"] = [["name": "http", "containerPort": 8080]]
    rollout.set(.array(containers), at: "spec", "template", "spec", "containers")
    return rollout
  }

  static let both: JSONValue = [
    ["name": "baseline", "specRef": "stable", "weight": 20],
    ["name": "candidate", "specRef": "canary", "weight": 15],
  ]

  func sim(_ rollout: JSONValue, _ settings: ClusterSim.Settings = .init()) -> ClusterSim {
    var sim = ClusterSim(rollout: rollout, settings: settings)
    sim.analysisTemplates = Fixture.templates
    sim.run(for: .seconds(60))
    sim.setImage("shop:v2")
    return sim
  }

  /// Weights by service as the data plane follows them.
  func shares(_ sim: ClusterSim) -> [String: Int] {
    let backends = sim.dataPlane.values.first?.spec["rules"]?[0]?["backendRefs"]?.array ?? []
    return Dictionary(
      uniqueKeysWithValues: backends.map { ($0["name"]?.string ?? "", $0["weight"]?.int ?? -1) }
    )
  }

  @Test func runningExperimentHasItsSharesAndStableGivesThemUp() throws {
    var sim = sim(Self.rollout(Self.both))
    var invariants = Invariants()
    var seen: [[String: Int]] = []
    for _ in 0..<20 {
      sim.run(for: .seconds(1))
      invariants.check(sim)
      if seen.last != shares(sim) { seen.append(shares(sim)) }
    }
    let name = try #require(sim.experiments.keys.first)
    let wanted = ["web-stable": 55, "web-canary": 10, "\(name)-baseline": 20, "\(name)-candidate": 15]
    #expect(shares(sim) == wanted)
    #expect(seen == [["web-stable": 100, "web-canary": 0], ["web-stable": 90, "web-canary": 10], wanted])
    let status = sim.rollout.status.at("canary", "weights")
    #expect(status?.at("stable", "weight") == 55)
    #expect(status?["additional"]?[0]?["serviceName"]?.string == "\(name)-baseline")
    #expect(status?["additional"]?[1]?["weight"] == 15)
    let hash = sim.replicaSets["\(name)-candidate"]?.labels[RolloutNames.podTemplateHash]
    #expect(status?["additional"]?[1]?["podTemplateHash"]?.string == hash)
    #expect(
      sim.events.last { $0.reason == "TrafficWeightUpdated" }?.message
        == "Traffic weight updated from 10 to 10, additional: \(name)-baseline=20, \(name)-candidate=15"
    )
    #expect(sim.readyPods(behind: "\(name)-candidate") == 1)

    sim.run(for: .seconds(90)) { sim, _ in invariants.check(sim) }
    #expect(shares(sim) == ["web-stable": 50, "web-canary": 50])
    #expect(sim.rollout.status.at("canary", "weights", "additional") == nil)
    #expect(sim.services.keys.sorted() == ["web-canary", "web-stable"], "its Services went with its pods")
    #expect(invariants.violations.isEmpty, "\(invariants.violations)")
    #expect(sim.isQuiet)
  }

  @Test(arguments: [0, 4])
  func podsOfAnExperimentStayUntilNoRouteLeadsToThem(lag: Int) {
    var sim = sim(
      Self.rollout(Self.both, ["scaleDownDelaySeconds": 0]),
      .init(routeLag: lag)
    )
    var invariants = Invariants()
    for _ in 0..<90 {
      sim.run(for: .seconds(1)) { sim, _ in invariants.check(sim) }
      invariants.check(sim)
    }
    #expect(sim.experiments.keys.allSatisfy { sim.phase($0) == "Successful" })
    #expect(sim.experiments.keys.allSatisfy { sim.sizes($0) == ["baseline": 0, "candidate": 0] })
    #expect(invariants.violations.isEmpty, "\(invariants.violations)")
  }

  @Test func abortTakesTheSharesBackInTheSamePlan() throws {
    var sim = sim(Self.rollout(Self.both))
    sim.run(for: .seconds(20))
    sim.abort()
    let aborting = plan(sim.snapshot())
    guard case .changeRoute = aborting.effects.first else {
      Issue.record("the abort does not begin with the route: \(aborting.effects)")
      return
    }
    try sim.perform(aborting)
    let backends = sim.routes.values.first?.spec["rules"]?[0]?["backendRefs"]?.array
    #expect(backends?.compactMap { $0["name"]?.string } == ["web-stable", "web-canary"])
    sim.run(for: .seconds(90))
    #expect(shares(sim) == ["web-stable": 100, "web-canary": 0])
    #expect(sim.isQuiet)
  }

  @Test func templateThatFallsBackLosesItsShareUntilItIsWhole() throws {
    var sim = sim(Self.rollout(Self.both, ["duration": "10m"]))
    sim.run(for: .seconds(30))
    let name = try #require(sim.experiments.keys.first)
    sim.settings.podStart = 20...20
    sim.loseReplicaSet("\(name)-candidate")
    sim.run(for: .seconds(10))
    #expect(shares(sim) == ["web-stable": 90, "web-canary": 10])
    sim.run(for: .seconds(30))
    #expect(shares(sim)["\(name)-candidate"] == 15)
  }

  @Test func sharesThatDoNotFitAreCutAndThePortIsThatOfThePods() throws {
    var sim = sim(
      Self.rollout([
        ["name": "a", "specRef": "canary", "weight": 80], ["name": "b", "specRef": "canary", "weight": 80],
      ])
    )
    sim.run(for: .seconds(20))
    let name = try #require(sim.experiments.keys.first)
    #expect(shares(sim) == ["web-stable": 0, "web-canary": 10, "\(name)-a": 80, "\(name)-b": 10])
    let backends = sim.routes.values.first?.spec["rules"]?[0]?["backendRefs"]
    #expect(backends?[2]?["port"] == 8080)
    #expect(backends?[0]?["port"] == 80)
  }

  @Test func serviceOfTheTemplatesOwnNameWithoutAShareGetsNoRequests() throws {
    var sim = sim(
      Self.rollout([["name": "a", "specRef": "canary", "service": ["name": "web-trial"]]])
    )
    sim.run(for: .seconds(20))
    #expect(sim.services["web-trial"] != nil)
    #expect(sim.readyPods(behind: "web-trial") == 1)
    #expect(shares(sim) == ["web-stable": 90, "web-canary": 10])
  }
}
