import KubeModel
import Primitives
import Testing
import TrafficPlans

/// What an Ingress for the AWS Load Balancer Controller must be like, and what is read from one.
@Suite struct ALBIngressTests {
  static let action = "alb.ingress.kubernetes.io/actions.web-root"
  let address = RouteAddress(.ingresses, ObjectKey(namespace: "shop", name: "web"))

  func router(_ more: JSONValue = .object([:])) -> ALBIngress {
    var alb: JSONValue = ["rootService": "web-root", "servicePort": 80]
    for (name, value) in more.object ?? [:] { alb[name] = value }
    return ALBIngress(alb, ingress: "web", rollout: ObjectKey(namespace: "shop", name: "web"))
  }

  func ingress(_ annotations: [String: String], backend: String = "web-root", port: String = "use-annotation")
    -> LiveRoutes
  {
    let service: JSONValue = ["name": .string(backend), "port": ["name": .string(port)]]
    let path: JSONValue = ["path": "/", "pathType": "Prefix", "backend": ["service": service]]
    return [
      address: [
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": [
          "name": "web", "namespace": "shop", "resourceVersion": "7", "annotations": JSONValue(annotations),
        ],
        "spec": ["rules": [["http": ["paths": [path]]]]],
      ]
    ]
  }

  func weights(_ canary: Int) -> TrafficWeights {
    TrafficWeights(canaryService: "web-canary", stableService: "web-stable", canary: canary)
  }

  static func forward(_ groups: String) -> String {
    #"{"type":"forward","forwardConfig":{"targetGroups":[\#(groups)]}}"#
  }

  static func group(_ service: String, _ weight: Int) -> String {
    #"{"serviceName":"\#(service)","servicePort":80,"weight":\#(weight)}"#
  }

  static let bad: [(String, String)] = [
    ("{", " invalid JSON at byte 1: expected a field name"),
    (#"{"type":"redirect"}"#, " does not forward requests"),
    (#"{"type":"forward","targetGroupARN":"arn"}"#, " has no list of target groups"),
    (
      forward([group("web-canary", 1), group("web-canary", 2)].joined(separator: ",")),
      " names service \"web-canary\" twice"
    ),
    (forward(group("other", 100)), " gives others 100 of 100, which leaves nothing"),
  ]

  @Test(arguments: bad)
  func anActionThatDoesNotFitIsToldAndNotTouched(text: String, problem: String) {
    let live = ingress([Self.action: text])
    let expected = "Ingress \"shop/web\", action \"web-root\"," + problem
    #expect(router().plan(weights(20), live) == .problem(expected))
  }

  @Test func aBackendThatDoesNotUseTheActionIsToldOf() {
    #expect(
      router().plan(weights(20), ingress([:], backend: "other"))
        == .problem("Ingress \"shop/web\" has no rule with the backend \"web-root\"")
    )
    #expect(
      router().problem(weights(20), ingress([:], port: "http"))?.hasSuffix("must be use-annotation") == true
    )
    #expect(router().canaryWeight(weights(20), ingress([:], port: "http")) == nil)
    #expect(router().leads(to: "web-root", ingress([:], port: "http")))
  }

  @Test(arguments: [(0, false), (1, true), (604_800, true), (604_801, false)])
  func usersAreKeptForAWeekAtMost(seconds: Int, isPossible: Bool) {
    let config: JSONValue = ["enabled": true, "durationSeconds": JSONValue(seconds)]
    let problem = router(["stickinessConfig": config]).problem(weights(20), ingress([:]))
    #expect((problem == nil) == isPossible)
    guard isPossible else { return }
    #expect(router(["stickinessConfig": config]).lingering([:]) == .seconds(seconds))
    #expect(router(["stickinessConfig": ["enabled": false, "durationSeconds": 60]]).lingering([:]) == .zero)
  }

  @Test func notesThatCannotBeReadAreNotWrittenOver() {
    let live = ingress(["rollouts.argoproj.io/managed-alb-annotations": "[]"])
    #expect(
      router().plan(weights(20), live)
        == .problem(
          "Ingress \"shop/web\", annotation rollouts.argoproj.io/managed-alb-annotations: it is no object"
        )
    )
  }

  /// The annotation that Argo Rollouts leaves behind is taken over as it is.
  @Test func anActionOfArgoRolloutsIsOurs() {
    let groups: JSONValue = [
      ["ServiceName": "web-canary", "ServicePort": "80", "Weight": 0],
      ["ServiceName": "web-stable", "ServicePort": "80", "Weight": 100],
    ]
    let action: JSONValue = ["Type": "forward", "ForwardConfig": ["TargetGroups": groups]]
    let live = ingress([
      Self.action: action.text(pretty: true),
      "rollouts.argoproj.io/managed-alb-annotations": #"{ "web": ["\#(Self.action)"] }"#,
    ])
    #expect(router().plan(weights(0), live) == .unchanged)
    #expect(router().leads(to: "web-stable", live))
    #expect(!router().leads(to: "web-canary", live))
  }

  /// Weights that people wrote for another time than rest are not what is gone back to.
  @Test func weightsOfPeopleDoNotOutlastARelease() throws {
    let groups = [Self.group("web-canary", 50), Self.group("web-stable", 50)].joined(separator: ",")
    var world = RouterWorld(ingress([Self.action: Self.forward(groups)]))
    #expect(router().canaryWeight(weights(0), world.live) == 50)
    try world.perform(router().plan(weights(0), world.live))
    let rest = world.objects
    #expect(router().canaryWeight(weights(0), world.live) == 0)
    try world.perform(router().plan(weights(30), world.live))
    try world.perform(router().plan(weights(0), world.live))
    #expect(world.objects == rest)
  }

  /// A text that people write during a release is theirs, too.
  @Test(arguments: [true, false])
  func whatPeopleWriteDuringAReleaseIsNotLost(isFollowed: Bool) throws {
    let groups = [Self.group("web-canary", 0), Self.group("web-stable", 100)].joined(separator: ", ")
    var world = RouterWorld(ingress([Self.action: Self.forward(groups)]))
    try world.perform(router().plan(weights(30), world.live))
    let newer = Self.forward(groups + ", " + Self.group("web-legacy", 0))
    var object = try #require(world.live[address])
    object.set(.string(newer), at: "metadata", "annotations", Self.action)
    world.replace(address, with: object)
    if isFollowed { try world.perform(router().plan(weights(60), world.live)) }
    try world.perform(router().plan(weights(0), world.live))
    #expect(world.objects[address]?.annotations == [Self.action: newer])
  }

  @Test func onlyExactHeadersCanBeRoutes() throws {
    let header = { (value: JSONValue) in
      ManagedRoute(
        headerRoute: ["name": "beta", "match": [["headerName": "a", "headerValue": value]]]
      )
    }
    #expect(router().refusal(of: try #require(header(["exact": "b"]))) == nil)
    #expect(router().refusal(of: try #require(header(["prefix": "b"]))) != nil)
    let mirror = ManagedRoute(mirrorRoute: ["name": "beta", "match": [["path": ["prefix": "/"]]]])
    #expect(router().refusal(of: try #require(mirror)) == "a load balancer of AWS has no mirrors")
    #expect(router().canStick(.both) && !router().canStick(.canary))
  }
}
