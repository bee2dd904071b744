import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// The spec is read once for all looks, and anew as soon as it says something else.
@Suite struct SpecReadingTests {
  private static func released(_ rollout: JSONValue) -> ClusterSim {
    var sim = ClusterSim(rollout: rollout)
    sim.analysisTemplates = Fixture.templates
    sim.run(for: .seconds(60))
    return sim
  }

  /// The plans of a look that reads for itself and of one that was handed the reading of `earlier`.
  private static func plans(_ sim: ClusterSim, after earlier: ClusterSim) -> (own: Plan, handed: Plan) {
    var before = earlier.snapshot()
    before.read(after: nil)
    var now = sim.snapshot()
    now.read(after: before.reading)
    return (plan(sim.snapshot()), plan(now))
  }

  @Test func readingOfTheSameSpecIsKept() {
    var sim = Self.released(Fixture.routedCanary())
    var first = sim.snapshot()
    first.read(after: nil)
    sim.abort()
    var second = sim.snapshot()
    second.read(after: first.reading)
    #expect(first.reading != nil)
    #expect(second.reading == first.reading)
  }

  @Test(arguments: [Fixture.routedCanary(), Fixture.basicCanary(steps: []), Fixture.blueGreen()])
  func everyEditIsReadAnew(_ rollout: JSONValue) {
    let before = Self.released(rollout)
    let edits: [@Sendable (inout ClusterSim) -> Void] = [
      { $0.setImage("shop:v2") }, { $0.scale(to: 7) }, { $0.editSpec { $0["paused"] = true } },
      { $0.editSpec { $0["strategy"] = .object([:]) } }, { $0.editSpec { $0["minReadySeconds"] = -1 } },
      { $0.editSpec { $0.set([["setWeight": 5]], at: "strategy", "canary", "steps") } },
    ]
    for edit in edits {
      var after = before
      edit(&after)
      let (own, handed) = Self.plans(after, after: before)
      #expect(!own.isQuiet)
      #expect(handed == own)
    }
  }

  @Test func changedTemplateOfTheWorkloadIsReadAnew() {
    var before = WorkloadTests().start()
    before.run(for: .seconds(60))
    var after = before
    WorkloadTests().setImage("shop:v2", &after)
    let (own, handed) = Self.plans(after, after: before)
    #expect(own.status.currentPodHash != before.rollout.at("status", "currentPodHash")?.string)
    #expect(handed == own)
  }

  @Test func planAsksWhetherTheReadingHolds() {
    var sim = Self.released(Fixture.routedCanary())
    var snapshot = sim.snapshot()
    snapshot.read(after: nil)
    sim.setImage("shop:v2")
    snapshot.rollout = sim.rollout
    #expect(plan(snapshot) == plan(sim.snapshot()))
  }
}
