import HTTPTransport
import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// A real Traefik splits the requests of a real load: no release may lose one of them.
  @Suite(.enabled(if: Traefik.exists && Kubectl.exists, Traefik.missing))
  struct RealPeersTrafficTests {
    /// How the rollout's requests are split.
    enum Kind: String, Sendable, CaseIterable, CustomTestStringConvertible {
      case httpRoute
      case traefikService

      var testDescription: String { rawValue }

      var routing: JSONValue {
        switch self {
        case .httpRoute:
          ["plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web", "namespace": "default"]]]
        case .traefikService: ["traefik": ["weightedTraefikServiceName": "web"]]
        }
      }

      var routes: String {
        switch self {
        case .httpRoute: RealPeersTrafficTests.httpRoute("web", ["stable": 100, "canary": 0])
        case .traefikService: RealPeersTrafficTests.traefikService
        }
      }
    }

    @Test(.timeLimit(.minutes(4)), arguments: Kind.allCases)
    func canariesLoseNoRequest(_ kind: Kind) async throws {
      try await behindTraefik { release in
        let stage = release.stage
        let manifests = Self.services(["stable", "canary"]) + kind.routes
        try await stage.kubectl("apply", "-f", "-", input: manifests)
        try await release.apply(Self.rollout("v1", kind.routing))
        try await release.reaches(["v1"])
        let before = try await route(kind, stage)
        let load = try Load(release.url, in: stage.folder)

        try await release.apply(Self.rollout("v2", kind.routing))
        for weight in [20, 50, 80] {
          try await release.pauses(at: weight)
          let share = try await release.share(of: "v2")
          #expect(abs(share - Double(weight)) <= 3, "\(share) % at \(weight)")
          #expect(try await stage.serin("promote", "web").code == 0)
        }
        try await release.ends(with: "v2", "Healthy")

        try await release.apply(Self.rollout("v6", kind.routing))
        try await release.pauses(at: 20)
        #expect(try await stage.serin("abort", "web").code == 0)
        try await release.ends(with: "v2", "Degraded")

        try await release.apply(Self.rollout("v4", kind.routing))
        try await release.pauses(at: 20)
        try await release.apply(Self.rollout("v5", kind.routing))
        try await waitUntil("v4 to be superseded") { try await release.pods("v4") == 0 }
        try await release.pauses(at: 20)
        #expect(try await stage.serin("promote", "web", "--full").code == 0)
        try await release.ends(with: "v5", "Healthy")

        let result = try await load.finish()
        #expect(result.answers.keys.sorted() == [200] && result.errors.isEmpty, "\(result)")
        #expect(result.answers[200] ?? 0 > 5_000, "\(result)")
        #expect(try await route(kind, stage) == before, "the route is not as it was")
      }
    }

    @Test(.timeLimit(.minutes(2)))
    func aSwitchOfBlueAndGreenLosesNoRequest() async throws {
      try await behindTraefik { release in
        let manifests = Self.services(["active"]) + Self.httpRoute("web", ["active": 1])
        try await release.stage.kubectl("apply", "-f", "-", input: manifests)
        try await release.apply(Self.blueGreen("v1"))
        try await release.reaches(["v1"])
        let load = try Load(release.url, in: release.stage.folder)
        for version in ["v2", "v4"] {
          try await release.apply(Self.blueGreen(version))
          try await release.ends(with: version, "Healthy")
        }
        let result = try await load.finish()
        #expect(result.answers.keys.sorted() == [200] && result.errors.isEmpty, "\(result)")
        #expect(result.answers[200] ?? 0 > 2_000, "\(result)")
      }
    }

    /// Runs the body with a cluster, its Traefik and a controller, and shows the end of its log when that fails.
    private func behindTraefik(_ body: (Release) async throws -> Void) async throws {
      try await Stage.run(pods: .processes) { stage in
        let traefik = try await Traefik(on: stage)
        let controller = try Controller(on: stage)
        let visitor = HTTPClient()
        do {
          try await body(Release(stage: stage, url: traefik.url, visitor: visitor))
        } catch {
          print(controller.logTail(40))
          await visitor.shutdown()
          await controller.stop()
          throw error
        }
        await visitor.shutdown()
        #expect(await controller.stop())
      }
    }

    // MARK: - Manifests

    private static let steps: JSONValue = [
      ["setWeight": 20], ["pause": [:]], ["setWeight": 50], ["pause": [:]], ["setWeight": 80], ["pause": [:]],
    ]

    private static func rollout(_ version: String, _ routing: JSONValue) -> JSONValue {
      let strategy: JSONValue = [
        "stableService": "stable", "canaryService": "canary", "scaleDownDelaySeconds": 4,
        "abortScaleDownDelaySeconds": 4, "trafficRouting": routing,
      ]
      return Manifests.canary(version, steps, strategy, spec: pods(version))
    }

    private static func blueGreen(_ version: String) -> JSONValue {
      Manifests.blueGreen(version, ["scaleDownDelaySeconds": 4], spec: pods(version))
    }

    private static func pods(_ version: String) -> JSONValue {
      let container: JSONValue = [
        "name": "web", "image": .string("shop:\(version)"),
        "ports": [["name": "http", "containerPort": 8080]],
        "readinessProbe": ["httpGet": ["path": "/healthz", "port": "http"], "periodSeconds": 1],
      ]
      return ["replicas": 4, "template": ["spec": ["containers": [container]]]]
    }

    private static func services(_ names: [String]) -> String {
      Manifests.text(names.map { Manifests.service($0) }) + "---\n"
    }

    private static func httpRoute(_ name: String, _ weights: KeyValuePairs<String, Int>) -> String {
      let backends = weights.map { service, weight -> JSONValue in
        ["name": .string(service), "port": 80, "weight": JSONValue(weight)]
      }
      let spec: JSONValue = [
        "parentRefs": [["name": "gateway"]], "rules": [["backendRefs": .array(backends)]],
      ]
      return Manifests.text([
        Manifests.object("gateway.networking.k8s.io/v1", "HTTPRoute", name, spec)
      ])
    }

    private static let traefikService: String = {
      let services: JSONValue = [
        ["name": "stable", "port": 80, "weight": 100], ["name": "canary", "port": 80, "weight": 0],
      ]
      let rule: JSONValue = [
        "kind": "Rule", "match": "PathPrefix(`/`)",
        "services": [["kind": "TraefikService", "name": "web"]],
      ]
      let version = "traefik.io/v1alpha1"
      return Manifests.text([
        Manifests.object(version, "TraefikService", "web", ["weighted": ["services": services]]),
        Manifests.object(version, "IngressRoute", "web", ["entryPoints": ["web"], "routes": [rule]]),
      ])
    }()

    /// What people wrote of the route, as it stands.
    private func route(_ kind: Kind, _ stage: Stage) async throws -> String {
      let type = kind == .httpRoute ? "httproute" : "traefikservice"
      return try await stage.kubectl("get", type, "web", "-o", "jsonpath={.spec}")
    }
  }
}

