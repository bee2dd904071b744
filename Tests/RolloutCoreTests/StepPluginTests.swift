import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

@Suite struct StepPluginTests {
  private static let name = "acme/approve"

  /// A rollout whose only step asks a plugin, with a new image that nobody has looked at.
  private static func sim(_ answers: [StepPluginAnswer] = []) -> ClusterSim {
    var settings = ClusterSim.Settings(podStart: 1...1, hasOrigin: false)
    settings.stepPlugins = [name: answers]
    settings.pluginTime = 5
    let step: JSONValue = ["plugin": ["name": .string(name), "config": ["team": "shop"]]]
    var sim = ClusterSim(rollout: Fixture.basicCanary(steps: [step]), settings: settings)
    sim.run(for: .seconds(60))
    sim.setImage("shop:v2")
    return sim
  }

  private static func calls(_ plan: Plan) -> [StepPluginCall] {
    plan.effects.compactMap { effect in
      guard case .callStepPlugin(let call) = effect else { return nil }
      return call
    }
  }

  private static func entries(_ sim: ClusterSim) -> [JSONValue] {
    sim.rollout.status.at("canary", "stepPluginStatuses")?.array ?? []
  }

  @Test func theStatusKnowsOfACallBeforeItIsMade() throws {
    var sim = Self.sim()
    var plans: [Plan] = []
    while sim.stepPluginCalls.isEmpty, plans.count < 10 {
      let plan = plan(sim.snapshot())
      plans.append(plan)
      try sim.perform(plan)
    }
    let first = try #require(plans.firstIndex { !Self.calls($0).isEmpty })
    #expect(first > 0 && plans[first - 1].status.stepPlugins.map(\.name) == [Self.name])
    #expect(plans[first].status.stepPlugins == plans[first - 1].status.stepPlugins)
    let call = try #require(sim.stepPluginCalls.first)
    #expect(call.operation == .run && call.config == ["team": "shop"] && call.state == nil)
    #expect(Self.calls(plan(sim.snapshot())).isEmpty)
  }

  @Test func anotherControllerAsksTheSameQuestion() {
    var sim = Self.sim()
    sim.run(for: .seconds(2))
    sim.restartController()
    sim.run(for: .seconds(60))
    let ids = sim.stepPluginCalls.map(\.id)
    #expect(ids.count == 2 && Set(ids).count == 1)
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(Self.entries(sim).first?["executions"] == 1)
  }

  @Test func whatAPluginGaveComesBackWithTheNextQuestion() {
    var sim = Self.sim([
      .running(after: .seconds(20), message: "waits", state: ["looks": 1]),
      .successful(message: "approved", state: ["looks": 2]),
    ])
    sim.run(for: .seconds(120))
    #expect(sim.stepPluginCalls.map(\.state) == [nil, ["looks": 1]])
    let entry = Self.entries(sim).first
    #expect(entry?["phase"] == "Successful" && entry?["message"] == "approved")
    #expect(entry?["executions"] == 2 && entry?["status"] == ["looks": 2])
    #expect(entry?["finishedAt"] != nil && entry?["backoff"] == nil)
  }

  @Test func aPausedRolloutAsksNobody() {
    var sim = Self.sim()
    sim.editSpec { $0["paused"] = true }
    sim.run(for: .seconds(60))
    #expect(sim.stepPluginCalls.isEmpty)
    sim.editSpec { $0["paused"] = false }
    sim.run(for: .seconds(60))
    #expect(sim.stepPluginCalls.count == 1 && sim.rollout.status["phase"] == "Healthy")
  }

  @Test func aPluginThatIsAwayIsAskedEverMoreSeldom() {
    var sim = Self.sim([.error("step plugin acme/approve: it did not answer within 30s")])
    var asked: [Instant] = []
    sim.run(for: .seconds(900)) { sim, plan in
      if !Self.calls(plan).isEmpty { asked.append(sim.now) }
    }
    let waits = zip(asked, asked.dropFirst()).map { Int(($1 - $0).components.seconds) - 5 }
    #expect(waits == [30, 60, 120, 240, 300], "\(waits)")
    #expect(sim.events.filter { $0.reason == "StepPluginError" }.count == 1)
  }

  @Test func anAbortThatIsNeverAnsweredComesToRest() {
    var sim = Self.sim([.running(after: nil, message: "", state: nil)])
    sim.settings.stepPlugins["\(Self.name) Abort"] = [.error("away")]
    sim.run(for: .seconds(10))
    sim.abort()
    sim.run(for: .seconds(3600))
    #expect(sim.stepPluginCalls.filter { $0.operation == .abort }.count == 5)
    #expect(plan(sim.snapshot()).effects.isEmpty)
  }

  @Test func anEndMayNotTakeItsTime() {
    var sim = Self.sim([.running(after: nil, message: "", state: nil)])
    sim.settings.stepPlugins["\(Self.name) Abort"] = [.running(after: nil, message: "soon", state: nil)]
    sim.run(for: .seconds(10))
    sim.abort()
    sim.run(for: .seconds(60))
    let entry = Self.entries(sim).first { $0["operation"] == "Abort" }
    #expect(entry?["phase"] == "Failed" && entry?["message"] == "Abort must end at once: soon")
  }
}
