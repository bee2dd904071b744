import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// Who has asked for a name keeps the answer for as long as the record lives, so pods must not go before that.
@Suite struct LingeringScenarioTests {
  private static func rollout(
    ttl: Int,
    mode: String = "weighted",
    steps: JSONValue = [["setWeight": 20], ["pause": [:]], ["setWeight": 60], ["pause": [:]]],
    _ more: JSONValue = .object([:])
  ) -> JSONValue {
    var rollout = Fixture.routedCanary(steps: steps)
    let plugin: JSONValue = [
      "url": "http://dns:8081", "secretRef": ["name": "dns", "key": "api-key"], "zone": "example.com",
      "name": "web.example.com", "ttl": JSONValue(ttl), "mode": .string(mode), "canary": ["192.0.2.9"],
      "stable": ["192.0.2.1"],
    ]
    rollout.set(
      ["plugins": ["serin.dev/powerdns": plugin]],
      at: "spec",
      "strategy",
      "canary",
      "trafficRouting"
    )
    let strategy = rollout.spec["strategy"] ?? .null
    rollout.set(MergePatch.apply(["canary": more], to: strategy), at: "spec", "strategy")
    return rollout
  }

  private func released(_ rollout: JSONValue) -> ClusterSim {
    var sim = ClusterSim(rollout: rollout)
    sim.run(for: .seconds(60))
    return sim
  }

  private func records(_ sim: ClusterSim) -> JSONValue? {
    sim.routes.values.lazy.compactMap { $0["records"] }.first
  }

  /// Seconds until the revision has no pods any more; nil when it keeps them for ten minutes.
  private func timeUntilGone(_ revision: String, _ sim: inout ClusterSim) -> Int? {
    for second in 0..<600 {
      let set = sim.replicaSets.values.first { $0.annotation(RolloutNames.revision) == revision }
      if set?.spec["replicas"]?.int == 0 { return second }
      sim.run(for: .seconds(1))
    }
    return nil
  }

  @Test func aReleaseSplitsTheNameAndEndsWithTheStableValues() {
    var sim = released(Self.rollout(ttl: 30))
    let before = records(sim)
    #expect(sim.rollout.status["phase"] == "Healthy", "\(sim.rollout.status)")
    sim.setImage("shop:v2")
    sim.run(for: .seconds(30))
    #expect(
      records(sim)?.at("LUA", "values") == ["A \"pickwrandom({{20,'192.0.2.9'},{80,'192.0.2.1'}})\""],
      "\(sim.rollout.status)"
    )
    sim.promote()
    sim.run(for: .seconds(30))
    sim.promote()
    sim.run(for: .seconds(300))
    #expect(sim.rollout.status["phase"] == "Healthy", "\(sim.rollout.status)")
    #expect(records(sim) == before)
  }

  @Test(arguments: ["weighted", "cutover"])
  func theAbortedRevisionStaysUntilNobodyHasItsAddress(mode: String) throws {
    for (ttl, delay, expected) in [(200, 30, 200), (5, 30, 30)] {
      let steps: JSONValue = [["setWeight": 100], ["pause": [:]]]
      let rollout = Self.rollout(
        ttl: ttl,
        mode: mode,
        steps: steps,
        ["abortScaleDownDelaySeconds": JSONValue(delay)]
      )
      var sim = released(rollout)
      sim.setImage("shop:v2")
      sim.run(for: .seconds(60))
      #expect(records(sim)?.at("A", "values") == ["192.0.2.9"])
      sim.abort()
      sim.run(for: .seconds(3))
      #expect(records(sim)?.at("A", "values") == ["192.0.2.1"])
      let time = try #require(timeUntilGone("2", &sim))
      #expect((expected - 4...expected + 4).contains(time), "ttl \(ttl): after \(time) s")
    }
  }

  @Test func theOldRevisionStaysUntilNobodyHasItsAddress() throws {
    var sim = released(Self.rollout(ttl: 150, steps: [["setWeight": 50]]))
    sim.setImage("shop:v2")
    let time = try #require(timeUntilGone("1", &sim))
    #expect(time >= 150, "after \(time) s")
  }

  @Test func aStepBackToNothingKeepsTheLastPods() {
    var sim = released(Self.rollout(ttl: 150, steps: [["setWeight": 50], ["setWeight": 0], ["pause": [:]]]))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    #expect(records(sim)?.at("A", "values") == ["192.0.2.1"])
    let canary = sim.replicaSets.values.first { $0.annotation(RolloutNames.revision) == "2" }
    #expect(canary?.spec["replicas"]?.int ?? 0 > 0)
  }

  @Test func whatTheRouterCannotMakeSenseOfIsAnIssueOfItsField() {
    var rollout = Self.rollout(ttl: -1, ["dynamicStableScale": true])
    let path = ["spec", "strategy", "canary", "trafficRouting", "plugins", "serin.dev/powerdns"]
    rollout.set("web.example.org", at: (path + ["name"])[...])
    rollout.set(["192.0.2.1", "x"], at: (path + ["canary"])[...])
    rollout.set(["name": "dns"], at: (path + ["secretRef"])[...])
    let issues = unsupported(rollout).map(\.description).joined(separator: "\n")
    for part in [
      "powerdns.name: Invalid value: \"web.example.org\": it is not in the zone example.com.",
      "powerdns.canary: Invalid value: [\"192.0.2.1\",\"x\"]: it has a value that no A record can have",
      "it has a value of stable", "powerdns.secretRef:", "powerdns.ttl: Invalid value: -1",
      "dynamicStableScale: Invalid value: true",
    ] {
      #expect(issues.contains(part), "\(part) is not in\n\(issues)")
    }
  }
}
