import KubeModel
import Primitives
import Testing
import TrafficPlans

/// Which pods the subsets of a DestinationRule select.
@Suite struct IstioDestinationRuleTests {
  let router = IstioDestinationRule(
    ["name": "web", "canarySubsetName": "canary", "stableSubsetName": "stable"],
    rollout: ObjectKey(namespace: "shop", name: "web")
  )

  func rule(_ subsets: JSONValue, managedBy: String? = nil) -> LiveRoutes {
    var rule: JSONValue = [
      "apiVersion": "networking.istio.io/v1alpha3", "kind": "DestinationRule",
      "metadata": ["name": "web", "namespace": "shop", "resourceVersion": "7"],
      "spec": ["host": "web", "subsets": subsets],
    ]
    if let managedBy {
      rule.set(
        ["argo-rollouts.argoproj.io/managed-by-rollouts": .string(managedBy)],
        at: "metadata",
        "annotations"
      )
    }
    return [router.address: rule]
  }

  func weights(canary: String = "", stable: String = "") -> TrafficWeights {
    var weights = TrafficWeights(canaryService: "", stableService: "", canary: 0)
    (weights.canaryHash, weights.stableHash) = (canary, stable)
    weights.owner = RouterCase.owner
    return weights
  }

  let both: JSONValue = [["name": "stable", "labels": ["app": "web"]], ["name": "canary"]]

  @Test func aHashThatNobodyWantsStaysAsItIs() throws {
    #expect(router.plan(weights(), rule(both)) == .unchanged)
    var world = RouterWorld(rule(both))
    try world.perform(router.plan(weights(canary: "7bf84f969", stable: "5d9c48b7f"), world.live))
    #expect(router.selectedHash(.canary, world.live) == "7bf84f969")
    #expect(router.selectedHash(.stable, world.live) == "5d9c48b7f")
    #expect(router.plan(weights(), world.live) == .unchanged)
    try world.perform(router.plan(weights(canary: "5d9c48b7f"), world.live))
    #expect(router.selectedHash(.canary, world.live) == "5d9c48b7f")
    #expect(router.selectedHash(.stable, world.live) == "5d9c48b7f")
  }

  @Test func withoutALabelPodsOfEveryRevisionAreSelected() {
    #expect(router.selectsRevisions)
    #expect(router.selectedHash(.canary, rule(both)) == nil)
    #expect(router.selectedHash(.stable, [:]) == nil)
    #expect(router.canaryWeight(weights(), rule(both)) == 0)
    #expect(!router.leads(to: "web", rule(both)))
  }

  @Test func whatDoesNotFitIsToldAndNotTouched() {
    let wanted = weights(canary: "7bf84f969", stable: "5d9c48b7f")
    let lonely = rule([["name": "stable"]])
    #expect(
      router.plan(wanted, lonely) == .problem("DestinationRule \"shop/web\" has no subset \"canary\"")
    )
    #expect(router.canaryWeight(wanted, lonely) == nil)
    #expect(
      router.plan(wanted, rule([["name": "stable"], ["name": "canary"], ["name": "stable"]]))
        == .problem("DestinationRule \"shop/web\" has the subset \"stable\" twice")
    )
    #expect(
      router.plan(wanted, rule(both, managedBy: "cart"))
        == .problem("DestinationRule \"shop/web\" is managed by another Rollout, \"cart\"")
    )
    #expect(router.plan(wanted, [:]) == .problem("DestinationRule \"shop/web\" not found"))
  }
}
