import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing
import TrafficPlans

/// Releases whose requests a program splits.
@Suite struct RouterPluginScenarioTests {
  private static let path = "spec.strategy.canary.trafficRouting.plugins.acme/balancer"

  private static func rollout(_ steps: JSONValue) -> JSONValue {
    var rollout = Fixture.routedCanary(steps: steps)
    let routing: JSONValue = [
      "managedRoutes": [["name": "testers"]], "plugins": ["acme/balancer": ["map": "shop"]],
    ]
    rollout.set(routing, at: "spec", "strategy", "canary", "trafficRouting")
    return rollout
  }

  /// One that stands at the pause of a release.
  private static func paused() -> ClusterSim {
    let header: JSONValue = [
      "setHeaderRoute": [
        "name": "testers", "match": [["headerName": "X-Tester", "headerValue": ["exact": "yes"]]],
      ]
    ]
    var sim = ClusterSim(rollout: rollout([header, ["setWeight": 20], ["pause": [:]]]))
    sim.run(for: .seconds(60))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    return sim
  }

  private static func state(_ sim: ClusterSim) -> JSONValue? { sim.routes.first?.value["state"] }

  private static func weights(_ sim: ClusterSim) -> [Int] {
    (state(sim)?["destinations"]?.array ?? []).compactMap { $0["weight"]?.int }
  }

  @Test func aProgramIsToldOfEachPartAndAtTheEndOfStableAlone() throws {
    var sim = ClusterSim(rollout: Self.rollout([["setWeight": 20], ["pause": [:]]]))
    #expect(Self.state(sim) == .null)
    sim.run(for: .seconds(60))
    let before = try #require(Self.state(sim))
    #expect(Self.weights(sim) == [0, 100])
    sim = Self.paused()
    #expect(Self.weights(sim) == [20, 80])
    #expect(Self.state(sim)?["routes"]?.array?.map { $0["name"] } == ["testers"])
    sim.abort()
    sim.run(for: .seconds(120))
    #expect(Self.state(sim) == before)
    sim = Self.paused()
    sim.promote()
    sim.run(for: .seconds(300))
    #expect(sim.rollout.status["phase"] == "Healthy", "\(sim.rollout.status)")
    #expect(Self.weights(sim) == [0, 100])
    #expect(Self.state(sim) != before, "stable is another revision")
  }

  @Test func whatIsNotVerifiedHoldsTheStepAndThePodsOfAnAbort() throws {
    var sim = ClusterSim(rollout: Self.rollout([["setWeight": 20], ["setWeight": 40], ["pause": [:]]]))
    sim.run(for: .seconds(60))
    sim.setImage("shop:v2")
    var wasHeld = false
    for _ in 0..<60 {
      sim.run(for: .seconds(1))
      var snapshot = sim.snapshot()
      let step = RolloutStatus(snapshot.rollout.status).currentStepIndex
      for (address, route) in sim.routes {
        var route = route
        route["verified"] = false
        snapshot.routes[address] = .found(route)
      }
      let planned = plan(snapshot).status.currentStepIndex
      #expect(planned == step, "a step counted without proof")
      wasHeld = wasHeld || step == 1
    }
    #expect(wasHeld || Self.weights(sim) == [40, 60])
    sim.abort()
    sim.run(for: .seconds(5))
    var snapshot = sim.snapshot()
    snapshot.now = snapshot.now + .seconds(3600)
    func scalesDown(_ plan: Plan) -> Bool {
      plan.effects.contains { effect in
        guard case .scaleReplicaSet(_, let from, let to, _, _) = effect else { return false }
        return to < from
      }
    }
    #expect(scalesDown(plan(snapshot)))
    for (address, route) in sim.routes {
      var route = route
      route["verified"] = false
      snapshot.routes[address] = .found(route)
    }
    #expect(!scalesDown(plan(snapshot)))
  }

  @Test func anAbortIsAskedForWhateverThePluginIsDoing() throws {
    var sim = Self.paused()
    sim.abort()
    var snapshot = sim.snapshot()
    let address = try #require(sim.routes.keys.first)
    var route = try #require(sim.routes[address])
    route["verified"] = false
    route["trouble"] = "router plugin acme/balancer: it did not answer within 30s"
    snapshot.routes[address] = .found(route)
    let wishes = plan(snapshot).effects.compactMap { effect -> JSONValue? in
      guard case .changeRoute(let change) = effect else { return nil }
      return PluginRouter.wish(of: change)
    }
    #expect(wishes.map { $0["destinations"]?.array?.map { $0["weight"] } } == [[0, 100]])
    #expect(wishes.map { $0["routes"] } == [[]])
  }

  @Test func aNameThatNobodyListsIsACondition() {
    var snapshot = Self.paused().snapshot()
    for address in snapshot.routes.keys { snapshot.routes[address] = .missing }
    let planned = plan(snapshot)
    let says =
      "The Rollout \"web\" is invalid: \(Self.path): the router plugin acme/balancer is not supported by this version "
      + "of Serin, and argo-rollouts-config lists none of that name under trafficRouterPlugins"
    #expect(planned.status.conditions.first { $0.type == "InvalidSpec" }?.message == says)
    #expect(planned.effects == [])
  }
}
