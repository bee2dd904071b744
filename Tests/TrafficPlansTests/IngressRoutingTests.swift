import KubeModel
import Primitives
import Testing
import TrafficPlans

/// How `trafficRouting` is read for ingress controllers.
@Suite struct IngressRoutingTests {
  private let rollout = ObjectKey(namespace: "shop", name: "web")

  private let all: JSONValue = [
    "nginx": ["stableIngresses": ["web", "", "api", "web"]],
    "ambassador": ["mappings": ["web", "web"]],
    "traefik": ["weightedTraefikServiceName": "web"],
    "apisix": ["route": ["name": "web"]],
    "plugins": [
      "argoproj-labs/contour": ["httpProxy": "web", "httpProxies": ["web", "api"], "namespace": "edge"],
      "serin.dev/haproxy-ingress": ["ingress": "web", "ingresses": ["api"], "rootService": "all"],
    ],
  ]

  @Test func everyObjectIsOneUnitAndSaysWhereItIsNamed() {
    let routing = TrafficRouting(all, rollout: rollout)
    let units = routing.units.map { "\($0.field): \($0.router.required.map(\.description).joined())" }
    #expect(
      units == [
        #"nginx.stableIngresses[0]: Ingress "shop/web""#,
        #"nginx.stableIngresses[2]: Ingress "shop/api""#,
        #"ambassador.mappings[0]: Mapping "shop/web""#,
        #"traefik.weightedTraefikServiceName: TraefikService "shop/web""#,
        #"apisix.route.name: ApisixRoute "shop/web""#,
        #"plugins.argoproj-labs/contour.httpProxy: HTTPProxy "edge/web""#,
        #"plugins.argoproj-labs/contour.httpProxies[1]: HTTPProxy "edge/api""#,
        #"plugins.serin.dev/haproxy-ingress.ingress: Ingress "shop/web""#,
        #"plugins.serin.dev/haproxy-ingress.ingresses[0]: Ingress "shop/api""#,
      ]
    )
  }

  @Test func whatIsWrongNamesNoRouter() {
    let wrong: JSONValue = [
      "nginx": ["stableIngress": 5], "ambassador": [], "traefik": ["weightedTraefikServiceName": ""],
      "apisix": ["route": "web"], "plugins": ["argoproj-labs/contour": ["httpProxies": "web"]],
    ]
    #expect(TrafficRouting(wrong, rollout: rollout).units.isEmpty)
  }

  @Test func onlySomeKeepTheUsersOfBothRevisions() {
    let routers = TrafficRouting(all, rollout: rollout).routers
    let sticky = routers.filter { $0.canStick(.both) }.map { $0.required[0].type.kind }
    #expect(Set(sticky) == ["Ingress", "TraefikService"])
    #expect(!routers.contains { $0.canStick(.canary) })
  }
}
