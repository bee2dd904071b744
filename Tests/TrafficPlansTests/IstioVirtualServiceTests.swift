import KubeModel
import Primitives
import Testing
import TrafficPlans

/// What a VirtualService must be like, and what is read from one.
@Suite struct IstioVirtualServiceTests {
  let address = RouteAddress(.virtualServices, ObjectKey(namespace: "shop", name: "web"))

  func service(_ spec: JSONValue, status: JSONValue = .object([:])) -> LiveRoutes {
    [
      address: [
        "apiVersion": "networking.istio.io/v1alpha3", "kind": "VirtualService",
        "metadata": ["name": "web", "namespace": "shop", "resourceVersion": "7", "generation": 3],
        "spec": spec, "status": status,
      ]
    ]
  }

  static func to(_ host: String, _ weight: Int) -> JSONValue {
    ["destination": ["host": .string(host)], "weight": JSONValue(weight)]
  }

  static let pair: JSONValue = [to("web-stable", 100), to("web-canary", 0)]

  func weights(_ canary: Int, _ routes: [ManagedRoute?] = [], keeping: Stickiness? = nil) -> TrafficWeights {
    var weights = TrafficWeights(
      canaryService: "web-canary",
      stableService: "web-stable",
      canary: canary,
      managedRoutes: routes.compactMap { $0 },
      managedNames: ["beta"]
    )
    (weights.canaryHash, weights.stableHash, weights.stickiness) = ("7bf84f969", "5d9c48b7f", keeping)
    return weights
  }

  func router(_ reference: JSONValue = ["name": "web"]) -> IstioVirtualService {
    IstioVirtualService(
      reference,
      destinationRule: nil,
      rollout: ObjectKey(namespace: "shop", name: "web")
    )
  }

  static let bad: [(JSONValue, JSONValue, String)] = [
    (["http": [["route": pair]]], ["routes": ["primary"]], " has no http route \"primary\""),
    (
      ["http": [["name": "primary", "route": [to("web-stable", 100), to("other", 0)]]]],
      ["routes": ["primary"]], ", http route \"primary\", has no destination \"web-canary\""
    ),
    (
      ["http": [["route": [to("web-stable", 90), to("web-stable.shop", 0), to("web-canary", 10)]]]], [:],
      ", http route 0, names \"web-stable\" twice"
    ),
    (
      ["http": [["route": pair], ["route": pair]]], [:],
      " has 2 http routes for \"web-stable\" and \"web-canary\", of which the rollout names none"
    ),
    (
      ["http": [["route": [to("other", 100)]]]], [:],
      " has no route with destinations for both \"web-stable\" and \"web-canary\""
    ),
    (
      ["http": [["route": [to("web-stable", 0), to("web-canary", 0), to("other", 100)]]]], [:],
      ", http route 0, gives others 100 of 100, which leaves nothing"
    ),
    (
      ["tls": [["match": [["port": 443, "sniHosts": ["a", "b"]]], "route": pair]]],
      ["tlsRoutes": [["port": 443, "sniHosts": ["a"]]]], " has no tls route for port 443 and sniHosts a"
    ),
    (
      ["tcp": [["match": [["port": 1], ["port": 2]], "route": pair]]], ["tcpRoutes": [["port": 1]]],
      " has no tcp route for port 1"
    ),
  ]

  @Test(arguments: bad)
  func whatDoesNotFitIsToldAndNotTouched(spec: JSONValue, reference: JSONValue, problem: String) {
    var reference = reference
    reference["name"] = "web"
    let expected = "VirtualService \"shop/web\"" + problem
    #expect(router(reference).plan(weights(20), service(spec)) == .problem(expected))
    #expect(router(reference).problem(weights(20), service(spec)) == expected)
    #expect(router(reference).canaryWeight(weights(20), service(spec)) == nil)
  }

  @Test func whatIsNotThereIsAProblem() {
    #expect(router().plan(weights(0), [:]) == .problem("VirtualService \"shop/web\" not found"))
  }

  @Test func aPatternCannotBeNarrowedByAnotherOne() {
    let live = service(["http": [["match": [["uri": ["regex": "/a.*"]]], "route": Self.pair]]])
    let shadow = ManagedRoute(mirrorRoute: ["name": "beta", "match": [["path": ["prefix": "/"]]]])
    #expect(
      router().plan(weights(0, [shadow]), live)
        == .problem(
          "VirtualService \"shop/web\", http route 0, and route \"beta\" both have a match of uri by pattern"
        )
    )
    #expect(router().plan(weights(0), live) == .unchanged, "without the route there is no problem")
  }

  @Test func aRouteOfStepsNeedsRequestsThatCanBeToldApart() {
    let live = service(["tcp": [["route": Self.pair]]])
    let beta = ManagedRoute(
      headerRoute: ["name": "beta", "match": [["headerName": "a", "headerValue": ["exact": "b"]]]]
    )
    #expect(router().problem(weights(0, [beta]), live)?.hasSuffix("could stand in front of") == true)
    let tcp = router(["name": "web", "tcpRoutes": [["port": 1]]])
    #expect(beta.map { tcp.refusal(of: $0) } == "tls and tcp routes cannot tell requests apart")
    #expect(beta.map { router().refusal(of: $0) == nil } == true)
    #expect(!tcp.canStick(.canary) && router().canStick(.both))
  }

  @Test func cookiesOfPeopleAreNotWrittenOver() {
    let own: JSONValue = ["response": ["add": ["Set-Cookie": "a=b"]]]
    let canary: JSONValue = ["destination": ["host": "web-canary"], "headers": own]
    let live = service(["http": [["route": [Self.to("web-stable", 100), canary]]]])
    #expect(router().problem(weights(20, keeping: .canary), live)?.contains("sets a cookie already") == true)
    #expect(router().problem(weights(20), live) == nil)
    #expect(router().plan(weights(0, keeping: .both), live) == .unchanged)
  }

  @Test func aCopyIsARequestToo() {
    let mirrored: JSONValue = ["route": [Self.to("web-stable", 0)], "mirror": ["host": "trial.shop"]]
    let live = service(["http": [mirrored, ["route": Self.pair]]])
    #expect(router().leads(to: "trial", live))
    #expect(router().leads(to: "web-stable", live), "a single destination has all requests")
    #expect(!router().leads(to: "web-canary", live))
    #expect(!router().leads(to: "", live))
  }

  static let reports: [(JSONValue, Bool?)] = [
    (.object([:]), nil),
    (["conditions": [["type": "PassedAnalysis", "status": "True", "observedGeneration": "3"]]], nil),
    (["conditions": [["type": "Reconciled", "status": "True"]]], nil),
    (["conditions": [["type": "Reconciled", "status": "True", "observedGeneration": "3"]]], true),
    (["conditions": [["type": "Reconciled", "status": "True", "observedGeneration": 2]]], false),
    (["conditions": [["type": "Reconciled", "status": "False", "observedGeneration": 3]]], false),
  ]

  @Test(arguments: reports)
  func proofIsThatOfThePresentGeneration(status: JSONValue, isFollowed: Bool?) {
    #expect(router().isFollowed(service(["http": [["route": Self.pair]]], status: status)) == isFollowed)
  }

  @Test(arguments: ["web.front", "web.front.svc.cluster.local"])
  func theNameMayHaveANamespace(name: String) {
    #expect(router(["name": .string(name)]).address.key == ObjectKey(namespace: "front", name: "web"))
  }
}
