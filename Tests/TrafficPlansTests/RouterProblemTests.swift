import KubeModel
import Primitives
import Testing
import TrafficPlans

/// What is refused, and in which words: nothing is written on doubt.
@Suite struct RouterProblemTests {
  struct Refusal: Sendable, CustomTestStringConvertible {
    let routed: Routed
    var weights = Routed.weights(20)
    let problem: String

    var testDescription: String { problem }
  }

  private static let traefik: JSONValue = ["traefik": ["weightedTraefikServiceName": "web"]]
  private static let apisix: JSONValue = ["apisix": ["route": ["name": "web", "rules": ["pages"]]]]
  private static let contour: JSONValue = ["plugins": ["argoproj-labs/contour": ["httpProxies": ["web"]]]]
  private static let nginx: JSONValue = ["nginx": ["stableIngress": "web"]]
  private static let ambassador: JSONValue = ["ambassador": ["mappings": ["web"]]]
  private static let haproxy: JSONValue = [
    "plugins": ["serin.dev/haproxy-ingress": ["ingress": "web", "rootService": "web"]]
  ]

  private static func traefikService(_ services: JSONValue) -> JSONValue {
    Routed.object("TraefikService", "web", ["weighted": ["services": services]])
  }

  private static func apisixRoute(_ rules: JSONValue) -> JSONValue {
    Routed.object("ApisixRoute", "web", ["http": rules])
  }

  private static let both: JSONValue = [["serviceName": "web-stable"], ["serviceName": "web-canary"]]

  static let lists: [Refusal] = [
    Refusal(routed: Routed(traefik), problem: #"TraefikService "shop/web" not found"#),
    Refusal(
      routed: Routed(traefik, traefikService([["name": "web-stable"]])),
      problem: #"TraefikService "shop/web" does not have both services "web-stable" and "web-canary" in "#
        + "spec.weighted.services"
    ),
    Refusal(
      routed: Routed(
        traefik,
        traefikService([["name": "web-stable"], ["name": "web-canary"], ["name": "web-canary"]])
      ),
      problem: #"TraefikService "shop/web" names service "web-canary" twice"#
    ),
    Refusal(
      routed: Routed(apisix, apisixRoute([["name": "api", "backends": both]])),
      problem: #"ApisixRoute "shop/web" has no rule "pages""#
    ),
    Refusal(
      routed: Routed(apisix, apisixRoute([["name": "pages", "backends": both], ["name": "pages"]])),
      problem: #"ApisixRoute "shop/web" has two rules "pages""#
    ),
    Refusal(
      routed: Routed(apisix, apisixRoute([["name": "pages", "backends": [["serviceName": "web-stable"]]]])),
      problem:
        #"ApisixRoute "shop/web", rule "pages", does not have both backends "web-stable" and "web-canary""#
    ),
    Refusal(
      routed: Routed(
        ["managedRoutes": [["name": "web"]], "apisix": ["route": ["name": "web"]]],
        apisixRoute([])
      ),
      problem: #"ApisixRoute "shop/web" has the name of a managed route, which would replace it"#
    ),
    Refusal(
      routed: Routed(
        contour,
        Routed.object("HTTPProxy", "web", ["routes": [["services": [["name": "files"]]]]])
      ),
      problem: #"HTTPProxy "shop/web" has no route with both services "web-stable" and "web-canary""#
    ),
    Refusal(
      routed: Routed(
        contour,
        Routed.object(
          "HTTPProxy",
          "web",
          ["routes": [["services": [["name": "web-stable"], ["name": "web-stable"]]]]]
        )
      ),
      problem: #"HTTPProxy "shop/web", route 0, names service "web-stable" twice"#
    ),
  ]

  static let derived: [Refusal] = [
    Refusal(
      routed: Routed(nginx, Routed.object("Ingress", "web", Routed.ingress("files"))),
      problem: #"Ingress "shop/web" has no rule with service "web-stable""#
    ),
    Refusal(
      routed: Routed(
        nginx,
        Routed.object("Ingress", "web", Routed.ingress("web-stable")),
        Routed.object("Ingress", "web-web-canary", Routed.ingress("web-canary"))
      ),
      problem: #"Ingress "shop/web-web-canary" is in the way: it was not made for this rollout"#
    ),
    Refusal(
      routed: Routed(ambassador, Routed.object("Mapping", "web", ["service": "web-stable", "weight": 50])),
      problem: #"Mapping "shop/web" has a weight of its own, so that none is left for the canary"#
    ),
    Refusal(
      routed: Routed(ambassador, Routed.object("Mapping", "web", ["service": "web:80"])),
      problem: #"Mapping "shop/web" does not lead to service "web-stable""#
    ),
    Refusal(
      routed: Routed(
        ambassador,
        Routed.object("Mapping", "web", ["prefix": "/", "service": "web-stable"]),
        Routed.object("Mapping", "web-canary", ["prefix": "/beta", "service": "web-canary"])
      ),
      problem: #"Mapping "shop/web-canary" is in the way: it was not made for this rollout"#
    ),
  ]

  static let pods: [Refusal] = [
    Refusal(
      routed: Routed(
        ["plugins": ["serin.dev/haproxy-ingress": ["ingress": "web"]]],
        Routed.object("Ingress", "web", Routed.ingress("web-stable"))
      ),
      problem: #"no rootService is named that has the pods of both revisions, for Ingress "shop/web""#
    ),
    Refusal(
      routed: Routed(haproxy, Routed.object("Ingress", "web", Routed.ingress("files"))),
      problem: #"Ingress "shop/web" does not lead to service "web-stable""#
    ),
    Refusal(
      routed: Routed(haproxy, Routed.object("Ingress", "web", Routed.ingress("web-stable", "files"))),
      problem: #"Ingress "shop/web" leads to service "files" too, which the weights would cut off"#
    ),
    Refusal(
      routed: Routed(haproxy, Routed.object("Ingress", "web", Routed.ingress("web-stable"))),
      weights: TrafficWeights(canaryService: "web-canary", stableService: "web-stable", canary: 20),
      problem: #"Ingress "shop/web" cannot tell the pods of both revisions apart: a hash is missing"#
    ),
    Refusal(
      routed: Routed(haproxy, Routed.object("Ingress", "web", Routed.ingress("web-stable"))),
      weights: withExperiment,
      problem: #"Ingress "shop/web" cannot give the pods of experiments a share"#
    ),
    Refusal(
      routed: Routed(haproxy, Routed.object("Ingress", "web", Routed.ingress("web-stable"))),
      weights: Routed.weights(20, total: 1000),
      problem: #"Ingress "shop/web" takes weights up to 256, not 1000"#
    ),
  ]

  private static var withExperiment: TrafficWeights {
    var weights = Routed.weights(20)
    weights.additional = [.init(service: "trial", weight: 5, port: 80)]
    return weights
  }

  @Test(arguments: lists + derived + pods)
  func nothingIsWrittenOnDoubt(refusal: Refusal) {
    #expect(refusal.routed.plan(refusal.weights) == .problem(refusal.problem))
    #expect(refusal.routed.router.problem(refusal.weights, refusal.routed.live) == refusal.problem)
  }
}
