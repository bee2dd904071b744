import KubeModel
import Primitives
import Testing
import TrafficPlans

/// Programs as routers: what they are told, and what is made of what they say.
@Suite struct PluginRouterTests {
  private static func routed(_ state: JSONValue, _ more: JSONValue = [:]) -> Routed {
    var object: JSONValue = [
      "kind": "RouterPlugin", "metadata": ["name": "acme/balancer"], "state": state,
    ]
    for (name, value) in more.object ?? [:] { object[name] = value }
    return Routed(["plugins": ["acme/balancer": ["map": "shop"]]], object)
  }

  private static func state(_ canary: Int, _ stable: Int) -> JSONValue {
    [
      "destinations": [
        ["service": "web-canary", "weight": JSONValue(canary)],
        ["service": "web-stable", "weight": JSONValue(stable)],
      ]
    ]
  }

  @Test func eachNameThatIsNotSerinsOwnIsAProgram() {
    let plugins: JSONValue = [
      "b/b": [:], "a/a": .null, "argoproj-labs/gatewayAPI": ["httpRoute": "web"], "istio": ["x": 1],
    ]
    let routing = TrafficRouting(
      ["plugins": plugins],
      rollout: ObjectKey(namespace: "shop", name: "web")
    )
    #expect(
      routing.units.map(\.field) == [
        "plugins.argoproj-labs/gatewayAPI.httpRoute", "plugins.a/a", "plugins.b/b", "plugins.istio",
      ]
    )
    #expect(routing.addresses.map(\.outside?.kind) == [nil, .plugin, .plugin, .plugin])
    #expect(routing.addresses[3].description == "RouterPlugin \"shop/istio\"")
  }

  @Test func twoRolloutsWithOneConfigurationAreAskedApart() {
    let routing: JSONValue = ["plugins": ["acme/balancer": [:]]]
    let addresses = ["web", "api"].map {
      TrafficRouting(routing, rollout: ObjectKey(namespace: "shop", name: $0)).addresses
    }
    #expect(addresses[0] != addresses[1])
    #expect(
      addresses[0][0].outside?.settings == [
        "plugin": "acme/balancer", "config": [:], "rollout": ["namespace": "shop", "name": "web"],
      ]
    )
  }

  @Test func aWishIsWholeAndForTheVersionThatWasRead() {
    let wish: JSONValue = [
      "total": 100,
      "destinations": [
        ["role": "canary", "service": "web-canary", "weight": 20, "podTemplateHash": "7bf84f969"],
        ["role": "stable", "service": "web-stable", "weight": 80, "podTemplateHash": "5d9c48b7f"],
      ],
      "routes": [],
    ]
    guard case .changes(let changes) = Self.routed(.null).plan(Routed.weights(20)), changes.count == 1,
      case .patch(_, let patch) = changes[0]
    else {
      Issue.record("one patch is wanted")
      return
    }
    #expect(
      patch == [
        ["op": "test", "path": "/metadata/resourceVersion", "value": "7"],
        ["op": "add", "path": "/state", "value": wish],
      ]
    )
    #expect(PluginRouter.wish(of: changes[0]) == wish)
    #expect(PluginRouter.problem(with: wish, asked: wish) == nil)
    #expect(PluginRouter.problem(with: .null, asked: wish) == "its state is not the one that was asked for")
  }

  @Test func whatAProgramDoesNotKeepIsNotComparedAndWeightsAlwaysAre() {
    #expect(Self.routed(Self.state(20, 80)).plan(Routed.weights(20)) == .unchanged)
    #expect(Self.routed(Self.state(21, 79)).plan(Routed.weights(20)) != .unchanged)
    var listed = Self.state(20, 80)["destinations"]?.array ?? []
    listed[0]["podTemplateHash"] = "7bf84f969"
    #expect(Self.routed(["destinations": .array(listed)]).plan(Routed.weights(20)) == .unchanged)
    listed[0]["podTemplateHash"] = "another"
    #expect(Self.routed(["destinations": .array(listed)]).plan(Routed.weights(20)) != .unchanged)
    listed = (Self.state(20, 80)["destinations"]?.array ?? []) + [["service": "other", "weight": 0]]
    #expect(Self.routed(["destinations": .array(listed)]).plan(Routed.weights(20)) == .unchanged)
    listed[2]["weight"] = 1
    #expect(Self.routed(["destinations": .array(listed)]).plan(Routed.weights(20)) != .unchanged)
  }

  @Test func routesAreComparedByNameAndByWhatTheProgramKeepsOfThem() {
    var weights = Routed.weights(0)
    let route: JSONValue = [
      "name": "testers", "match": [["headerName": "X-Tester", "headerValue": ["exact": "yes"]]],
    ]
    weights.managedRoutes = [ManagedRoute(headerRoute: route)].compactMap(\.self)
    func plan(_ routes: JSONValue) -> RoutePlan {
      var state = Self.state(0, 100)
      state["routes"] = routes
      return Self.routed(state).plan(weights)
    }
    #expect(plan([["name": "testers"]]) == .unchanged)
    #expect(plan([["name": "testers", "type": "header"]]) == .unchanged)
    let others: [JSONValue] = [
      [], [["name": "others"]], [["name": "testers", "type": "mirror"]],
      [["name": "testers"], ["name": "x"]],
    ]
    for routes in others { #expect(plan(routes) != .unchanged, "\(routes)") }
    let routed = Self.routed(["destinations": [], "routes": [["name": "testers"]]])
    #expect(routed.router.hasManagedRoutes(weights, routed.live))
  }

  @Test func nothingThatStandsHasNoWeightAndNonsenseHasAnUnknownOne() {
    let nothing = Self.routed(.null)
    #expect(nothing.router.canaryWeight(Routed.weights(20), nothing.live) == 0)
    let half = Self.routed(Self.state(1, 2))
    #expect(half.router.canaryWeight(Routed.weights(20), half.live) == 34)
    #expect(half.router.stableWeight(Routed.weights(20), half.live) == 67)
    let nonsense = Self.routed(["destinations": "all of them"])
    #expect(nonsense.router.canaryWeight(Routed.weights(20), nonsense.live) == nil)
    #expect(nonsense.router.stableWeight(Routed.weights(20), nonsense.live) == nil)
  }

  @Test func onlyWhatTheProgramSaysIsVerified() {
    let answers: [(JSONValue, Bool?)] = [
      ([:], nil), (["verified": true], true), (["verified": false], false),
    ]
    for (said, follows) in answers {
      let routed = Self.routed(Self.state(20, 80), said)
      #expect(routed.router.isFollowed(routed.live) == follows)
    }
    let routed = Self.routed(Self.state(20, 80), ["lingerSeconds": 90])
    #expect(routed.router.lingering(routed.live) == .seconds(90))
  }

  static let nonsense: [(state: JSONValue, says: String)] = [
    ("up", "its state is no object"), ([:], "its state has no list of destinations"),
    (["destinations": [["weight": 1]]], "destination 0 of its state has no service"),
    (["destinations": [["service": "web"]]], "the service web has no weight in its state"),
    (["destinations": [["service": "web", "weight": -1]]], "the service web has no weight in its state"),
    (
      ["destinations": [["service": "web", "weight": 1], ["service": "web", "weight": 2]]],
      "the service web is twice in its state"
    ),
    (["destinations": [], "routes": [[:]]], "the routes of its state are no list, or one has no name"),
  ]

  @Test(arguments: nonsense)
  func nonsenseIsToldAndNothingIsPlannedFromIt(state: JSONValue, says: String) {
    #expect(PluginRouter.problem(with: state, asked: nil) == says)
    let problem = "RouterPlugin \"shop/acme/balancer\": \(says)"
    #expect(Self.routed(state).plan(Routed.weights(20)) == .problem(problem))
  }

  @Test func bothServicesAreNeeded() {
    let weights = TrafficWeights(canaryService: "", stableService: "web", canary: 0)
    let needs = "RouterPlugin \"shop/acme/balancer\" needs a canaryService and a stableService"
    #expect(Self.routed(.null).plan(weights) == .problem(needs))
  }
}
