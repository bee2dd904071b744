import KubeModel
import Primitives
import Testing
import TrafficPlans

/// Each router says who gives no proof that weights are served, or takes the proof that there is.
@Suite struct RouteProofTests {
  /// What a spec names, who is silent without more, and a status that proves it, if there is one.
  static let routers: [(routing: JSONValue, silent: String)] = [
    (["istio": ["virtualService": ["name": "web"]]], "Istio"),
    (
      [
        "istio": [
          "virtualService": ["name": "web"],
          "destinationRule": ["name": "web", "canarySubsetName": "canary", "stableSubsetName": "stable"],
        ]
      ], "Istio"
    ),
    (["nginx": ["stableIngress": "web"]], "ingress-nginx"),
    (["alb": ["ingress": "web", "servicePort": 80]], "the load balancer"),
    (["smi": .object([:])], "the service mesh"),
    (["ambassador": ["mappings": ["web"]]], "Emissary"),
    (["traefik": ["weightedTraefikServiceName": "web"]], "Traefik"),
    (["apisix": ["route": ["name": "web"]]], "APISIX"),
    (["plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web"]]], "the gateway"),
    (["plugins": ["argoproj-labs/gatewayAPI": ["tcpRoute": "web"]]], "the gateway"),
    (["plugins": ["argoproj-labs/contour": ["httpProxy": "web"]]], "Contour"),
    (["plugins": ["serin.dev/haproxy-ingress": ["ingress": "web"]]], "haproxy-ingress"),
    (
      [
        "plugins": [
          "serin.dev/powerdns": [
            "url": "http://dns", "secretRef": ["name": "dns", "key": "key"], "zone": "example.com",
            "name": "web.example.com", "canary": ["192.0.2.9"], "stable": ["192.0.2.1"],
          ]
        ]
      ], "PowerDNS"
    ),
  ]

  @Test(arguments: routers)
  func whoGivesNoProofIsNamed(routing: JSONValue, silent: String) {
    let routed = Routed(routing)
    #expect(!routed.routing.routers.isEmpty)
    for router in routed.routing.routers {
      #expect(router.proof(Routed.weights(20), [:]) == .silent(silent))
    }
    #expect(
      RouteProof.words(forSilenceOf: routed.routing.silent)
        == "weights are set; \(silent) gives no proof that they are served"
    )
  }

  /// Every router that a spec can name is in the list above.
  @Test func noRouterIsForgotten() {
    let fields = Self.routers.flatMap { routing, _ in
      (routing.object ?? [:]).keys.flatMap { name -> [String] in
        guard name == "plugins", let plugins = routing["plugins"]?.object else { return [name] }
        return Array(plugins.keys)
      }
    }
    #expect(Set(fields) == TrafficRouting.known)
  }

  static let proven: [(JSONValue, JSONValue)] = [
    (
      ["istio": ["virtualService": ["name": "web"]]],
      Routed.object("VirtualService", "web", ["http": []]).reporting("Reconciled")
    ),
    (
      ["apisix": ["route": ["name": "web"]]],
      Routed.object("ApisixRoute", "web", ["http": []]).reporting("Accepted")
    ),
    (
      ["plugins": ["argoproj-labs/contour": ["httpProxy": "web"]]],
      Routed.object("HTTPProxy", "web", ["routes": []]).reporting("Valid")
    ),
  ]

  @Test(arguments: proven)
  func aReportOfThePresentGenerationIsAProof(routing: JSONValue, object: JSONValue) {
    #expect(Routed(routing, object).router.isFollowed(Routed(routing, object).live) == true)
    var newer = object
    newer.set(4, at: "metadata", "generation")
    #expect(Routed(routing, newer).router.isFollowed(Routed(routing, newer).live) == false)
  }

  @Test func severalAreNamedTogether() {
    #expect(RouteProof.words(forSilenceOf: []) == nil)
    #expect(
      RouteProof.words(forSilenceOf: ["Traefik", "ingress-nginx", "Traefik", "Istio"])
        == "weights are set; Istio, Traefik and ingress-nginx give no proof that they are served"
    )
  }
}

extension JSONValue {
  /// With the condition of a controller about generation 3.
  fileprivate func reporting(_ type: String) -> JSONValue {
    var object = self
    object.set(3, at: "metadata", "generation")
    object.set(
      [["type": .string(type), "status": "True", "observedGeneration": 3]],
      at: "status",
      "conditions"
    )
    return object
  }
}