/// The Rollout `web` on its way, as a person and a visitor see it.
private struct Release {
  let stage: Stage
  let url: String
  let visitor: HTTPClient

  func apply(_ rollout: JSONValue) async throws {
    try await stage.kubectl("apply", "-f", "-", input: Manifests.text([rollout]))
  }

  /// Waits until the rollout waits for a person, with so much weight that the data plane follows.
  func pauses(at weight: Int) async throws {
    try await waitUntil("the pause at \(weight)") {
      let status = try await stage.get(.rollouts, "default", "web")?.status ?? .null
      let isPaused = status["pauseConditions"]?[0]?["reason"] == "CanaryPauseStep"
      return isPaused && status.at("canary", "weights", "canary", "weight")?.int == weight
    }
    // Traefik says that it accepts a route before it follows it, up to two seconds later.
    try await waitUntil("Traefik to follow") { abs(try await share(of: nil) - Double(weight)) <= 3 }
  }

  /// Waits until the release is over, the old pods are gone, and everybody gets the version.
  func ends(with version: String, _ phase: String) async throws {
    try await waitUntil("\(phase) with \(version) alone") {
      let status = try await stage.get(.rollouts, "default", "web")?.status ?? .null
      let images = try await stage.list(.pods, "default").map(Self.image)
      return status["phase"]?.string == phase && Set(images) == ["shop:\(version)"]
    }
    try await reaches([version])
  }

  private static func image(_ pod: JSONValue) -> String {
    pod.spec["containers"]?[0]?["image"]?.string ?? ""
  }

  /// Pods of the version.
  func pods(_ version: String) async throws -> Int {
    try await stage.list(.pods, "default").count { Self.image($0) == "shop:\(version)" }
  }

  /// Waits until ten visits in a row reach these versions and no others.
  func reaches(_ versions: Set<String>) async throws {
    try await waitUntil("visitors to reach \(versions)") {
      var seen: Set<String> = []
      for _ in 0..<10 { seen.insert(try await visit()) }
      return seen == versions
    }
  }

  /// The share of 400 visits that reach the version, in percent; nil stands for the newest one.
  func share(of version: String?) async throws -> Double {
    var seen: [String: Int] = [:]
    for _ in 0..<400 { seen[try await visit(), default: 0] += 1 }
    let newest = version ?? seen.keys.max() ?? ""
    return Double(seen[newest] ?? 0) * 100 / 400
  }

  /// The version that answers.
  private func visit() async throws -> String {
    let answer = try await visitor.send(HTTPRequest(method: "GET", url: url, deadline: .seconds(5)))
    let words = String(decoding: answer.body, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    return answer.status == 200 ? words.last.map(String.init) ?? "" : "status \(answer.status)"
  }
}
