import KubeModel
import Primitives
import Testing
import TrafficPlans

@Suite struct GatewayRouterTests {
  let web = OneRoute()
  func route(_ rules: JSONValue, status: JSONValue = .object([:])) -> JSONValue {
    [
      "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
      "metadata": ["name": "web", "namespace": "shop", "resourceVersion": "7", "generation": 3],
      "spec": ["rules": rules], "status": status,
    ]
  }

  let twoRules: JSONValue = [
    [
      "matches": [["path": ["value": "/"]]],
      "backendRefs": [
        ["name": "stable", "port": 80], ["name": "canary", "port": 80], ["name": "other", "weight": 5],
      ],
    ],
    ["backendRefs": [["name": "elsewhere"]]],
  ]

  func weights(_ canary: Int) -> TrafficWeights {
    TrafficWeights(canaryService: "canary", stableService: "stable", canary: canary)
  }

  @Test func patchesOnlyTheWeightsOfBothServicesAndTestsTheGeneration() throws {
    guard let patch = web.patch(weights(20), route(twoRules)) else {
      Issue.record("no patch")
      return
    }
    #expect(patch[0] == ["op": "test", "path": "/metadata/generation", "value": 3])
    let patched = try JSONPatch.apply(patch, to: route(twoRules))
    let backends = patched.spec["rules"]?[0]?["backendRefs"]
    #expect(backends?[0] == ["name": "stable", "port": 80, "weight": 80])
    #expect(backends?[1] == ["name": "canary", "port": 80, "weight": 20])
    #expect(backends?[2] == ["name": "other", "weight": 5])
    #expect(patched.spec["rules"]?[1] == twoRules[1])
    #expect(web.router.plan(weights(20), web.live(patched)) == .unchanged)
    #expect(web.router.canaryWeight(weights(0), web.live(patched)) == 20)
  }

  /// What gateways report refuses nothing. Rules that are what they were before a release, and yet written since, do:
  /// else a writer with an old view could send requests to an aborted canary again.
  @Test func aPatchHoldsForTheGenerationThatItWasPlannedFrom() throws {
    let patch = try #require(web.patch(weights(20), route(twoRules)))
    var reported = route(twoRules, status: ["parents": []])
    reported.set("8", at: "metadata", "resourceVersion")
    #expect(web.router.canaryWeight(weights(0), web.live(try JSONPatch.apply(patch, to: reported))) == 20)
    var returned = route(twoRules)
    returned.set(5, at: "metadata", "generation")
    #expect(throws: (any Error).self) { try JSONPatch.apply(patch, to: returned) }
    var without = route(twoRules)
    without.set(nil, at: "metadata", "generation")
    let first = web.patch(weights(20), without)?[0]
    #expect(first == ["op": "test", "path": "/metadata/resourceVersion", "value": "7"])
  }

  @Test func refusesARouteWithoutBothServicesOrWithOneTwice() {
    let lonely = web.router.plan(weights(20), web.live(route([["backendRefs": [["name": "stable"]]]])))
    #expect(
      lonely == .problem("HTTPRoute \"shop/web\" has no rule with both backends \"stable\" and \"canary\"")
    )
    let twice: JSONValue = [["backendRefs": [["name": "stable"], ["name": "canary"], ["name": "canary"]]]]
    #expect(
      web.router.plan(weights(20), web.live(route(twice)))
        == .problem("HTTPRoute \"shop/web\" names service \"canary\" twice in rule 0")
    )
  }

  static let reports: [(JSONValue, Bool?)] = [
    (.object([:]), nil),
    (["parents": [["conditions": [["type": "Accepted", "status": "True", "observedGeneration": 3]]]]], true),
    (
      ["parents": [["conditions": [["type": "Accepted", "status": "True", "observedGeneration": 2]]]]], false
    ),
    (
      ["parents": [["conditions": [["type": "Accepted", "status": "False", "observedGeneration": 3]]]]], false
    ),
  ]

  @Test(arguments: reports)
  func acceptanceIsThatOfThePresentGeneration(status: JSONValue, isAccepted: Bool?) {
    #expect(web.router.isFollowed(web.live(route(twoRules, status: status))) == isAccepted)
  }
}
