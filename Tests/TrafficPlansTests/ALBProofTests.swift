import KubeModel
import Primitives
import Testing
import TrafficPlans

/// What AWS says against what the Ingress asks for.
@Suite struct ALBProofTests {
  /// An Ingress behind load balancers, and what AWS has.
  private struct World {
    var live: LiveRoutes = [:]
    let router: ALBIngress

    /// The paths of the Ingress lead to the root's action, and `more` of them to a Service itself.
    init(
      _ alb: JSONValue = ["rootService": "root", "servicePort": 80],
      ingress: String = "web",
      hosts: [String] = ["lb"],
      more: [(String, Int)] = []
    ) {
      router = ALBIngress(alb, ingress: ingress, rollout: ObjectKey(namespace: "shop", name: "web"))
      let root = alb["rootService"]?.string ?? "web-stable"
      let action: JSONValue = ["service": ["name": .string(root), "port": ["name": "use-annotation"]]]
      let direct = more.map { service, port -> JSONValue in
        ["service": ["name": .string(service), "port": ["number": JSONValue(port)]]]
      }
      let paths = ([action] + direct).map { ["path": "/", "backend": $0] as JSONValue }
      live[router.address] = [
        "metadata": ["name": .string(ingress), "namespace": "shop", "resourceVersion": "7"],
        "spec": ["rules": [["http": ["paths": .array(paths)]]]],
        "status": ["loadBalancer": ["ingress": .array(hosts.map { ["hostname": .string($0)] })]],
      ]
    }

    /// Writes what the router plans.
    mutating func set(_ weights: TrafficWeights) throws {
      guard case .changes(let changes) = router.plan(weights, live) else { return }
      for case .patch(let address, let patch) in changes {
        live[address] = try JSONPatch.apply(patch, to: try #require(live[address]))
      }
    }

    /// What AWS says of a load balancer: the rules by the Services of their groups, each with its weight.
    mutating func aws(_ rules: [[(String, Int)]], of host: String = "lb", type: String = "application") {
      let names = Set(rules.flatMap { $0.map(\.0) }).sorted()
      let groups = names.map { name -> JSONValue in
        let resource = "shop/\(router.address.key.name)-\(name):80"
        return ["arn": .string("arn:\(name)"), "name": .string(name), "resource": .string(resource)]
      }
      let said = rules.map { rule -> JSONValue in
        ["groups": .array(rule.map { ["arn": .string("arn:\($0.0)"), "weight": JSONValue($0.1)] })]
      }
      live[Self.witness(host)] = [
        "loadBalancer": [
          "arn": "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/lb/1", "name": .string(host),
          "type": .string(type),
        ],
        "targetGroups": .array(groups), "rules": .array(said),
      ]
    }

    static func witness(_ host: String) -> RouteAddress {
      RouteAddress(
        OutsidePlace(.loadBalancer, settings: ["host": .string(host)]),
        ObjectKey(namespace: "", name: host)
      )
    }

    func proof(_ weights: TrafficWeights) -> RouteProof { router.proof(weights, live) }
  }

  private let weights = Routed.weights(20)
  private let split = [("web-canary", 20), ("web-stable", 80)]

  @Test func withoutAnAnswerNothingIsProven() throws {
    var world = World()
    try world.set(weights)
    #expect(world.router.witnesses(world.live) == [World.witness("lb")])
    #expect(world.proof(weights) == .silent("the load balancer"))
    world.live[World.witness("lb")] = ["problem": "nobody answers"]
    #expect(world.proof(weights) == .lagging("nobody answers"))
  }

  @Test func anIngressWithoutALoadBalancerHasAWitnessOfItsOwn() throws {
    let world = World(hosts: [])
    let witnesses = world.router.witnesses(world.live)
    #expect(witnesses.map(\.key) == [ObjectKey(namespace: "shop", name: "web")])
    #expect(witnesses.first?.outside?.settings == ["host": ""])
    #expect(world.router.witnesses([:]).isEmpty)
  }

  @Test func theWeightsOfTheRulesCount() throws {
    var world = World()
    try world.set(weights)
    let text = "shop/web-web-canary:80 20, shop/web-web-stable:80 80"
    world.aws([[("web-canary", 0), ("web-stable", 100)]])
    #expect(
      world.proof(weights)
        == .lagging(
          "load balancer \"lb\" has shop/web-web-canary:80 0, shop/web-web-stable:80 100 instead of \(text)"
        )
    )
    world.aws([[("other", 1)]])
    #expect(world.proof(weights) == .lagging("load balancer \"lb\" has no rule with \(text)"))
    world.aws([split, [("other", 1)], split.reversed()])
    #expect(world.proof(weights) == .followed)
    // One listener lags.
    world.aws([split, [("web-canary", 10), ("web-stable", 90)]])
    #expect(world.proof(weights).isLagging)
    // One has not heard of the canary yet.
    world.aws([split, [("web-stable", 1)]])
    #expect(world.proof(weights).isLagging)
  }

