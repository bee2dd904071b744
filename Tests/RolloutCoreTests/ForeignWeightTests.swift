import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// Weights that somebody else writes in the middle of a release: put right, and told of with a name.
@Suite struct ForeignWeightTests {
  /// A release that stands at 20 %, and its route.
  private func paused() throws -> (sim: ClusterSim, route: JSONValue) {
    var sim = ClusterSim(rollout: Fixture.routedCanary(steps: [["setWeight": 20], ["pause": [:]]]))
    sim.run(for: .seconds(60))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    return (sim, try #require(sim.routes.values.first))
  }

  private func weigh(_ route: JSONValue, _ stable: Int, _ canary: Int) -> JSONValue {
    var route = route
    var backends = route.spec["rules"]?[0]?["backendRefs"]?.array ?? []
    for (index, weight) in [stable, canary].enumerated() { backends[index]["weight"] = JSONValue(weight) }
    route.set([["backendRefs": .array(backends)]], at: "spec", "rules")
    return route
  }

  @Test func weightIsPutRightAndItsWriterIsNamed() throws {
    var (sim, route) = try paused()
    sim.find([weigh(route, 30, 70)])
    var snapshot = sim.snapshot()
    let correcting = plan(snapshot)
    #expect(correcting.correctedRoutes.count == 1)
    for address in correcting.correctedRoutes {
      snapshot.lastEditors[address] = "\"kubectl-edit\" at 2026-11-21T20:00:00Z"
    }
    let event = try #require(plan(snapshot).events.first { $0.reason == "TrafficWeightCorrected" })
    #expect(event.type == "Warning")
    #expect(
      event.message
        == "HTTPRoute \"shop/web\" gave the canary 70 of 100 instead of 20; it was last changed by "
        + "\"kubectl-edit\" at 2026-11-21T20:00:00Z"
    )
    try sim.perform(correcting)
    sim.run(for: .seconds(10))
    #expect(sim.routes.values.first?.spec["rules"] == route.spec["rules"])
    #expect(sim.events.count { $0.reason == "TrafficWeightCorrected" } == 1)
  }

  @Test func whatTheReleaseItselfChangesIsNobodysCorrection() throws {
    var sim = try paused().sim
    sim.resume()
    sim.run(for: .seconds(120))
    sim.setImage("shop:v3")
    sim.run(for: .seconds(60))
    sim.abort()
    sim.run(for: .seconds(120))
    #expect(!sim.events.contains { $0.reason == "TrafficWeightCorrected" })
  }

  private static let managers: [(JSONValue, String?)] = [
    (.null, nil), ([["manager": "serin-controller", "time": "2026-01-02T00:00:00Z"]], nil),
    (
      [
        ["manager": "helm", "time": "2026-01-01T00:00:00Z"],
        ["manager": "kubectl-edit", "operation": "Update", "time": "2026-01-03T00:00:00Z"],
        ["manager": "argocd", "operation": "Apply", "time": "2026-01-03T00:00:00Z"],
        ["manager": "gateway", "subresource": "status", "time": "2026-01-04T00:00:00Z"],
        ["manager": "serin-controller", "time": "2026-01-05T00:00:00Z"],
      ], "\"kubectl-edit\" at 2026-01-03T00:00:00Z"
    ),
  ]

  @Test(arguments: managers)
  func lastEditorIsTheYoungestOfTheOthers(_ entries: JSONValue, _ editor: String?) {
    let object: JSONValue = ["metadata": ["managedFields": entries]]
    #expect(lastEditor(of: object, besides: "serin-controller") == editor)
  }

  @Test(arguments: [("2026-01-01T00:00:00Z", true), ("2026-01-03T00:00:00Z", false)])
  func olderOfTwoRolloutsOnOneRouteGoesOn(_ born: String, _ isRefused: Bool) throws {
    var sim = try paused().sim
    sim.find([weigh(try #require(sim.routes.values.first), 30, 70)])
    var snapshot = sim.snapshot()
    snapshot.rollout.set("2026-01-02T00:00:00Z", at: "metadata", "creationTimestamp")
    let rival: JSONValue = ["metadata": ["name": "copy", "creationTimestamp": .string(born)]]
    for address in snapshot.routes.keys { snapshot.rivals[address] = [rival] }
    let result = plan(snapshot)
    #expect(result.effects.isEmpty == isRefused)
    let sentence =
      "HTTPRoute \"shop/web\" is split between the same services by Rollout \"copy\", which is older"
    let condition = result.status.conditions.first { $0.type == "InvalidSpec" && $0.status == "True" }
    #expect((condition?.message.contains(sentence) ?? false) == isRefused)
  }
}
