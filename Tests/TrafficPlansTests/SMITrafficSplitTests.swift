import KubeModel
import Primitives
import Testing
import TrafficPlans

/// The TrafficSplit that a rollout owns, in every version of its API.
@Suite struct SMITrafficSplitTests {
  func router(_ smi: JSONValue = .object([:])) -> SMITrafficSplit {
    SMITrafficSplit(smi, rollout: ObjectKey(namespace: "shop", name: "web"))
  }

  func weights(_ canary: Int) -> TrafficWeights {
    var weights = TrafficWeights(canaryService: "web-canary", stableService: "web-stable", canary: canary)
    weights.owner = RouterCase.owner
    return weights
  }

  /// A world with the object as a server has it in a version, with other texts for its weights.
  func world(_ version: String, canary: JSONValue, stable: JSONValue) throws -> RouterWorld {
    let router = router()
    var world = RouterWorld([:])
    try world.perform(router.plan(weights(20), world.live))
    var split = try #require(world.live[router.address])
    split["apiVersion"] = .string("split.smi-spec.io/\(version)")
    let backends: JSONValue = [
      ["service": "web-canary", "weight": canary], ["service": "web-stable", "weight": stable],
    ]
    split.set(backends, at: "spec", "backends")
    world.replace(router.address, with: split)
    return world
  }

  @Test func itIsMadeForTheRollout() throws {
    let router = router(["trafficSplitName": "split"])
    var world = RouterWorld([:])
    #expect(router.canaryWeight(weights(0), world.live) == 0)
    try world.perform(router.plan(weights(20), world.live))
    let made = try #require(world.live[router.address])
    #expect(made.name == "split" && made.spec["service"] == "web-stable")
    #expect(made.ownerReferences == [RouterCase.owner])
    #expect(
      made.spec["backends"] == [
        ["service": "web-canary", "weight": 20], ["service": "web-stable", "weight": 80],
      ]
    )
  }

  @Test(arguments: ["v1alpha1", "v1alpha2", "v1alpha3", "v1alpha4"])
  func weightsAreQuantitiesInTheFirstVersionOnly(version: String) throws {
    var world = try world(version, canary: "20", stable: "80")
    try world.perform(router().plan(weights(30), world.live))
    let backends = world.live[router().address]?.spec["backends"]
    let (canary, stable): (JSONValue, JSONValue) = version == "v1alpha1" ? ("30", "70") : (30, 70)
    #expect(backends?[0]?["weight"] == canary && backends?[1]?["weight"] == stable)
    #expect(router().plan(weights(30), world.live) == .unchanged)
  }

  @Test(arguments: [20, "20", "20000m", "0.02k"] as [JSONValue])
  func aWeightThatSaysTheSameStaysAsItIs(weight: JSONValue) throws {
    let world = try world("v1alpha1", canary: weight, stable: 80)
    #expect(router().plan(weights(20), world.live) == .unchanged)
    #expect(router().canaryWeight(weights(0), world.live) == 20)
    #expect(router().leads(to: "web-canary", world.live))
  }

  @Test func whatIsSomebodyElsesIsNotTouched() throws {
    let router = router()
    var world = RouterWorld([:])
    try world.perform(router.plan(weights(0), world.live))
    var split = try #require(world.live[router.address])
    var owner = RouterCase.owner
    owner["uid"] = "2f6e"
    owner["name"] = "cart"
    split.set([owner], at: "metadata", "ownerReferences")
    world.replace(router.address, with: split)
    #expect(
      router.plan(weights(10), world.live)
        == .problem("TrafficSplit \"shop/web\" is controlled by Rollout \"cart\", not by this Rollout")
    )
    split.set(nil, at: "metadata", "ownerReferences")
    world.replace(router.address, with: split)
    #expect(
      router.plan(weights(10), world.live)
        == .problem("TrafficSplit \"shop/web\" is there already, and no Rollout controls it")
    )
    split.set([RouterCase.owner], at: "metadata", "ownerReferences")
    split.set("2026-11-21T20:00:00Z", at: "metadata", "deletionTimestamp")
    world.replace(router.address, with: split)
    #expect(
      router.plan(weights(10), world.live) == .problem("TrafficSplit \"shop/web\" is being deleted")
    )
  }

  @Test func anUnreadableWeightMayBeAnything() throws {
    let router = router()
    var world = RouterWorld([:])
    try world.perform(router.plan(weights(0), world.live))
    var split = try #require(world.live[router.address])
    split.set([["service": "web-canary", "weight": "many"]], at: "spec", "backends")
    world.replace(router.address, with: split)
    #expect(router.canaryWeight(weights(0), world.live) == nil)
    #expect(router.leads(to: "web-canary", world.live))
    try world.perform(router.plan(weights(0), world.live))
    #expect(router.canaryWeight(weights(0), world.live) == 0)
  }
}
