import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// At the end of a release the routes are given back to who wrote them.
@Suite struct RouteOwnershipTests {
  private static func object(_ managers: [(String, String)]) -> JSONValue {
    let entries = managers.map { manager, operation -> JSONValue in
      ["manager": .string(manager), "operation": .string(operation)]
    }
    return ["metadata": ["resourceVersion": "7", "managedFields": .array(entries)]]
  }

  @Test func onlyOwnWritesAreTakenOut() throws {
    let object = Self.object([
      ("kubectl", "Apply"), ("serin", "Update"), ("serin", "Apply"), ("serin", "Update"),
    ])
    let patch = try #require(disowning(object, by: "serin"))
    #expect(
      try JSONPatch.apply(patch, to: object)
        == Self.object([("kubectl", "Apply"), ("serin", "Apply")])
    )
  }

  /// A gateway that writes the status meanwhile is no reason to keep what is over; entries that moved are.
  @Test func aPatchHoldsForTheEntriesAlone() throws {
    let object = Self.object([("kubectl", "Apply"), ("serin", "Update")])
    let patch = try #require(disowning(object, by: "serin"))
    var followed = object
    followed.set("8", at: "metadata", "resourceVersion")
    followed.set(["parents": []], at: "status")
    #expect(try JSONPatch.apply(patch, to: followed).at("metadata", "managedFields")?.array?.count == 1)
    for other in [[("serin", "Update"), ("kubectl", "Apply")], [("kubectl", "Apply"), ("eve", "Update")]] {
      #expect(throws: (any Error).self) { try JSONPatch.apply(patch, to: Self.object(other)) }
    }
    let alone = try #require(disowning(Self.object([("serin", "Update")]), by: "serin"))
    let joined = Self.object([("serin", "Update"), ("gateway", "Update")])
    #expect(throws: (any Error).self) { try JSONPatch.apply(alone, to: joined) }
  }

  @Test func lastEntryResetsTheRecordAndNoEntryNeedsNothing() {
    let patch = disowning(Self.object([("serin", "Update")]), by: "serin")
    #expect(patch?[1] == ["op": "replace", "path": "/metadata/managedFields", "value": [[:]]])
    #expect(disowning(Self.object([("kubectl", "Apply")]), by: "serin") == nil)
    #expect(disowning(["metadata": [:]], by: "serin") == nil)
  }

  @Test(arguments: [true, false]) func onlyTheLastWriteOfAReleaseGivesUp(isAborted: Bool) {
    var sim = ClusterSim(rollout: Fixture.routedCanary(steps: [["setWeight": 20], ["pause": [:]]]))
    sim.run(for: .seconds(60))
    sim.setImage("shop:v2")
    #expect(sim.run(for: .seconds(60)).allSatisfy { $0.plan.releasedRoutes.isEmpty })
    if isAborted { sim.abort() } else { sim.resume() }
    let ends = sim.run(for: .seconds(120)).filter { !$0.plan.releasedRoutes.isEmpty }
    #expect(ends.count == 1)
    let backends = sim.routes.values.first?.spec["rules"]?[0]?["backendRefs"]?.array ?? []
    #expect(backends.map { $0["weight"] } == [100, 0])
  }
}
