import HTTPTransport
import KubeModel
import Primitives
import RouteProviders
import Testing
import TrafficPlans

/// Moto plays AWS: what the rules of a load balancer have is read through the API, and the router judges it.
@Suite(
  .serialized,
  .timeLimit(.minutes(3)),
  .enabled(if: Moto.isHere, "no moto here; make setup installs it")
)
struct LoadBalancerSourceTests {
  private static let rollout = ObjectKey(namespace: "shop", name: "web")
  private static let ingress = RouteAddress(.ingresses, rollout)
  private static let weights = TrafficWeights(
    canaryService: "web-canary",
    stableService: "web-stable",
    canary: 20
  )
  private static let router = ALBIngress(
    ["rootService": "web-root", "servicePort": 80],
    ingress: "web",
    rollout: rollout
  )

  /// An Ingress that gives the canary 20 %, and what AWS says of its load balancer.
  private static func live(_ host: String, _ answer: JSONValue?) throws -> LiveRoutes {
    let backend: JSONValue = ["service": ["name": "web-root", "port": ["name": "use-annotation"]]]
    var live: LiveRoutes = [
      ingress: [
        "metadata": ["name": "web", "namespace": "shop", "resourceVersion": "7"],
        "spec": ["rules": [["http": ["paths": [["path": "/", "backend": backend]]]]]],
        "status": ["loadBalancer": ["ingress": [["hostname": .string(host)]]]],
      ]
    ]
    guard case .changes(let changes) = router.plan(weights, live),
      case .patch(_, let patch) = try #require(changes.first)
    else { throw Overdue(description: "no plan") }
    live[ingress] = try JSONPatch.apply(patch, to: try #require(live[ingress]))
    live[Moto.address(host)] = answer
    return live
  }

  private func proof(_ host: String, _ source: LoadBalancerSource) async throws -> RouteProof {
    let live = try Self.live(host, try await source.read(Moto.address(host)))
    #expect(Self.router.witnesses(live) == [Moto.address(host)])
    return Self.router.proof(Self.weights, live)
  }

  private func withMoto(_ body: (Moto) async throws -> Void) async throws {
    let moto = try await Moto()
    do { try await body(moto) } catch {
      await moto.stop()
      throw error
    }
    await moto.stop()
  }

  @Test func weightsCountOnceAwsHasThem() async throws {
    try await withMoto { moto in
      let balancer = try await moto.makeBalancer("web")
      let canary = try await moto.makeGroup("web-canary", resource: "shop/web-web-canary:80")
      let stable = try await moto.makeGroup("web-stable", resource: "shop/web-web-stable:80")
      let other = try await moto.makeGroup("other", resource: "shop/other-other:80")
      let listener = try await moto.makeListener(balancer.arn, port: 80, default: other)
      let rule = try await moto.makeRule(listener, path: "/a", priority: 1, [(canary, 0), (stable, 100)])
      let source = moto.source()
      let lag = "load balancer \"web\" has shop/web-web-canary:80 0, shop/web-web-stable:80 100"
      let wish = "shop/web-web-canary:80 20, shop/web-web-stable:80 80"
      #expect(try await proof(balancer.host, source) == .lagging("\(lag) instead of \(wish)"))
      try await moto.setWeights(rule, [(canary, 20), (stable, 80)])
      #expect(try await proof(balancer.host, source) == .followed)
      // A second listener that has not followed yet.
      let secure = try await moto.makeListener(balancer.arn, port: 8080, default: other)
      let late = try await moto.makeRule(secure, path: "/a", priority: 1, [(stable, 100)])
      #expect(try await proof(balancer.host, source).isLagging)
      try await moto.setWeights(late, [(stable, 80), (canary, 20)])
      #expect(try await proof(balancer.host, source) == .followed)
      let live = try Self.live(balancer.host, try await source.read(Moto.address(balancer.host)))
      let told = try #require(Self.router.testimony(Self.weights, live))
      #expect(told["ingress"] == "web" && told.at("loadBalancer", "arn") == .string(balancer.arn))
      #expect(told.at("loadBalancer", "fullName")?.string?.hasPrefix("app/web/") == true, "\(told)")
      #expect(told.at("canaryTargetGroup", "arn") == .string(canary))
      #expect(told.at("stableTargetGroup", "name") == "web-stable")
      #expect(
        told.at("stableTargetGroup", "fullName")?.string?.hasPrefix("targetgroup/web-stable/") == true
      )
    }
  }

