import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// Header and mirror routes as steps: there while their step holds, gone with the release whatever way it ends.
@Suite struct ManagedRouteScenarioTests {
  static let steps: JSONValue = [
    ["setCanaryScale": ["replicas": 1]],
    [
      "setHeaderRoute": ["name": "beta", "match": [["headerName": "x-beta", "headerValue": ["exact": "1"]]]]
    ],
    ["pause": [:]],
    ["setMirrorRoute": ["name": "shadow", "percentage": 10, "match": [["path": ["prefix": "/"]]]]],
    ["setWeight": 20], ["pause": [:]], ["setHeaderRoute": ["name": "beta"]], ["pause": [:]],
  ]

  func world() -> ClusterSim {
    var rollout = Fixture.routedCanary(steps: Self.steps)
    rollout.set(
      [["name": "beta"], ["name": "shadow"]],
      at: "spec",
      "strategy",
      "canary",
      "trafficRouting",
      "managedRoutes"
    )
    var sim = ClusterSim(rollout: rollout)
    sim.run(for: .seconds(60))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    return sim
  }

  func names(_ sim: ClusterSim) -> [String] {
    (sim.routes.values.first?.spec["rules"]?.array ?? []).compactMap { $0["name"]?.string }
  }

  @Test func routesComeAndGoWithTheirSteps() {
    var sim = world()
    #expect(names(sim) == ["beta"] && sim.canaryRules == 1)
    sim.resume()
    sim.run(for: .seconds(60))
    #expect(names(sim) == ["beta", "shadow"])
    sim.resume()
    sim.run(for: .seconds(60))
    #expect(names(sim) == ["shadow"])
    sim.resume()
    sim.run(for: .seconds(120))
    #expect(names(sim).isEmpty)
    #expect(sim.rollout.status["phase"] == "Healthy")
  }

  enum End: CaseIterable { case abort, promoteFully, rollBack, supersede, crash }

  @Test(arguments: End.allCases) func everyEndTakesThemAway(_ end: End) {
    var sim = world()
    sim.resume()
    sim.run(for: .seconds(60))
    let before = sim.readyPods(behind: "web-canary")
    #expect(names(sim).count == 2 && before == 1)
    switch end {
    case .abort: sim.abort()
    case .promoteFully: sim.promoteFully()
    case .rollBack: sim.setImage("shop:v1")
    case .supersede: sim.setImage("shop:v3")
    case .crash:
      sim.settings.brokenImages = ["shop:v2"]
      sim.losePods()
    }
    sim.run(for: .seconds(end == .supersede ? 1 : 120)) { sim, _ in
      // Whom a header leads to the canary, a pod answers.
      if sim.dataPlane.values.first?.spec["rules"]?.array?.count ?? 1 > 1, end != .crash {
        #expect(sim.readyPods(behind: "web-canary") > 0)
      }
    }
    #expect(names(sim).isEmpty)
  }
}

extension ClusterSim {
  /// Rules that lead to the canary service alone.
  var canaryRules: Int {
    (routes.values.first?.spec["rules"]?.array ?? []).filter { rule in
      rule["backendRefs"]?.array?.map { $0["name"]?.string } == ["web-canary"]
    }.count
  }
}
