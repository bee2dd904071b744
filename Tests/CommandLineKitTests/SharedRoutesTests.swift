import Primitives
import Testing

@testable import CommandLineKit

/// Two Rollouts in the linted files that would write the same weights.
@Suite struct SharedRoutesTests {
  private static func rollout(_ name: String, services: String, _ routing: String, namespace: String = "shop")
    -> String
  {
    """
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: { name: \(name), namespace: \(namespace) }
    spec:
      strategy:
        canary:
          canaryService: \(services)-canary
          stableService: \(services)-stable
          trafficRouting: \(routing)

    """
  }

  private static let gateway = "{ plugins: { argoproj-labs/gatewayAPI: { httpRoute: web } } }"

  private static func issues(_ files: (String, String)...) -> [String] {
    let report = Linter.lint(files.map { LintInput(name: $0.0, bytes: Array($0.1.utf8)) })
    return report.issues.filter { $0.reason.contains("the newer one of both") }.map {
      "\($0.severity) \($0.path) \($0.reason)"
    }
  }

  @Test func twoRolloutsOfOneRouteAreAnError() {
    let web = Self.rollout("web", services: "web", Self.gateway)
    let api = Self.rollout("api", services: "web", Self.gateway)
    let found = Self.issues(("web.yaml", web), ("api.yaml", api))
    let path = "spec.strategy.canary.trafficRouting.plugins.argoproj-labs/gatewayAPI.httpRoute"
    let end = "too: in a cluster the newer one of both writes nothing"
    let what = "HTTPRoute \"shop/web\" is split between the same services by Rollout"
    #expect(
      Set(found) == [
        "error \(path) \(what) \"shop/api\" (api.yaml:1) \(end)",
        "error \(path) \(what) \"shop/web\" (web.yaml:1) \(end)",
      ]
    )
  }

  @Test func folderOfAnotherClusterIsAWarning() {
    let web = Self.rollout("web", services: "web", Self.gateway)
    let api = Self.rollout("api", services: "web", Self.gateway)
    let found = Self.issues(("a/web.yaml", web), ("b/api.yaml", api))
    #expect(found.count == 2 && found.allSatisfy { $0.hasPrefix("warning ") })
    // The same Rollout in another folder is itself.
    #expect(Self.issues(("a/web.yaml", web), ("b/web.yaml", web)).isEmpty)
  }

  @Test(arguments: [
    // Other Services are in other rules of the route.
    rollout("api", services: "api", gateway),
    rollout("api", services: "web", gateway.replacing("httpRoute: web", with: "httpRoute: api")),
    rollout("api", services: "web", gateway, namespace: "other"),
    rollout("api", services: "web", gateway.replacing("httpRoute", with: "grpcRoute")),
  ])
  func whatHasPartsOfItsOwnIsRight(other: String) {
    let web = Self.rollout("web", services: "web", Self.gateway)
    #expect(Self.issues(("web.yaml", web), ("api.yaml", other)).isEmpty)
  }

  @Test(arguments: [
    ("{ nginx: { stableIngress: web } }", "Ingress \"shop/web\" is split"),
    ("{ alb: { ingresses: [inner, web], servicePort: 80 } }", "Ingress \"shop/web\" is split"),
    ("{ istio: { virtualService: { name: web } } }", "VirtualService \"shop/web\" is split"),
    ("{ traefik: { weightedTraefikServiceName: web } }", "TraefikService \"shop/web\" is split"),
    ("{ ambassador: { mappings: [web] } }", "Mapping \"shop/web\" is split"),
    ("{ apisix: { route: { name: web } } }", "ApisixRoute \"shop/web\" is split"),
  ])
  func everyKindOfRouteIsLookedAt(routing: String, words: String) {
    let other = routing.replacing("[inner, web]", with: "[web]")
    let found = Self.issues(
      ("web.yaml", Self.rollout("web", services: "web", routing)),
      ("api.yaml", Self.rollout("api", services: "web", other))
    )
    #expect(found.count == 2 && found.allSatisfy { $0.contains(words) }, "\(found)")
  }

  /// An object that a router makes has one owner, whatever its Services are.
  @Test func objectsThatBothWouldMakeAreAnError() {
    let split = "{ smi: { trafficSplitName: web } }"
    let found = Self.issues(
      ("web.yaml", Self.rollout("web", services: "web", split)),
      ("api.yaml", Self.rollout("api", services: "api", split))
    )
    #expect(found.count == 2 && found.allSatisfy { $0.contains("TrafficSplit \"shop/web\" is made by") })
  }
}
