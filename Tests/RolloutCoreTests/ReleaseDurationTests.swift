import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// `status.duration` (reference, section 2.17).
@Suite struct ReleaseDurationTests {
  private func settled(_ rollout: JSONValue) -> ClusterSim {
    var sim = ClusterSim(rollout: rollout)
    sim.analysisTemplates = Fixture.templates
    sim.run(for: .seconds(60))
    return sim
  }

  private func duration(_ sim: ClusterSim) -> ReleaseDuration? { RolloutStatus(sim.rollout.status).duration }

  private let steps: JSONValue = [["setWeight": 25], ["pause": [:]]]

  @Test func aReleaseIsTimedWithoutTheWaitForAPerson() throws {
    var sim = settled(Fixture.basicCanary(steps: steps))
    #expect(duration(sim)?.completion == .promoted)
    let start = sim.now
    sim.setImage("shop:v2")
    sim.run(for: .seconds(100))
    let waiting = try #require(duration(sim))
    #expect(waiting.startedAt == start)
    #expect(waiting.manualPauseStartedAt != nil)
    #expect(waiting.finishedAt == nil)
    sim.resume()
    sim.run(for: .seconds(30))
    let done = try #require(duration(sim))
    #expect(done.completion == .promoted)
    #expect(done.manualPauseStartedAt == nil)
    #expect((90...100).contains(done.manualPauseSeconds))
    #expect(try #require(done.finishedAt) > start + .seconds(100))
    #expect(sim.rollout.status.at("duration", "completionStatus") == "Promoted")
  }

  @Test func timedPausesAreNobodysWait() throws {
    var sim = settled(Fixture.basicCanary(steps: [["setWeight": 25], ["pause": ["duration": 50]]]))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(100))
    let done = try #require(duration(sim))
    #expect(done.completion == .promoted)
    #expect(done.manualPauseSeconds == 0)
  }

  @Test func abortsEndItAndARetryBeginsAnother() throws {
    var sim = settled(Fixture.basicCanary(steps: steps))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    sim.abort()
    sim.run(for: .seconds(30))
    let aborted = try #require(duration(sim))
    #expect(aborted.completion == .aborted)
    sim.retry()
    sim.run(for: .seconds(30))
    let again = try #require(duration(sim))
    #expect(again.startedAt > aborted.startedAt)
    #expect(again.finishedAt == nil)
    sim.promoteFully()
    sim.run(for: .seconds(30))
    #expect(duration(sim)?.completion == .fastPromoted)
  }

  @Test func goingBackEndsTheSameRecord() throws {
    var sim = settled(Fixture.basicCanary(steps: steps))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    let start = try #require(duration(sim)).startedAt
    sim.setImage("shop:v3")
    sim.run(for: .seconds(30))
    let superseding = try #require(duration(sim))
    #expect(superseding.startedAt > start)
    sim.setImage("shop:v1")
    sim.run(for: .seconds(30))
    let back = try #require(duration(sim))
    #expect(back.startedAt == superseding.startedAt)
    #expect(back.completion == .rolledBack)
    #expect(back.finishedAt != nil)
  }

  @Test func aReleaseThatIsTakenOverHasNone() {
    var sim = settled(Fixture.basicCanary(steps: steps))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    sim.patchStatus(["duration": .null])
    sim.resume()
    sim.run(for: .seconds(60))
    #expect(sim.rollout.status["phase"] == "Healthy")
    #expect(sim.rollout.status["duration"] == nil)
  }
}
