import KubeModel
import Primitives
import Testing
import TrafficPlans

@Suite struct HAProxyIngressRouterTests {
  private func routed(_ balance: String?, service: String = "web") -> Routed {
    Routed(
      ["plugins": ["serin.dev/haproxy-ingress": ["ingress": "web", "rootService": "web"]]],
      Routed.object(
        "Ingress",
        "web",
        Routed.ingress(service),
        annotations: balance.map { ["haproxy-ingress.github.io/blue-green-balance": .string($0)] }
      )
    )
  }

  private static let label = "rollouts-pod-template-hash"

  /// The canary's share, and that of stable.
  static let shares: [(String?, Int?, Int?)] = [
    ("\(label)=5d9c48b7f=80,\(label)=7bf84f969=20", 20, 80),
    // Weights of a revision that nobody wants any more are not stable's.
    ("\(label)=5d9c48b7f=50,\(label)=6c5d7f4b8=50", 50, 50),
    ("\(label)=5d9c48b7f=1,\(label)=7bf84f969=2", 67, 34),
    ("\(label)=5d9c48b7f=0,\(label)=7bf84f969=0", 0, 0),
    ("\(label)=5d9c48b7f=999,\(label)=7bf84f969=-5", 0, 100),
    ("group=blue=80,group=green=20", nil, nil),
    ("\(label)=5d9c48b7f", nil, nil),
    ("", nil, nil),
    (nil, nil, nil),
  ]

  @Test(arguments: shares)
  func readsTheSharesOfTheRevisions(balance: String?, canary: Int?, stable: Int?) {
    let routed = routed(balance)
    #expect(routed.router.canaryWeight(Routed.weights(0), routed.live) == canary)
    #expect(routed.router.stableWeight(Routed.weights(0), routed.live) == stable)
  }

  @Test func anIngressOfTheStableServiceHasNoCanary() {
    let routed = routed(nil, service: "web-stable")
    #expect(routed.router.canaryWeight(Routed.weights(0), routed.live) == 0)
    #expect(routed.router.stableWeight(Routed.weights(0), routed.live) == 100)
    #expect(routed.plan(Routed.weights(0)) == .unchanged)
  }

  @Test func oneThatLeadsElsewhereHasNoShareToRead() {
    let routed = routed(nil, service: "files")
    #expect(routed.router.canaryWeight(Routed.weights(0), routed.live) == nil)
    #expect(!routed.router.leads(to: "web-stable", routed.live))
    #expect(routed.router.leads(to: "files", routed.live))
  }

  /// Without both in one patch, the pods of the canary would have requests as all others do.
  @Test func theServiceAndTheWeightsChangeTogether() throws {
    let started = try #require(try routed(nil, service: "web-stable").patched(Routed.weights(5)))
    #expect(started.spec == Routed.ingress("web"))
    #expect(
      started.annotations["haproxy-ingress.github.io/blue-green-balance"]
        == "\(Self.label)=5d9c48b7f=95,\(Self.label)=7bf84f969=5"
    )
  }
}
