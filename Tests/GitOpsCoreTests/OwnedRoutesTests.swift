import GitOpsCore
import KubeModel
import Primitives
import Testing

/// A release in flight is no drift, whatever splits its requests, and what is applied meanwhile leaves it as it is.
@Suite struct OwnedRoutesTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let kind: String
    let group: String
    let routing: JSONValue
    /// The spec in Git, and the same in the cluster during a release.
    let written: JSONValue
    let live: JSONValue

    var testDescription: String { "\(kind) \(live)" }
  }

  private static let gateway: JSONValue = [
    "managedRoutes": [["name": "beta"]], "plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web"]],
  ]
  private static let contour: JSONValue = ["plugins": ["argoproj-labs/contour": ["httpProxies": ["web"]]]]
  private static let haproxy: JSONValue = [
    "plugins": ["serin.dev/haproxy-ingress": ["ingress": "web", "rootService": "web"]]
  ]

  private static func ingress(_ service: String) -> JSONValue {
    let backend: JSONValue = ["service": ["name": .string(service), "port": ["number": 80]]]
    return [
      "defaultBackend": backend, "rules": [["http": ["paths": [["path": "/", "backend": backend]]]]],
    ]
  }

  static let cases: [Case] = [
    Case(
      kind: "HTTPRoute",
      group: "gateway.networking.k8s.io/v1",
      routing: gateway,
      written: ["rules": [["backendRefs": [["name": "web-stable"], ["name": "web-canary"]]]]],
      live: [
        "rules": [
          ["name": "beta", "backendRefs": [["name": "web-canary", "weight": 1]]],
          ["name": "beta-2", "backendRefs": [["name": "web-canary", "weight": 1]]],
          [
            "backendRefs": [
              ["name": "web-stable", "weight": 70], ["name": "web-canary", "weight": 20],
              ["name": "trial", "weight": 10],
            ]
          ],
        ]
      ]
    ),
    Case(
      kind: "VirtualService",
      group: "networking.istio.io/v1",
      routing: [
        "istio": [
          "virtualServices": [["name": "web.shop"]],
          "destinationRule": ["name": "web", "canarySubsetName": "new", "stableSubsetName": "old"],
        ]
      ],
      written: [
        "http": [
          ["name": "health", "directResponse": ["status": 200]],
          [
            "route": [
              ["destination": ["host": "web", "subset": "old"], "weight": 100],
              ["destination": ["host": "web", "subset": "new"], "weight": 0],
            ]
          ],
        ],
        "tcp": [["route": [["destination": ["host": "web-stable.shop.svc.cluster.local"], "weight": 100]]]],
      ],
      live: [
        "http": [
          ["name": "health", "directResponse": ["status": 200]],
          ["name": "web-sticky-canary", "route": [["destination": ["host": "web", "subset": "new"]]]],
          [
            "route": [
              ["destination": ["host": "web", "subset": "old"], "weight": 60],
              [
                "destination": ["host": "web", "subset": "new"], "weight": 40,
                "headers": ["response": ["add": ["set-cookie": "serin-web=7bf84f969; Path=/"]]],
              ],
            ]
          ],
        ],
        "tcp": [["route": [["destination": ["host": "web-stable.shop.svc.cluster.local"], "weight": 60]]]],
      ]
    ),
    Case(
      kind: "TraefikService",
      group: "traefik.io/v1alpha1",
      routing: ["traefik": ["weightedTraefikServiceName": "web"]],
      written: [
        "weighted": [
          "services": [["name": "web-stable", "weight": 100], ["name": "web-canary", "weight": 0]]
        ]
      ],
      live: [
        "weighted": [
          "services": [["name": "web-stable", "weight": 80], ["name": "web-canary", "weight": 20]]
        ]
      ]
    ),
    Case(
      kind: "ApisixRoute",
      group: "apisix.apache.org/v2",
      routing: ["apisix": ["route": ["name": "web"]]],
      written: [
        "http": [
          [
            "name": "web",
            "backends": [
              ["serviceName": "web-stable", "weight": 100], ["serviceName": "web-canary", "weight": 0],
            ],
          ]
        ]
      ],
      live: [
        "http": [
          [
            "name": "web",
            "backends": [
              ["serviceName": "web-stable", "weight": 80], ["serviceName": "web-canary", "weight": 20],
            ],
          ]
        ]
      ]
    ),
    Case(
      kind: "HTTPProxy",
      group: "projectcontour.io/v1",
      routing: contour,
      written: [
        "routes": [
          [
            "services": [
              ["name": "web-stable", "weight": 100], ["name": "web-canary", "weight": 0],
              ["name": "web-canary", "mirror": true],
            ]
          ]
        ],
        "tcpproxy": ["services": [["name": "web-stable"], ["name": "web-canary"]]],
      ],
      live: [
        "routes": [
          [
            "services": [
              ["name": "web-stable", "weight": 80], ["name": "web-canary", "weight": 20],
              ["name": "web-canary", "mirror": true],
            ]
          ]
        ],
        "tcpproxy": [
          "services": [["name": "web-stable", "weight": 80], ["name": "web-canary", "weight": 20]]
        ],
      ]
    ),
    Case(
      kind: "Ingress",
      group: "networking.k8s.io/v1",
      routing: haproxy,
      written: ingress("web-stable"),
      live: ingress("web")
    ),
  ]

  private static let action = "alb.ingress.kubernetes.io/actions.web-root"
  private static func path(_ service: String) -> JSONValue {
    ["path": "/", "backend": ["service": ["name": .string(service), "port": ["name": "use-annotation"]]]]
  }

  static let others: [Case] = [
    Case(
      kind: "DestinationRule",
      group: "networking.istio.io/v1",
      routing: [
        "istio": [
          "destinationRule": ["name": "web", "canarySubsetName": "new", "stableSubsetName": "old"]
        ]
      ],
      written: ["subsets": [["name": "old"], ["name": "new", "labels": ["app": "web"]]]],
      live: [
        "subsets": [
          ["name": "old", "labels": ["rollouts-pod-template-hash": "5d9c48b7f"]],
          ["name": "new", "labels": ["app": "web", "rollouts-pod-template-hash": "7bf84f969"]],
          ["name": "trial", "labels": ["rollouts-pod-template-hash": "6c5d7f4b8"]],
        ]
      ]
    ),
    Case(
      kind: "Ingress",
      group: "networking.k8s.io/v1",
      routing: [
        "managedRoutes": [["name": "beta"]], "alb": ["ingress": "web", "rootService": "web-root"],
      ],
      written: ["rules": [["http": ["paths": [path("cart"), path("web-root")]]]]],
      live: ["rules": [["http": ["paths": [path("cart"), path("beta"), path("web-root")]]]]]
    ),
  ]

  private func object(_ file: Case, _ spec: JSONValue) -> JSONValue {
    [
      "apiVersion": .string(file.group), "kind": .string(file.kind),
      "metadata": ["name": "web", "namespace": "shop"], "spec": spec,
    ]
  }

  private func rollout(_ routing: JSONValue) -> JSONValue {
    [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
      "metadata": ["name": "web", "namespace": "shop"],
      "spec": [
        "strategy": [
          "canary": [
            "canaryService": "web-canary", "stableService": "web-stable", "trafficRouting": routing,
          ]
        ]
      ],
      "status": ["canary": ["weights": ["additional": [["serviceName": "trial", "weight": 10]]]]],
    ]
  }

  private func desired(_ manifest: JSONValue, _ routing: JSONValue) -> DesiredSet {
    let document = SourceFile.Document(json: manifest, line: 1)
    let set = ManifestSet(
      files: [SourceFile(path: "shop/route.yaml", documents: [document])],
      defaultNamespace: "shop"
    )
    return DesiredSet(
      manifests: set,
      source: Samples.source(),
      isNamespaced: [GroupKind(apiVersion: manifest.apiVersion, kind: manifest.kind): true],
      liveRollouts: [rollout(routing)]
    )
  }

  @Test(arguments: cases + others)
  func aReleaseInFlightIsNoDrift(file: Case) throws {
    let set = desired(object(file, file.written), file.routing)
    let manifest = try #require(set.objects.first)
    #expect(!SyncPlan.isDrifted(object(file, file.live), from: manifest, in: set, reading: nil))
    #expect(!SyncPlan.isDrifted(object(file, file.written), from: manifest, in: set, reading: nil))
  }

  @Test(arguments: cases)
  func withoutTheRolloutItIsOne(file: Case) throws {
    let set = desired(object(file, file.written), .object([:]))
    let manifest = try #require(set.objects.first)
    #expect(SyncPlan.isDrifted(object(file, file.live), from: manifest, in: set, reading: nil))
  }

  /// What is applied of a manifest that has changed.
  private func applied(_ manifest: JSONValue, _ routing: JSONValue, to live: JSONValue) throws -> JSONValue {
    var live = live
    live.set("7", at: "metadata", "resourceVersion")
    let plan = SyncPlan(
      SyncInput(
        source: Samples.source(),
        desired: desired(manifest, routing),
        commit: Samples.commit("a"),
        live: [ObjectID(live): live],
        inventory: [],
        readings: [:],
        otherSources: []
      )
    )
    guard case .apply(let body, _, _, .changed)? = plan.actions.first else {
      Issue.record("expected one apply, got \(plan.actions)")
      return .null
    }
    return body
  }

  @Test(arguments: cases + others)
  func whatIsAppliedMeanwhileLeavesTheReleaseAlone(file: Case) throws {
    var changed = object(file, file.written)
    changed.set("public", at: "spec", "extra")
    var live = object(file, file.live)
    let body = try applied(changed, file.routing, to: live)
    live.set("public", at: "spec", "extra")
    #expect(body.spec == live.spec)
    #expect(body.resourceVersion == "7")
  }

  /// What stood before a rule that Git has no more, or has elsewhere, is not lost, and not there twice.
  @Test func aReleaseKeepsItsRulesWhenPeopleMoveTheirs() throws {
    let file = Self.cases[1]
    let pair: JSONValue = [["destination": ["host": "web-stable"], "weight": 60]]
    let rules = { (names: [String]) -> JSONValue in
      object(file, ["http": .array(names.map { ["name": .string($0), "route": pair] })])
    }
    let live = rules(["web-sticky-canary", "a", "b", "web-sticky-canary-2", "c"])
    let names = { (written: [String]) throws -> [String] in
      let body = try applied(rules(written), file.routing, to: live)
      return (body.spec["http"]?.array ?? []).compactMap { $0["name"]?.string }
    }
    #expect(try names(["c", "a"]) == ["web-sticky-canary-2", "c", "web-sticky-canary", "a"])
    #expect(try names(["b"]) == ["web-sticky-canary", "web-sticky-canary-2", "b"])
  }

  static let texts: [(kept: String, owned: String, applied: String)] = [
    ("{}", "{}", "new"),
    (#"{"\#(action)":"new"}"#, "{}", "live"),
    (#"{"\#(action)":"old"}"#, "{}", "new"),
    ("{}", #"{"web":["\#(action)"]}"#, "live"),
    ("no JSON", "no JSON", "new"),
  ]

  /// During a release the action is the release's, but what people write meanwhile is not lost.
  @Test(arguments: texts)
  func anActionIsGitsWhereItIsNew(kept: String, owned: String, applied text: String) throws {
    let file = Self.others[1]
    var (written, live) = (object(file, file.written), object(file, file.live))
    written.set("new", at: "metadata", "annotations", Self.action)
    live.set(
      JSONValue([
        Self.action: "live", "serin.dev/alb-actions": kept,
        "rollouts.argoproj.io/managed-alb-annotations": owned,
      ]),
      at: "metadata",
      "annotations"
    )
    let body = try applied(written, file.routing, to: live)
    #expect(body.annotation(Self.action) == text)
  }

  @Test func theWeightOfAnotherServiceIsGits() throws {
    let file = Self.cases[2]
    let services = { (weight: JSONValue) -> JSONValue in
      [
        "weighted": [
          "services": [["name": "web-stable", "weight": 80], ["name": "other", "weight": weight]]
        ]
      ]
    }
    let set = desired(object(file, services(5)), file.routing)
    let manifest = try #require(set.objects.first)
    #expect(!SyncPlan.isDrifted(object(file, services(5)), from: manifest, in: set, reading: nil))
    #expect(SyncPlan.isDrifted(object(file, services(6)), from: manifest, in: set, reading: nil))
  }

  @Test func anIngressThatLeadsToAStrangerIsDrift() throws {
    let file = Self.cases[5]
    let set = desired(object(file, file.written), file.routing)
    let manifest = try #require(set.objects.first)
    #expect(SyncPlan.isDrifted(object(file, Self.ingress("other")), from: manifest, in: set, reading: nil))
  }

  @Test func anActionThatIsWrittenInGitIsTheReleasesToo() throws {
    let file = Self.others[1]
    var (written, live) = (object(file, file.written), object(file, file.live))
    written.set("stable 100", at: "metadata", "annotations", Self.action)
    live.set("stable 80, canary 20", at: "metadata", "annotations", Self.action)
    let set = desired(written, file.routing)
    let manifest = try #require(set.objects.first)
    #expect(!SyncPlan.isDrifted(live, from: manifest, in: set, reading: nil))
    let other = desired(written, .object([:]))
    #expect(SyncPlan.isDrifted(live, from: try #require(other.objects.first), in: other, reading: nil))
  }
}
