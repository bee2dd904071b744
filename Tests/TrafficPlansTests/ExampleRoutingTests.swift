import KubeModel
import Primitives
import Testing
import TrafficPlans
import YAMLEdit

/// The examples that split traffic: their routers find what they need, and leave it as it is in Git.
@Suite struct ExampleRoutingTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let name: String
    let routing: TrafficRouting
    let services: (canary: String, stable: String)
    private(set) var live: LiveRoutes

    var testDescription: String { name }

    static let all: [Example] = {
      let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/examples"
      return TextFile.names(in: root).compactMap { Example($0, in: "\(root)/\($0)/shop") }
    }()

    /// Nil when the example has no router.
    private init?(_ name: String, in folder: String) {
      let texts = TextFile.names(in: folder).compactMap { TextFile.read("\(folder)/\($0)") }
      let objects = texts.flatMap { (try? YAML.parse(Array($0.utf8))) ?? [] }.map(\.json)
      guard let rollout = objects.first(where: { $0.kind == "Rollout" }),
        let canary = rollout.at("spec", "strategy", "canary"), let given = canary["trafficRouting"]
      else { return nil }
      self.name = name
      routing = TrafficRouting(given, rollout: ObjectKey(rollout))
      services = (canary["canaryService"]?.string ?? "", canary["stableService"]?.string ?? "")
      let addresses = routing.addresses
      var live: LiveRoutes = objects.reduce(into: [:]) { live, object in
        let address = addresses.first { $0.type.kind == object.kind && $0.key == ObjectKey(object) }
        if let address { live[address] = object }
      }
      // What is outside of the cluster is in no file.
      for case let router as PowerDNSRouter in routing.routers {
        var records = router.atRest
        records.set(nil, at: "metadata", "resourceVersion")
        live[router.address] = records
      }
      for case let router as PluginRouter in routing.routers {
        live[router.address] = ["metadata": [:], "state": .null]
      }
      self.live = live
      // A program is told of all requests for stable once, before the first release.
      for case let router as PluginRouter in routing.routers {
        guard case .changes(let changes) = router.plan(weights(0), live) else { continue }
        let wish = changes.first.flatMap { PluginRouter.wish(of: $0) }
        self.live[router.address] = ["metadata": [:], "state": wish ?? .null]
      }
    }

    func weights(_ canary: Int) -> TrafficWeights {
      var weights = TrafficWeights(
        canaryService: services.canary,
        stableService: services.stable,
        canary: canary
      )
      weights.stableHash = "5d9c48b7f"
      weights.canaryHash = canary == 0 ? weights.stableHash : "7bf84f969"
      weights.owner = RouterCase.owner
      return weights
    }
  }

  @Test func thereIsOneForEveryKindThatIsRouted() {
    let kinds = Example.all.flatMap { $0.routing.routers.flatMap(\.required) }.map(\.type.kind)
    for kind in [
      "ApisixRoute", "DNSRecordSet", "HTTPProxy", "HTTPRoute", "Ingress", "Mapping", "RouterPlugin",
      "TraefikService", "VirtualService",
    ] {
      #expect(kinds.contains(kind), "no example has a router for \(kind)")
    }
  }

  @Test(arguments: Example.all)
  func aReleaseLeavesTheObjectsAsTheyWereAtRest(example: Example) throws {
    var world = RouterWorld(example.live)
    try split(example, 0, &world)
    let rest = world.objects
    for weight in [20, 50, 0, 0] { try split(example, weight, &world) }
    #expect(world.objects == rest)
    // One example shows that Git need not have any weights.
    guard example.name != "canary-with-routes" else { return }
    for (address, object) in example.live { #expect(rest[address] == object) }
  }

  private func split(_ example: Example, _ weight: Int, _ world: inout RouterWorld) throws {
    for router in example.routing.routers {
      #expect(router.problem(example.weights(weight), world.live) == nil)
      try world.perform(router.plan(example.weights(weight), world.live))
      #expect(router.canaryWeight(example.weights(weight), world.live) == weight)
    }
  }
}
