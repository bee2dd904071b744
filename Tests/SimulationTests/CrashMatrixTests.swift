import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// Kills the controller after each of the writes of a release, the status being one: the end state and the sequence
/// of events are those of the undisturbed run.
@Suite struct CrashMatrixTests {
  /// A release, by what people do at which second.
  struct Scenario: Sendable, CustomTestStringConvertible {
    let name: String
    let strategy: JSONValue
    let fields: JSONFields
    let acts: [(second: Int, act: @Sendable (inout ClusterSim) -> Void)]

    init(
      _ name: String,
      _ strategy: JSONValue,
      fields: JSONFields = [:],
      _ acts: [(Int, @Sendable (inout ClusterSim) -> Void)]
    ) {
      self.name = name
      self.strategy = strategy
      self.fields = fields
      self.acts = acts
    }

    var testDescription: String { name }
  }

  @Test(arguments: scenarios)
  func everyCrashEndsAsIfThereHadBeenNone(_ scenario: Scenario) {
    let undisturbed = Life(scenario, crashAfter: nil)
    #expect(undisturbed.writes > 10)
    for write in 1...undisturbed.writes {
      let life = Life(scenario, crashAfter: write)
      #expect(life.hasCrashed, "write \(write)")
      #expect(EndState(life.sim) == EndState(undisturbed.sim), "crash after write \(write)")
      let lost = undisturbed.events.difference(from: life.events)
      #expect(lost.isEmpty, "crash after write \(write): \(lost.map { "\($0)" })")
    }
    print("crash matrix: \(scenario.name): N = \(undisturbed.writes)")
  }

  /// One run of a scenario.
  private struct Life {
    private(set) var sim: ClusterSim
    private(set) var writes = 0
    private(set) var hasCrashed = false
    private let crashAfter: Int?
    private var wake: Instant?

    var events: [String] { sim.events.map { "\($0.type) \($0.reason): \($0.message)" } }

    init(_ scenario: Scenario, crashAfter: Int?) {
      var settings = ClusterSim.Settings(podStart: 2...2, brokenImages: ["shop:v3"])
      settings.verdicts = ["shop:v4": "Failed"]
      sim = ClusterSim(rollout: CrashMatrixTests.rollout(scenario), settings: settings)
      sim.analysisTemplates = Worlds.templates
      self.crashAfter = crashAfter
      let start = sim.now
      pass(until: start + .seconds(20))
      for (second, act) in scenario.acts {
        pass(until: start + .seconds(second))
        act(&sim)
      }
      pass(until: sim.now + .seconds(300))
    }

    private mutating func pass(until end: Instant) {
      settle()
      while let next = [wake, sim.nextChange].compactMap({ $0 }).min(), next <= end {
        sim.advance(to: max(next, sim.now + .milliseconds(10)))
        settle()
      }
      sim.advance(to: end)
    }

    private mutating func settle() {
      for _ in 0..<20 {
        let seen = sim.observe()
        let plan = plan(seen)
        guard !plan.isQuiet else {
          wake = nil
          if case .at(let instant) = plan.wake { wake = instant }
          return
        }
        let count = plan.effects.count + (plan.statusPatch == nil ? 0 : 1)
        var limit = Int.max
        if let crashAfter, !hasCrashed, crashAfter <= writes + count { limit = crashAfter - writes }
        do { try sim.perform(plan, from: seen, crashAfter: limit) } catch {
          hasCrashed = true
          writes += limit
          continue
        }
        writes += count
      }
      Issue.record("20 plans in a row found something to do")
    }
  }

  private static func rollout(_ scenario: Scenario) -> JSONValue {
    var rollout: JSONValue = [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
      "metadata": ["name": "web", "namespace": "shop"],
      "spec": [
        "replicas": 4, "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]],
          "spec": ["containers": [["name": "web", "image": "shop:v1"]]],
        ],
        "strategy": scenario.strategy,
      ],
    ]
    for (field, value) in scenario.fields { rollout.set(value, at: "spec", field) }
    return rollout
  }

  // MARK: - Scenarios

  static let scenarios: [Scenario] = [
    Scenario("good release behind a router", routed(), [(30, { $0.setImage("shop:v2") })]),
    Scenario("bad release aborted by its analysis", routed(), [(30, { $0.setImage("shop:v4") })]),
    Scenario("release by replica counts", basic, [(30, { $0.setImage("shop:v2") })]),
    Scenario("blue/green", blueGreen([:]), [(30, { $0.setImage("shop:v2") })]),
    Scenario(
      "blue/green whose pre-promotion analysis fails",
      blueGreen(["prePromotionAnalysis": analysis]),
      [(30, { $0.setImage("shop:v4") })]
    ),
    Scenario(
      "newer revision in the middle",
      routed(),
      [(30, { $0.setImage("shop:v2") }), (38, { $0.setImage("shop:v5") })]
    ),
    Scenario(
      "rollback to stable in the middle",
      routed(),
      [(30, { $0.setImage("shop:v2") }), (38, { $0.setImage("shop:v1") })]
    ),
    Scenario(
      "scaling in the middle",
      basic,
      [(30, { $0.setImage("shop:v2") }), (34, { $0.editSpec { $0["replicas"] = 9 } })]
    ),
    Scenario(
      "retry after an abort",
      routed(),
      [(30, { $0.setImage("shop:v2") }), (38, { $0.abort() }), (60, { $0.retry() })]
    ),
    Scenario(
      "abort by the progress deadline",
      basic,
      fields: ["progressDeadlineSeconds": 20, "progressDeadlineAbort": true],
      [(30, { $0.setImage("shop:v3") })]
    ),
    Scenario(
      "stable that shrinks with its traffic, then an abort",
      routed(["dynamicStableScale": true]),
      [(30, { $0.setImage("shop:v2") }), (47, { $0.abort() })]
    ),
    Scenario(
      "full promotion of a release that waits",
      routed(["steps": [["setWeight": 50], ["pause": [:]]]]),
      [(30, { $0.setImage("shop:v2") }), (45, { $0.promoteFully() })]
    ),
  ]

  private static func routed(_ fields: JSONFields = [:]) -> JSONValue {
    let canary: JSONFields = [
      "canaryService": "web-canary", "stableService": "web-stable", "steps": steps,
      "trafficRouting": ["plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web"]]],
    ]
    return ["canary": .object(canary.merging(fields) { $1 })]
  }

  private static var basic: JSONValue { ["canary": ["steps": steps]] }

  private static func blueGreen(_ fields: JSONFields) -> JSONValue {
    let services: JSONFields = ["activeService": "web-active", "previewService": "web-preview"]
    return ["blueGreen": .object(services.merging(fields) { $1 })]
  }

  private static let analysis: JSONValue = ["templates": [["templateName": "success-rate"]]]

  private static let steps: JSONValue = [
    ["setWeight": 25], ["pause": ["duration": 3]], ["analysis": analysis], ["setWeight": 75],
    ["pause": ["duration": 2]],
  ]
}
