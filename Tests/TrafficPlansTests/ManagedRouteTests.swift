import KubeModel
import Primitives
import Testing
import TrafficPlans

/// Rules that steps add to an HTTPRoute, and take away again.
@Suite struct ManagedRouteTests {
  let web = OneRoute()
  let route: JSONValue = [
    "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
    "metadata": ["name": "web", "namespace": "shop", "resourceVersion": "7"],
    "spec": [
      "rules": [
        [
          "name": "all", "matches": [["path": ["type": "PathPrefix", "value": "/"]]],
          "backendRefs": [
            ["group": "", "kind": "Service", "name": "stable", "port": 80, "weight": 100],
            ["group": "", "kind": "Service", "name": "canary", "port": 80, "weight": 0],
          ],
        ]
      ]
    ],
  ]

  let header: JSONValue = [
    "name": "beta",
    "match": [
      ["headerName": "x-user", "headerValue": ["exact": "ann"]],
      ["headerName": "agent", "headerValue": ["prefix": "curl/8."]],
    ],
  ]

  func weights(_ canary: Int, _ routes: [ManagedRoute?]) -> TrafficWeights {
    TrafficWeights(
      canaryService: "canary",
      stableService: "stable",
      canary: canary,
      managedRoutes: routes.compactMap { $0 },
      managedNames: ["beta", "shadow"]
    )
  }

  func patched(_ weights: TrafficWeights, _ route: JSONValue) throws -> JSONValue {
    guard let patch = web.patch(weights, route) else { return route }
    return try JSONPatch.apply(patch, to: route)
  }

  @Test func allHeadersTogetherLeadToTheCanary() throws {
    let wanted = weights(20, [ManagedRoute(headerRoute: header)])
    let result = try patched(wanted, route)
    #expect(
      result.spec["rules"]?[0] == [
        "name": "beta",
        "matches": [
          [
            "path": ["type": "PathPrefix", "value": "/"],
            "headers": [
              ["type": "Exact", "name": "x-user", "value": "ann"],
              ["type": "RegularExpression", "name": "agent", "value": "^curl/8\\..*"],
            ],
          ]
        ],
        "backendRefs": [["group": "", "kind": "Service", "name": "canary", "port": 80, "weight": 1]],
      ]
    )
    #expect(result.spec["rules"]?[1]?["backendRefs"]?[1]?["weight"] == 20)
    #expect(web.router.plan(wanted, web.live(result)) == .unchanged)
    #expect(web.router.hasManagedRoutes(wanted, web.live(result)))
  }

  @Test func aMirrorCopiesAShareAndFollowsTheWeights() throws {
    let mirror = ManagedRoute(
      mirrorRoute: [
        "name": "shadow", "percentage": 35,
        "match": [
          ["method": ["exact": "GET"], "path": ["prefix": "/api"], "headers": ["x-a": ["regex": "b+"]]]
        ],
      ]
    )
    let first = try patched(weights(20, [mirror]), route)
    let rule = try #require(first.spec["rules"]?[0])
    #expect(rule["matches"]?[0]?["method"] == "GET")
    #expect(rule["matches"]?[0]?["path"] == ["type": "PathPrefix", "value": "/api"])
    #expect(
      rule["filters"] == [
        [
          "type": "RequestMirror",
          "requestMirror": [
            "backendRef": ["group": "", "kind": "Service", "name": "canary", "port": 80], "percent": 35,
          ],
        ]
      ]
    )
    let second = try patched(weights(60, [mirror]), first)
    for index in 0...1 { #expect(second.spec["rules"]?[index]?["backendRefs"]?[1]?["weight"] == 60) }
  }

  /// Whatever order of weights and routes a release goes through, its end leaves the route as it began.
  @Test func theEndOfAReleaseLeavesTheRouteAsItBegan() throws {
    let all = [
      ManagedRoute(headerRoute: header),
      ManagedRoute(mirrorRoute: ["name": "shadow", "match": [["path": ["prefix": "/"]]]]),
    ]
    var random = SeededRandom(seed: 5)
    for _ in 0..<200 {
      var live = route
      for _ in 0..<6 {
        let routes = all.filter { _ in Bool.random(using: &random) }
        live = try patched(weights(Int.random(in: 0...100, using: &random), routes), live)
      }
      #expect(try patched(weights(0, []), live) == route)
    }
  }

  @Test func whatAnHTTPRouteCannotSayIsRefusedAndLeftOut() throws {
    #expect(ManagedRoute(headerRoute: ["name": "beta"]) == nil)
    let shadow: JSONValue = ["name": "shadow", "match": [["method": ["prefix": "P"]]]]
    let route = try #require(ManagedRoute(mirrorRoute: shadow))
    #expect(OneRoute().router.refusal(of: route) == "an HTTPRoute matches a method as a whole")
    #expect(OneRoute().patch(weights(0, [route]), self.route) == nil)
  }
}
