import KubeModel
import Primitives
import Testing
import TrafficPlans

@Suite struct HTTPRoutePlanTests {
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

  @Test func patchesOnlyTheWeightsOfBothServicesAndTestsTheVersion() throws {
    guard case .patch(let patch) = HTTPRoutePlan.plan(weights(20), route: route(twoRules)) else {
      Issue.record("no patch")
      return
    }
    #expect(patch[0] == ["op": "test", "path": "/metadata/resourceVersion", "value": "7"])
    let patched = try JSONPatch.apply(patch, to: route(twoRules))
    let backends = patched.spec["rules"]?[0]?["backendRefs"]
    #expect(backends?[0] == ["name": "stable", "port": 80, "weight": 80])
    #expect(backends?[1] == ["name": "canary", "port": 80, "weight": 20])
    #expect(backends?[2] == ["name": "other", "weight": 5])
    #expect(patched.spec["rules"]?[1] == twoRules[1])
    #expect(HTTPRoutePlan.plan(weights(20), route: patched) == .unchanged)
    #expect(HTTPRoutePlan.canaryWeight(weights(0), in: patched) == 20)
  }

  @Test func refusesARouteWithoutBothServicesOrWithOneTwice() {
    let lonely = HTTPRoutePlan.plan(weights(20), route: route([["backendRefs": [["name": "stable"]]]]))
    #expect(
      lonely == .problem("HTTPRoute \"shop/web\" has no rule with both backends \"stable\" and \"canary\"")
    )
    let twice: JSONValue = [["backendRefs": [["name": "stable"], ["name": "canary"], ["name": "canary"]]]]
    #expect(
      HTTPRoutePlan.plan(weights(20), route: route(twice))
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
    #expect(HTTPRoutePlan.isAccepted(route(twoRules, status: status)) == isAccepted)
  }
}
