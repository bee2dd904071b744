import KubeModel
import Primitives
import Testing
import TrafficPlans

/// Services of experiments in a route: added beside the two, weighed, and removed again.
@Suite struct AdditionalDestinationTests {
  let web = OneRoute()
  let route: JSONValue = [
    "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
    "metadata": ["name": "web", "namespace": "shop", "resourceVersion": "7", "generation": 3],
    "spec": [
      "rules": [
        [
          "backendRefs": [
            ["group": "", "kind": "Service", "name": "stable", "port": 80, "weight": 90],
            ["group": "", "kind": "Service", "name": "canary", "port": 80, "weight": 10],
            ["name": "other", "weight": 0],
          ]
        ],
        ["backendRefs": [["name": "elsewhere"]]],
      ]
    ],
  ]

  func weights(_ additional: [TrafficWeights.Destination], names: Set<String> = ["trial"]) -> TrafficWeights {
    TrafficWeights(
      canaryService: "canary",
      stableService: "stable",
      canary: 10,
      additional: additional,
      additionalNames: names
    )
  }

  func patched(_ weights: TrafficWeights, _ route: JSONValue) throws -> JSONValue {
    guard let patch = web.patch(weights, route) else {
      Issue.record("no patch: \(web.router.plan(weights, web.live(route)))")
      return route
    }
    #expect(patch[0] == ["op": "test", "path": "/metadata/generation", "value": 3])
    return try JSONPatch.apply(patch, to: route)
  }

  @Test func serviceOfAnExperimentIsAddedLikeStableAndRemovedAgain() throws {
    let wanted = weights([.init(service: "trial", weight: 25, port: 8080)])
    #expect(web.router.plan(weights([]), web.live(route)) == .unchanged)
    let with = try patched(wanted, route)
    let backends = with.spec["rules"]?[0]?["backendRefs"]
    #expect(backends?[0]?["weight"] == 65)
    #expect(backends?[1]?["weight"] == 10)
    #expect(backends?[2] == ["name": "other", "weight": 0])
    #expect(
      backends?[3] == ["group": "", "kind": "Service", "name": "trial", "port": 8080, "weight": 25]
    )
    #expect(with.spec["rules"]?[1] == route.spec["rules"]?[1])
    #expect(web.router.plan(wanted, web.live(with)) == .unchanged)
    #expect(web.router.leads(to: "trial", web.live(with)))
    #expect(web.router.canaryWeight(weights([]), web.live(with)) == 10, "the share is one of all requests")

    let without = try patched(weights([]), with)
    #expect(without == route)
    #expect(!web.router.leads(to: "trial", web.live(without)))
  }

  @Test func sharesMayChangeAndServicesTakeTurns() throws {
    let names: Set<String> = ["trial", "second"]
    let first = try patched(weights([.init(service: "trial", weight: 25, port: nil)], names: names), route)
    #expect(first.spec["rules"]?[0]?["backendRefs"]?[3]?["port"] == 80)
    let second = try patched(weights([.init(service: "second", weight: 5, port: nil)], names: names), first)
    let shares = second.spec["rules"]?[0]?["backendRefs"]?.array?.map {
      "\($0["name"]?.string ?? "") \($0["weight"] ?? .null)"
    }
    #expect(shares == ["stable 85", "canary 10", "other 0", "second 5"])
  }

  @Test func serviceThatNobodySpeaksOfStays() {
    #expect(web.router.plan(weights([], names: ["other trial"]), web.live(route)) == .unchanged)
  }
}
