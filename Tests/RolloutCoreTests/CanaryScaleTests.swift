import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// How many pods each side of a routed canary has, step by step (reference, section 2.4).
@Suite struct CanaryScaleTests {
  /// A world after its first revision, with a canary strategy that has these fields besides its services and route.
  static func world(
    replicas: Int = 10,
    steps: JSONValue,
    _ more: JSONValue = .object([:]),
    _ settings: ClusterSim.Settings = .init(podStart: 1...1)
  ) -> ClusterSim {
    var rollout = Fixture.routedCanary(replicas: replicas, steps: steps)
    for (key, value) in more.object ?? [:] { rollout.set(value, at: "spec", "strategy", "canary", key) }
    var sim = ClusterSim(rollout: rollout, settings: settings)
    sim.analysisTemplates = Fixture.templates
    sim.run(for: .seconds(60))
    return sim
  }

  /// Pods of stable and canary, and the canary's weight, at each pause.
  static func pauses(_ sim: inout ClusterSim, count: Int) -> [[Int]] {
    (0..<count).map { _ in
      sim.run(for: .seconds(60))
      defer { sim.resume() }
      return [sim.size(of: "stableRS"), sim.size(of: "currentPodHash"), sim.canaryWeight]
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let more: JSONValue
    let steps: JSONValue
    /// Stable pods, canary pods and weight at each pause.
    let pauses: [[Int]]
  }

  static let cases: [Case] = [
    Case(
      testDescription: "weights alone",
      more: .object([:]),
      steps: [["setWeight": 11], ["pause": [:]], ["setWeight": 50], ["pause": [:]]],
      pauses: [[10, 2, 11], [10, 5, 50]]
    ),
    Case(
      testDescription: "a scale holds over later weights until it is told to follow",
      more: .object([:]),
      steps: [
        ["setCanaryScale": ["replicas": 3]], ["pause": [:]], ["setWeight": 50], ["pause": [:]],
        ["setCanaryScale": ["weight": 25]], ["pause": [:]],
        ["setCanaryScale": ["matchTrafficWeight": true]], ["pause": [:]],
      ],
      pauses: [[10, 3, 0], [10, 3, 50], [10, 3, 50], [10, 5, 50]]
    ),
    Case(
      testDescription: "a step may set scale and weight",
      more: .object([:]),
      steps: [["setCanaryScale": ["replicas": 4], "setWeight": 10], ["pause": [:]]],
      pauses: [[10, 4, 10]]
    ),
    Case(
      testDescription: "a floor for pods",
      more: ["minPodsPerReplicaSet": 3],
      steps: [["setWeight": 0], ["pause": [:]], ["setWeight": 5], ["pause": [:]]],
      pauses: [[10, 0, 0], [10, 3, 5]]
    ),
    Case(
      testDescription: "stable shrinks as traffic leaves it, and grows before it returns",
      more: ["dynamicStableScale": true],
      steps: [
        ["setWeight": 20], ["pause": [:]], ["setWeight": 70], ["pause": [:]], ["setWeight": 40],
        ["pause": [:]],
      ],
      pauses: [[8, 2, 20], [3, 7, 70], [6, 4, 40]]
    ),
    Case(
      testDescription: "a floor on both sides of a stable revision that shrinks",
      more: ["dynamicStableScale": true, "minPodsPerReplicaSet": 4],
      steps: [["setWeight": 10], ["pause": [:]], ["setWeight": 90], ["pause": [:]]],
      pauses: [[9, 4, 10], [4, 9, 90]]
    ),
  ]

  @Test(arguments: cases)
  func sizesFollowTheSteps(_ scenario: Case) {
    var sim = Self.world(steps: scenario.steps, scenario.more)
    sim.setImage("shop:v2")
    #expect(Self.pauses(&sim, count: scenario.pauses.count) == scenario.pauses)
    sim.run(for: .seconds(120))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.size(of: "stableRS") == 10 && sim.readyPods == 10 && sim.canaryWeight == 0)
  }

