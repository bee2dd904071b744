import KubeModel
import Primitives
import Testing
import TrafficPlans

/// What routers make, take over and delete, and what controllers say of it.
@Suite struct DerivedRouteTests {
  private static let mapping = Routed.object("Mapping", "web", ["prefix": "/", "service": "web-stable:80"])
  private static let ambassador: JSONValue = ["ambassador": ["mappings": ["web"]]]

  @Test func aMappingOfArgoRolloutsIsTakenOver() throws {
    let routed = Routed(
      Self.ambassador,
      Self.mapping,
      Routed.object("Mapping", "web-canary", ["prefix": "/", "service": "web-canary:80", "weight": 30])
    )
    #expect(routed.router.canaryWeight(Routed.weights(30), routed.live) == 30)
    let patched = try #require(try routed.patched(Routed.weights(30)))
    #expect(patched.at("metadata", "ownerReferences") == [RouterCase.owner])
  }

  @Test func anEmptiedMappingIsDeletedByTheNextPlan() throws {
    var routed = Routed(
      Self.ambassador,
      Self.mapping,
      Routed.object(
        "Mapping",
        "web-canary",
        ["prefix": "/", "service": "web-canary:80", "weight": 30],
        owner: RouterCase.owner
      )
    )
    let emptied = try #require(try routed.patched(Routed.weights(0)))
    #expect(emptied.spec["weight"] == 0)
    routed.put(emptied)
    let address = routed.router.derived[0]
    #expect(routed.plan(Routed.weights(0)) == .changes([.delete(address, resourceVersion: "7")]))
    #expect(try routed.patched(Routed.weights(5))?.spec["weight"] == 5)
  }

  static let targets: [(String, String)] = [
    ("web-stable", "web-canary"),
    ("web-stable:80", "web-canary:80"),
    ("web-stable.shop:80", "web-canary.shop:80"),
    ("https://web-stable.shop.svc.cluster.local", "https://web-canary.shop.svc.cluster.local"),
  ]

  @Test(arguments: targets)
  func onlyTheNameOfTheServiceIsExchanged(stable: String, canary: String) throws {
    let routed = Routed(Self.ambassador, Routed.object("Mapping", "web", ["service": .string(stable)]))
    guard case .changes(let changes) = routed.plan(Routed.weights(5)), case .create(_, let made) = changes[0]
    else {
      Issue.record("nothing is made")
      return
    }
    #expect(made.spec["service"]?.string == canary)
  }

  private static let apisix: JSONValue = [
    "managedRoutes": [["name": "beta"]], "apisix": ["route": ["name": "web"]],
  ]
  private static let route = Routed.object(
    "ApisixRoute",
    "web",
    [
      "http": [
        [
          "name": "web", "match": ["paths": ["/*"]],
          "backends": [
            ["serviceName": "web-stable", "weight": 80], ["serviceName": "web-canary", "weight": 20],
          ],
        ]
      ]
    ]
  )
  private static let header = ManagedRoute(headerRoute: [
    "name": "beta", "match": [["headerName": "X-Beta", "headerValue": ["exact": "yes"]]],
  ])

  @Test func aRouteOfSomebodyElseIsOnlyInTheWayWhenOneIsWanted() throws {
    let routed = Routed(Self.apisix, Self.route, Routed.object("ApisixRoute", "beta", ["http": []]))
    #expect(routed.plan(Routed.weights(20)) == .unchanged)
    #expect(!routed.router.hasManagedRoutes(Routed.weights(20), routed.live))
    var weights = Routed.weights(20)
    weights.managedRoutes = [try #require(Self.header)]
    #expect(
      routed.plan(weights)
        == .problem(#"ApisixRoute "shop/beta" is in the way: it was not made for this rollout"#)
    )
  }

  @Test func onlyHeaderRoutesCanBeAdded() throws {
    let header = try #require(Self.header)
    let mirror = try #require(
      ManagedRoute(mirrorRoute: ["name": "beta", "match": [["path": ["exact": "/"]]]])
    )
    let apisix = Routed(Self.apisix).router
    #expect(apisix.refusal(of: header) == nil)
    #expect(apisix.refusal(of: mirror) == "an ApisixRoute cannot mirror requests")
    #expect(Routed(Self.ambassador).router.refusal(of: header) != nil)
  }

  static let reports: [(JSONValue, Bool?)] = [
    ([], nil),
    ([["type": "Other", "status": "True"]], nil),
    ([["type": "T", "status": "True", "observedGeneration": 3]], true),
    ([["type": "T", "status": "True", "observedGeneration": 2]], false),
    ([["type": "T", "status": "False", "observedGeneration": 3]], false),
  ]

  @Test(arguments: reports)
  func onlyThePresentGenerationIsFollowed(conditions: JSONValue, isFollowed: Bool?) {
    let contour: JSONValue = ["plugins": ["argoproj-labs/contour": ["httpProxy": "web"]]]
    let proxy = Routed.object("HTTPProxy", "web", .object([:]))
    for (routing, object, type) in [
      (contour, proxy, "Valid"), (Self.apisix, Self.route, "ResourcesAvailable"),
      (Self.apisix, Self.route, "Accepted"),
    ] {
      var reported = object
      reported.set(3, at: "metadata", "generation")
      let named = (conditions.array ?? []).map { condition in
        var condition = condition
        if condition["type"] == "T" { condition["type"] = .string(type) }
        return condition
      }
      reported.set(.array(named), at: "status", "conditions")
      let routed = Routed(routing, reported)
      #expect(routed.router.isFollowed(routed.live) == isFollowed)
    }
  }

  @Test func aHeaderRouteThatNobodyHasSeenYetIsNotFollowed() {
    var seen = Self.route
    seen.set([["type": "Accepted", "status": "True"]], at: "status", "conditions")
    let beta = Routed.object("ApisixRoute", "beta", ["http": []], owner: RouterCase.owner)
    let routed = Routed(Self.apisix, seen, beta)
    #expect(routed.router.isFollowed(routed.live) == false)
    #expect(routed.router.hasManagedRoutes(Routed.weights(0), routed.live))
  }
}
