import KubeClient
import KubeModel
import Primitives

/// The objects of the benchmark: one Gateway, and for each Rollout two Services and a rule of an HTTPRoute.
struct RoutesShop: Sendable {
  static let namespace = "serin-routes"
  /// The weights of the steps; a release ends behind the last one.
  static let weights = [20, 50, 80]
  private static let gateways = ResourceType(
    group: "gateway.networking.k8s.io",
    version: "v1",
    kind: "Gateway",
    plural: "gateways"
  )

  let count: Int
  /// How many Rollouts share an HTTPRoute.
  let share: Int

  var rollouts: [String] { (0..<count).map { "web-\($0)" } }
  var routes: [Int] { Array(0..<(count + share - 1) / share) }

  /// The canary's Service of a Rollout, by which its rule is found.
  static func canary(_ rollout: String) -> String { "\(rollout)-canary" }

  /// Makes the namespace and the Gateway.
  func begin(_ client: KubeClient) async throws(KubeError) {
    try await client.create(.namespaces, ["metadata": ["name": .string(Self.namespace)]])
    try await client.create(
      Self.gateways,
      Self.object(
        "shop",
        [
          "gatewayClassName": "serin", "listeners": [["name": "http", "port": 80, "protocol": "HTTP"]],
        ]
      )
    )
  }

  func services(_ rollout: String) -> [JSONValue] {
    ["\(rollout)-stable", Self.canary(rollout)].map { name in
      Self.object(
        name,
        ["selector": ["app": .string(rollout)], "ports": [["name": "http", "port": 80, "targetPort": 8080]]]
      )
    }
  }

  /// A rule for each Rollout that shares the route: `/web-7` leads to the Services of `web-7`.
  func route(_ index: Int) -> JSONValue {
    let rules = rollouts[index * share..<min(count, (index + 1) * share)].map { rollout -> JSONValue in
      [
        "matches": [["path": ["type": "PathPrefix", "value": .string("/\(rollout)")]]],
        "backendRefs": [
          ["name": .string("\(rollout)-stable"), "port": 80, "weight": 100],
          ["name": .string(Self.canary(rollout)), "port": 80, "weight": 0],
        ],
      ]
    }
    return Self.object("routes-\(index)", ["parentRefs": [["name": "shop"]], "rules": .array(rules)])
  }

  func rollout(_ index: Int) -> JSONValue {
    let name = "web-\(index)"
    let steps = Self.weights.flatMap { weight -> [JSONValue] in
      [["setWeight": JSONValue(weight)], ["pause": [:]]]
    }
    return Self.object(
      name,
      [
        "replicas": 1, "selector": ["matchLabels": ["app": .string(name)]],
        "template": [
          "metadata": ["labels": ["app": .string(name)]],
          "spec": ["containers": [["name": "web", "image": "shop:v1"]]],
        ],
        "strategy": [
          "canary": [
            "stableService": .string("\(name)-stable"), "canaryService": .string(Self.canary(name)),
            "trafficRouting": [
              "plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": .string("routes-\(index / share)")]]
            ],
            "steps": .array(steps),
          ]
        ],
      ]
    )
  }

  private static func object(_ name: String, _ spec: JSONValue) -> JSONValue {
    ["metadata": ["namespace": .string(namespace), "name": .string(name)], "spec": spec]
  }
}
