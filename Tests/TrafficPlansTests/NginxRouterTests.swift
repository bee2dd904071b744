import KubeModel
import Primitives
import Testing
import TrafficPlans

@Suite struct NginxRouterTests {
  private static let prefix = "nginx.ingress.kubernetes.io"
  private let stable = Routed.object("Ingress", "web", Routed.ingress("web-stable"))

  private func canary(_ annotations: JSONValue) -> JSONValue {
    Routed.object(
      "Ingress",
      "web-web-canary",
      Routed.ingress("web-canary"),
      annotations: annotations,
      owner: RouterCase.owner
    )
  }

  @Test func annotationsThatLeftTheSpecAreRemovedAndThoseOfOthersStay() throws {
    let routed = Routed(
      ["nginx": ["stableIngress": "web", "additionalIngressAnnotations": ["proxy-body-size": "8m"]]],
      stable,
      canary([
        "nginx.ingress.kubernetes.io/canary": "true",
        "nginx.ingress.kubernetes.io/canary-weight": "5",
        "nginx.ingress.kubernetes.io/canary-weight-total": "1000",
        "nginx.ingress.kubernetes.io/limit-rps": "10",
        "serin.dev/ingress-annotations": "nginx.ingress.kubernetes.io/limit-rps",
        "external-dns.example.com/owner": "edge",
      ])
    )
    let patched = try #require(try routed.patched(Routed.weights(5)))
    #expect(
      patched.annotations == [
        "nginx.ingress.kubernetes.io/canary": "true",
        "nginx.ingress.kubernetes.io/canary-weight": "5",
        "nginx.ingress.kubernetes.io/proxy-body-size": "8m",
        "serin.dev/ingress-annotations": "nginx.ingress.kubernetes.io/proxy-body-size",
        "external-dns.example.com/owner": "edge",
      ]
    )
  }

  @Test func theCanaryIngressFollowsTheRulesAndTheClassOfTheStableOne() throws {
    var changed = stable
    changed.set("edge", at: "spec", "ingressClassName")
    changed.set("www.example.com", at: "spec", "host")
    let routed = Routed(
      ["nginx": ["stableIngress": "web"]],
      changed,
      canary(["nginx.ingress.kubernetes.io/canary": "true", "nginx.ingress.kubernetes.io/canary-weight": "5"])
    )
    let patched = try #require(try routed.patched(Routed.weights(5)))
    #expect(patched.spec["ingressClassName"] == "edge")
    #expect(patched.spec["host"] == nil)
  }

  static let shares: [(JSONValue, Int?)] = [
    (["canary": "true", "canary-weight": "5"], 5),
    (["canary": "true", "canary-weight": "5", "canary-weight-total": "1000"], 1),
    (["canary": "true", "canary-weight": "5", "canary-weight-total": "10"], 5),
    (["canary": "true"], 0),
    (["canary": "true", "canary-weight": "half"], nil),
    (["canary": "true", "canary-weight": "-9223372036854775808"], 0),
    (["canary": "true", "canary-weight": "9223372036854775807"], 100),
    (["canary-weight": "5"], nil),
  ]

  @Test(arguments: shares)
  func readsTheShareAsTheControllerDoes(annotations: JSONValue, share: Int?) {
    let named = (annotations.object ?? [:]).map { ("\(Self.prefix)/\($0.key)", $0.value) }
    let routed = Routed(["nginx": ["stableIngress": "web"]], stable, canary(.object(JSONFields(named))))
    #expect(routed.router.canaryWeight(Routed.weights(0), routed.live) == share)
    #expect(
      routed.router.stableWeight(Routed.weights(0), routed.live) == share.map { $0 == 1 ? 100 : 100 - $0 }
    )
  }

  @Test func withoutACanaryIngressStableHasEverything() {
    let routed = Routed(["nginx": ["stableIngress": "web"]], stable)
    #expect(routed.router.canaryWeight(Routed.weights(0), routed.live) == 0)
    #expect(routed.router.stableWeight(Routed.weights(0), routed.live) == 100)
    #expect(routed.router.leads(to: "web-stable", routed.live))
    #expect(!routed.router.leads(to: "web-canary", routed.live))
  }

  @Test func aHeaderLeadsToTheCanaryWhateverItsWeightIs() {
    let annotations: JSONValue = [
      "nginx.ingress.kubernetes.io/canary": "true", "nginx.ingress.kubernetes.io/canary-weight": "0",
    ]
    var header = annotations
    header["nginx.ingress.kubernetes.io/canary-by-header"] = "X-Canary"
    for (annotations, leads) in [(annotations, false), (header, true)] {
      let routed = Routed(["nginx": ["stableIngress": "web"]], stable, canary(annotations))
      #expect(routed.router.leads(to: "web-canary", routed.live) == leads)
    }
  }

  @Test func aLongNameIsCutAsArgoRolloutsCutsIt() throws {
    let long = String(repeating: "a", count: 250)
    let routing = TrafficRouting(
      ["nginx": ["stableIngress": .string(long)]],
      rollout: ObjectKey(namespace: "shop", name: "web")
    )
    let name = try #require(routing.routers[0].derived.first).key.name
    #expect(name == "web-" + long.prefix(242) + "-canary")
    #expect(name.utf8.count == 253)
  }
}