  @Test func aTagOfAnotherNameIsReadWhereItIsAskedFor() async throws {
    try await withMoto { moto in
      let balancer = try await moto.makeBalancer("web")
      let canary = try await moto.makeGroup("c", resource: "shop/web-web-canary:80", tag: "own")
      let stable = try await moto.makeGroup("s", resource: "shop/web-web-stable:80", tag: "own")
      let listener = try await moto.makeListener(balancer.arn, port: 80, default: stable)
      _ = try await moto.makeRule(listener, path: "/", priority: 1, [(canary, 20), (stable, 80)])
      #expect(try await proof(balancer.host, moto.source()).isLagging)
      let lag = try await proof(balancer.host, moto.source(tag: "own"))
      // The default action leads to stable alone, which the Ingress does not ask for.
      let wish = "shop/web-web-canary:80 20, shop/web-web-stable:80 80"
      #expect(lag == .lagging("load balancer \"web\" has shop/web-web-stable:80 1 instead of \(wish)"))
    }
  }

  @Test func allPagesAreReadAndTagsInParts() async throws {
    try await withMoto { moto in
      for index in 0..<55 { _ = try await moto.makeBalancer("spare-\(index)") }
      let balancer = try await moto.makeBalancer("web")
      let first = try await moto.makeGroup("spare", resource: "shop/web-spare:80")
      let listener = try await moto.makeListener(balancer.arn, port: 80, default: first)
      for index in 0..<22 {
        let arn = try await moto.makeGroup("g-\(index)", resource: "shop/web-s\(index):80")
        _ = try await moto.makeRule(listener, path: "/\(index)", priority: index + 1, [(arn, 1)])
      }
      let answer = try await moto.source().read(Moto.address(balancer.host))
      let tags = Set((answer?["targetGroups"]?.array ?? []).compactMap { $0["resource"]?.string })
      #expect(tags == Set((0..<22).map { "shop/web-s\($0):80" } + ["shop/web-spare:80"]))
      #expect(answer?["rules"]?.array?.count == 23)
    }
  }

  @Test func whatIsNotThereIsSaid() async throws {
    try await withMoto { moto in
      let none = Moto.address("web-1.eu-west-1.elb.amazonaws.com")
      let answer = try await moto.source().read(none)
      #expect(
        answer == ["problem": "AWS has no load balancer with the host name web-1.eu-west-1.elb.amazonaws.com"]
      )
      let balancer = try await moto.makeBalancer("web")
      let source = moto.source()
      // Another region has others.
      let abroad = balancer.host.replacing("eu-west-1", with: "us-east-2")
      #expect(try await source.read(Moto.address(abroad))?["problem"] != nil)
      let group = try await moto.makeGroup("web", resource: "shop/web-web:80")
      _ = try await moto.makeListener(balancer.arn, port: 80, default: group)
      #expect(try await source.read(Moto.address(balancer.host))?["rules"]?.array?.count == 1)
      try await moto.elb("DeleteLoadBalancer", ["LoadBalancerArn": balancer.arn])
      // What was known of it is not kept: sooner or later it is said that it is gone.
      let last = await gone(source, balancer.host)
      #expect(last?["problem"] != nil, "\(String(describing: last))")
    }
  }

  /// The second answer for a load balancer that is gone: the first may be a refusal.
  private func gone(_ source: LoadBalancerSource, _ host: String) async -> JSONValue? {
    var last: JSONValue?
    for _ in 0..<2 {
      do throws(RouteFailure) { last = try await source.read(Moto.address(host)) } catch { last = nil }
    }
    return last
  }

  @Test func whoMayNotAskIsTold() async throws {
    try await withMoto { moto in
      let balancer = try await moto.makeBalancer("web")
      try await moto.checkKeys()
      await #expect {
        try await moto.source(key: "AKIAUNKNOWN").read(Moto.address(balancer.host))
      } throws: { error in
        let failure = error as? RouteFailure
        return failure?.kind == .refused
          && failure?.description.contains("DescribeLoadBalancers: the answer is 403") == true
      }
    }
  }
}
