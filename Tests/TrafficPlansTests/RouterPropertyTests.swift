import KubeModel
import Primitives
import Testing
import TrafficPlans

/// What holds for every router, whatever is asked of it.
@Suite struct RouterPropertyTests {
  private static let seeds: Range<UInt64> = 0..<12

  @Test(arguments: RouterCase.all)
  func anyReleaseThatIsAbortedLeavesTheObjectsAsTheyWere(file: RouterCase) throws {
    let before = try file.world()
    let start = before.objects
    for seed in Self.seeds {
      var steps = RandomWeights(file: file, random: SeededRandom(seed: seed))
      var world = before
      for _ in 0..<Int.random(in: 1...12, using: &steps.random) {
        _ = try world.follow(file.weights(steps.step()), file)
      }
      let rest = file.weights(["weight": 0])
      _ = try world.follow(rest, file)
      #expect(world.objects == start, "seed \(seed)")
      for (address, object) in start { #expect(world.objects[address]?.text() == object.text()) }
    }
  }

  @Test(arguments: RouterCase.all)
  func anyObjectIsPlannedOrRefused(file: RouterCase) throws {
    var steps = RandomWeights(file: file, random: SeededRandom(seed: 7))
    var worlds = [try file.world()]
    for _ in 0..<5 {
      var world = worlds[0]
      _ = try world.follow(file.weights(steps.step()), file)
      worlds.append(world)
    }
    var refused = 0
    for round in 0..<120 {
      var world = worlds[round % worlds.count]
      mutate(&world, &steps.random)
      let weights = file.weights(steps.step())
      for router in file.routers { refused += try plan(router, weights, &world, file.plans) ? 0 : 1 }
    }
    #expect(refused > 0, "no mutation was ever refused")
  }

  /// Changes some values of one of the objects, or removes it.
  private func mutate(_ world: inout RouterWorld, _ random: inout SeededRandom) {
    guard let address = world.live.keys.sorted().randomElement(using: &random),
      var object = world.live[address]
    else { return }
    let metadata = object["metadata"]
    for _ in 0...Int.random(in: 0...2, using: &random) { object = object.mutated(&random) }
    for field in ["name", "namespace"] { object.set(metadata?[field], at: "metadata", field) }
    world.replace(address, with: object)
  }

  /// Whether the router plans anything for the objects; what it plans must be possible, and must be all that it wants.
  private func plan(
    _ router: any TrafficRouter,
    _ weights: TrafficWeights,
    _ world: inout RouterWorld,
    _ plans: Int
  ) throws -> Bool {
    for name in [weights.canaryService, weights.stableService, "other"] {
      _ = router.leads(to: name, world.live)
    }
    _ = router.canaryWeight(weights, world.live)
    _ = router.stableWeight(weights, world.live)
    _ = router.hasManagedRoutes(weights, world.live)
    _ = router.proof(weights, world.live)
    for role in TrafficRole.allCases { _ = router.selectedHash(role, world.live) }
    let plan = router.plan(weights, world.live)
    if let problem = router.problem(weights, world.live) {
      #expect(plan == .problem(problem))
      return false
    }
    guard case .changes = plan else {
      Issue.record("\(plan), but no problem is told")
      return false
    }
    for _ in 0..<plans { try world.perform(router.plan(weights, world.live)) }
    #expect(router.plan(weights, world.live) == .unchanged, "\(world.live)")
    return true
  }
}