  @Test func aPathThatLeadsToTheServiceItselfIsNoLag() throws {
    var world = World(more: [("web-stable", 80)])
    try world.set(weights)
    world.aws([split, [("web-stable", 1)]])
    #expect(world.proof(weights) == .followed)
    world.aws([split, [("web-canary", 1)]])
    #expect(world.proof(weights).isLagging)
  }

  @Test func headerRoutesAreRulesOfTheIngress() throws {
    var world = World()
    var weights = TrafficWeights(
      canaryService: "web-canary",
      stableService: "web-stable",
      canary: 20,
      managedRoutes: [
        try #require(
          ManagedRoute(headerRoute: [
            "name": "beta", "match": [["headerName": "x-beta", "headerValue": ["exact": "1"]]],
          ])
        )
      ],
      managedNames: ["beta"]
    )
    try world.set(weights)
    world.aws([split, [("web-canary", 1)]])
    #expect(world.proof(weights) == .followed)
    weights.managedRoutes = []
    try world.set(weights)
    #expect(world.proof(weights).isLagging)
  }

  @Test func everyLoadBalancerCountsThatCanHaveWeights() throws {
    var world = World(hosts: ["lb", "LB2", "front"])
    try world.set(weights)
    world.aws([split])
    world.aws([[("web-canary", 0), ("web-stable", 100)]], of: "lb2")
    world.aws([], of: "front", type: "network")
    #expect(world.proof(weights).isLagging)
    world.aws([split], of: "lb2")
    #expect(world.proof(weights) == .followed)
    var lonely = World(hosts: ["front"])
    try lonely.set(weights)
    lonely.aws([], of: "front", type: "network")
    #expect(lonely.proof(weights) == .lagging("Ingress \"shop/web\" has no application load balancer"))
  }

  /// Of two Ingresses each has target groups of its own, also behind one load balancer.
  @Test func severalIngressesAreJudgedEachForItself() throws {
    var first = World()
    var second = World(ingress: "internal")
    try first.set(weights)
    try second.set(weights)
    first.aws([split])
    second.aws([[("web-canary", 0), ("web-stable", 100)]])
    #expect(first.proof(weights) == .followed && second.proof(weights).isLagging)
    #expect(first.router.witnesses(first.live) == second.router.witnesses(second.live))
    #expect(first.router.testimony(weights, first.live)?["ingress"] == "web")
    #expect(second.router.testimony(weights, second.live)?["ingress"] == "internal")
  }

  /// With ping-pong the Services change their parts, and the root stays.
  @Test func pingAndPongTakeTurns() throws {
    var world = World()
    let first = TrafficWeights(canaryService: "pong", stableService: "ping", canary: 20)
    let second = TrafficWeights(canaryService: "ping", stableService: "pong", canary: 20)
    try world.set(first)
    world.aws([[("pong", 20), ("ping", 80)]])
    #expect(world.proof(first) == .followed)
    #expect(world.router.testimony(first, world.live)?.at("canaryTargetGroup", "name") == "pong")
    try world.set(second)
    #expect(world.proof(second).isLagging)
    world.aws([[("ping", 20), ("pong", 80)]])
    #expect(world.proof(second) == .followed)
    #expect(world.router.testimony(second, world.live)?.at("canaryTargetGroup", "name") == "ping")
  }

  @Test func groupsThatPeopleNameThemselvesCountToo() throws {
    var world = World(["servicePort": 80])
    let groups = [
      #"{"serviceName":"web-canary","servicePort":80,"weight":0}"#,
      #"{"serviceName":"web-stable","servicePort":80,"weight":50}"#,
      #"{"targetGroupARN":"arn:legacy","weight":25}"#, #"{"targetGroupName":"old","weight":25}"#,
    ].joined(separator: ",")
    let text = #"{"type":"forward","forwardConfig":{"targetGroups":[\#(groups)]}}"#
    world.live[world.router.address]?.set(
      .string(text),
      at: "metadata",
      "annotations",
      "alb.ingress.kubernetes.io/actions.web-stable"
    )
    try world.set(weights)
    world.aws([[("web-canary", 10), ("web-stable", 40), ("legacy", 25), ("old", 25)]])
    #expect(world.proof(weights) == .followed)
    world.aws([[("web-canary", 10), ("web-stable", 40), ("legacy", 25), ("old", 26)]])
    #expect(world.proof(weights).isLagging)
  }
}