  @Test func trafficReturnsAsFastAsAShrunkStableRevisionCanCarryIt() {
    var sim = Self.world(
      steps: [["setWeight": 80], ["pause": [:]]],
      ["dynamicStableScale": true],
      .init(podStart: 1...6)
    )
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    #expect(sim.size(of: "stableRS") == 2)
    sim.abort()
    var weights = [80]
    sim.run(for: .seconds(60)) { sim, _ in
      if sim.canaryWeight != weights.last { weights.append(sim.canaryWeight) }
      // Each side has the pods for its requests.
      #expect(sim.readyPods(behind: "web-stable") * 10 >= 100 - sim.canaryWeight)
      #expect(sim.readyPods(behind: "web-canary") * 10 >= sim.canaryWeight)
    }
    #expect(weights == weights.sorted(by: >) && weights.count > 2 && weights.last == 0, "\(weights)")
    #expect(sim.size(of: "stableRS") == 10 && sim.size(of: "currentPodHash") == 0)
    #expect(sim.rollout.status["phase"] == "Degraded")
  }

  @Test func goingBackToStableLetsAShrunkRevisionGrowFirst() {
    var sim = Self.world(steps: [["setWeight": 80], ["pause": [:]]], ["dynamicStableScale": true])
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    sim.setImage("shop:v1")
    sim.run(for: .seconds(60)) { sim, _ in
      #expect(sim.readyPods(behind: "web-stable") * 10 >= 100 - sim.canaryWeight)
    }
    #expect(sim.canaryWeight == 0 && sim.readyPods == 10)
    #expect(sim.rollout.status["phase"] == "Healthy")
  }

  @Test(
    arguments: [
      (["type": "Percent", "value": 90], "Healthy"), (["type": "Pods", "value": 9], "Healthy"),
      (["type": "Percent", "value": 91], "Progressing"), (["type": "Pods", "value": -1], "Progressing"),
    ] as [(JSONValue, String)]
  )
  func aThresholdLetsAReleaseGoOnWithoutItsLastPods(threshold: JSONValue, phase: String) {
    var sim = Self.world(
      steps: [["setWeight": 100]],
      ["replicaProgressThreshold": threshold],
      .init(podStart: 1...1, stuckPods: ["shop:v2": 1])
    )
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    let isPromoted = sim.rollout.status["stableRS"] == sim.rollout.status["currentPodHash"]
    #expect(isPromoted == (phase == "Healthy"))
  }

  @Test func aLimitSaysHowManyOldRevisionsWait() {
    var sim = Self.world(
      steps: [["setWeight": 50]],
      ["scaleDownDelayRevisionLimit": 1, "scaleDownDelaySeconds": 600]
    )
    for version in 2...4 {
      sim.setImage("shop:v\(version)")
      sim.run(for: .seconds(60))
    }
    #expect(sim.replicaSets.values.filter { ($0.spec["replicas"]?.int ?? 0) > 0 }.count == 2)
  }

  @Test func noDelayMeansAtOnce() {
    var sim = Self.world(steps: [["setWeight": 50]], ["scaleDownDelaySeconds": 0])
    sim.setImage("shop:v2")
    sim.run(for: .seconds(20))
    #expect(sim.readyPods == 10)
    #expect(plan(sim.snapshot()).wake == .onChange)
  }

  @Test func pingAndPongChangePartsAndNoSelectorMovesUnderRequests() {
    var sim = Self.world(
      steps: [["setWeight": 50], ["pause": [:]]],
      ["pingPong": ["pingService": "web-ping", "pongService": "web-pong"]]
    )
    #expect(sim.rollout.status.at("canary", "stablePingPong") == "ping")
    for (version, stable) in [(2, "pong"), (3, "ping")] {
      sim.setImage("shop:v\(version)")
      sim.run(for: .seconds(30))
      #expect(sim.weight(of: "web-ping") == 50 && sim.weight(of: "web-pong") == 50)
      sim.resume()
      sim.run(for: .seconds(60))
      #expect(sim.rollout.status.at("canary", "stablePingPong")?.string == stable)
      #expect(sim.weight(of: "web-\(stable)") == 100)
      #expect(sim.rollout.status["phase"] == "Healthy")
    }
  }
}

extension ClusterSim {
  /// Pods asked for of the ReplicaSet whose hash stands in this field of the status.
  func size(of field: String) -> Int {
    replicaSets.values.first {
      $0.labels[RolloutNames.podTemplateHash] == rollout.status[field]?.string
    }?.spec["replicas"]?.int ?? 0
  }

  /// The weight of a Service in the route.
  func weight(of service: String) -> Int {
    let backends = routes.values.first?.spec["rules"]?[0]?["backendRefs"]?.array ?? []
    return backends.first { $0["name"]?.string == service }?["weight"]?.int ?? 0
  }
}
