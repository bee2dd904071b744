import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// A canary without Services: a VirtualService splits the requests between two subsets, which a DestinationRule has
/// select the pods (reference, section 6.2). The subsets change over by the rules of Services.
@Suite struct IstioSubsetScenarioTests {
  private static let rollout: JSONValue = {
    var rollout = Fixture.routedCanary(steps: [["setWeight": 20], ["pause": [:]], ["setWeight": 60]])
    let istio: JSONValue = [
      "virtualService": ["name": "web"],
      "destinationRule": ["name": "web", "canarySubsetName": "canary", "stableSubsetName": "stable"],
    ]
    let steps = rollout.spec.at("strategy", "canary", "steps") ?? .null
    rollout.set(["trafficRouting": ["istio": istio], "steps": steps], at: "spec", "strategy", "canary")
    return rollout
  }()

  private static let objects: [JSONValue] = [
    [
      "apiVersion": "networking.istio.io/v1alpha3", "kind": "VirtualService",
      "metadata": ["name": "web", "namespace": "shop", "generation": 1],
      "spec": [
        "hosts": ["web"],
        "http": [
          [
            "route": [
              ["destination": ["host": "web", "subset": "stable"], "weight": 100],
              ["destination": ["host": "web", "subset": "canary"], "weight": 0],
            ]
          ]
        ],
      ],
    ],
    [
      "apiVersion": "networking.istio.io/v1alpha3", "kind": "DestinationRule",
      "metadata": ["name": "web", "namespace": "shop", "generation": 1],
      "spec": [
        "host": "web",
        "subsets": [
          ["name": "canary", "labels": ["app": "web"]], ["name": "stable", "labels": ["app": "web"]],
        ],
      ],
    ],
  ]

  /// What the data plane has, and the revisions behind it.
  private struct View: Equatable {
    let weight: Int
    let canary: String?
    let stable: String?

    init(_ sim: ClusterSim) {
      let objects = Array(sim.routes.values)
      let routes = objects.first { $0.kind == "VirtualService" }?.spec["http"]?[0]?["route"]
      weight = routes?[1]?["weight"]?.int ?? -1
      let subsets = objects.first { $0.kind == "DestinationRule" }?.spec["subsets"]
      canary = subsets?[0]?.at("labels", RolloutNames.podTemplateHash)?.string
      stable = subsets?[1]?.at("labels", RolloutNames.podTemplateHash)?.string
    }
  }

  /// The world after its first release, and what is wrong from then on.
  private struct World {
    var sim: ClusterSim
    private(set) var faults: [String] = []
    private var last: View

    init(_ rollout: JSONValue, _ objects: [JSONValue]) {
      sim = ClusterSim(rollout: rollout)
      sim.find(objects)
      sim.run(for: .seconds(60))
      last = View(sim)
    }

    /// Lets time pass; no subset that has requests may change over, and no request may be lost.
    mutating func pass(_ seconds: Int) {
      var (last, faults) = (last, faults)
      sim.run(for: .seconds(seconds)) { sim, _ in
        let now = View(sim)
        // An abort may give all requests to stable at once.
        if now.canary != last.canary, last.canary != nil, now.canary != now.stable, last.weight > 0 {
          faults.append("canary changed at \(last.weight)")
        }
        if now.stable != last.stable, last.stable != nil, last.weight < 100 {
          faults.append("stable changed at \(last.weight)")
        }
        if let lost = sim.requestShares[""] { faults.append("\(lost) % of the requests are lost") }
        last = now
      }
      (self.last, self.faults) = (last, faults)
    }
  }

  @Test func subsetsFollowTheReleaseAsServicesWould() {
    var world = World(Self.rollout, Self.objects)
    let first = View(world.sim)
    #expect(first.weight == 0 && first.canary == first.stable && first.stable != nil)
    world.sim.setImage("shop:v2")
    world.pass(60)
    let paused = View(world.sim)
    #expect(paused.weight == 20 && paused.stable == first.stable && paused.canary != first.canary)
    world.sim.resume()
    world.pass(120)
    let end = View(world.sim)
    #expect(world.sim.rollout.status["phase"] == "Healthy")
    #expect(end.weight == 0 && end.stable == paused.canary)
    #expect(end.canary == end.stable)
    #expect(world.faults.isEmpty, "\(world.faults)")
  }

  @Test func abortAndSupersessionLoseNothing() {
    var world = World(Self.rollout, Self.objects)
    let first = View(world.sim)
    world.sim.setImage("shop:v2")
    world.pass(60)
    world.sim.setImage("shop:v3")
    world.pass(60)
    let third = View(world.sim)
    #expect(third.weight == 20 && third.stable == first.stable && third.canary != first.canary)
    world.sim.abort()
    world.pass(120)
    #expect(View(world.sim) == first)
    #expect(world.sim.rollout.status["phase"] == "Degraded")
    let writes = world.sim.writes
    world.pass(60)
    #expect(world.sim.writes == writes)
    #expect(world.faults.isEmpty, "\(world.faults)")
  }
}
