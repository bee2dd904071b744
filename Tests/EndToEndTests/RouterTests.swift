import HTTPTransport
import KubeClient
import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// Objects of the data plane: weights that somebody else writes, and kinds that come and go.
  @Suite struct RouterTests {
    private static let traefikServices = ResourceType(
      group: "traefik.io",
      version: "v1alpha1",
      kind: "TraefikService",
      plural: "traefikservices"
    )
    private static let definitions = ResourceType(
      group: "apiextensions.k8s.io",
      version: "v1",
      kind: "CustomResourceDefinition",
      plural: "customresourcedefinitions",
      isNamespaced: false
    )

    /// The least that lets the server keep TraefikServices.
    private static let definition: JSONValue = [
      "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
      "metadata": ["name": "traefikservices.traefik.io"],
      "spec": [
        "group": "traefik.io", "scope": "Namespaced",
        "names": ["kind": "TraefikService", "plural": "traefikservices", "singular": "traefikservice"],
        "versions": [
          [
            "name": "v1alpha1", "served": true, "storage": true,
            "schema": ["openAPIV3Schema": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]],
          ]
        ],
      ],
    ]

    private static let weighted: JSONValue = [
      "apiVersion": "traefik.io/v1alpha1", "kind": "TraefikService",
      "metadata": ["name": "web", "namespace": "default"],
      "spec": [
        "weighted": [
          "services": [
            ["name": "stable", "port": 80, "weight": 100], ["name": "canary", "port": 80, "weight": 0],
          ]
        ]
      ],
    ]

    private static func release(_ version: String, _ routing: JSONValue) -> JSONValue {
      Manifests.canary(version, [["setWeight": 20], ["pause": [:]]], routing)
    }

    @Test(.timeLimit(.minutes(2)))
    func weightEditedByHandIsPutRightAndToldOfByName() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let controller = try Controller(on: stage)
        let objects = [Manifests.service("stable"), Manifests.service("canary"), Manifests.route]
        try await stage.apply(Manifests.text(objects + [Self.release("v1", Manifests.routing)]))
        try await stage.waitForPhase("Healthy", "web", "default")
        try await stage.apply(Manifests.text([Self.release("v2", Manifests.routing)]))
        try await stage.waitForPhase("Paused", "web", "default")
        let edit: JSONValue = [
          ["op": "replace", "path": "/spec/rules/0/backendRefs/1/weight", "value": 70]
        ]
        try await stage.client.patch(
          .httpRoutes,
          namespace: "default",
          name: "web",
          .json(edit),
          options: PatchOptions(fieldManager: "kubectl-edit")
        )
        try await waitUntil("the weight to be put right, and told of") {
          let route = try await stage.get(.httpRoutes, "default", "web")
          guard route?.spec["rules"]?[0]?["backendRefs"]?[1]?["weight"] == 20 else { return false }
          return try await stage.list(.events, "default").contains { event in
            let message = event["message"]?.string ?? ""
            return event["reason"] == "TrafficWeightCorrected"
              && message.contains("instead of 20; it was last changed by \"kubectl-edit\"")
          }
        }
        #expect(try await managers(stage).contains("serin-controller"))
        #expect(try await stage.serin("abort", "web").code == 0)
        try await waitUntil("the route to be given back") {
          let route = try await stage.get(.httpRoutes, "default", "web")
          guard route?.spec["rules"]?[0]?["backendRefs"]?[1]?["weight"] == 0 else { return false }
          return try await !managers(stage).contains("serin-controller")
        }
        #expect(await controller.stop())
      }
    }

    @Test(.timeLimit(.minutes(2)))
    func kindThatTheClusterLacksIsNamedAndFollowedOnceItIsThere() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let controller = try Controller(on: stage)
        let routing: JSONValue = [
          "stableService": "stable", "canaryService": "canary",
          "trafficRouting": ["traefik": ["weightedTraefikServiceName": "web"]],
        ]
        let objects = [Manifests.service("stable"), Manifests.service("canary")]
        try await stage.apply(Manifests.text(objects + [Self.release("v1", routing)]))
        try await waitUntil("the missing kind to be named") {
          let conditions = try await stage.get(.rollouts, "default", "web")?.status["conditions"]?.array ?? []
          return conditions.contains {
            $0["message"]?.string?.contains("the cluster has no traefikservices.traefik.io") == true
          }
        }
        _ = try await stage.client.create(Self.definitions, Self.definition)
        _ = try await stage.client.create(Self.traefikServices, Self.weighted)
        try await stage.waitForPhase("Healthy", "web", "default")
        try await stage.apply(Manifests.text([Self.release("v2", routing)]))
        try await stage.waitForPhase("Paused", "web", "default")
        #expect(try await weights(stage) == [80, 20])
        #expect(try await stage.serin("abort", "web").code == 0)
        try await waitUntil("the weights to be as they were") { try await weights(stage) == [100, 0] }
        #expect(await controller.stop())
      }
    }

    /// Who has a part in the HTTPRoute.
    private func managers(_ stage: Stage) async throws -> [String] {
      let request = KubeRequest.get(.httpRoutes, namespace: "default", name: "web")
      let route = try JSONValue(parsing: try await stage.client.response(to: request).body)
      return (route.at("metadata", "managedFields")?.array ?? []).compactMap { $0["manager"]?.string }
    }

    private func weights(_ stage: Stage) async throws -> [Int] {
      let object = try await stage.get(Self.traefikServices, "default", "web")
      return (object?.spec.at("weighted", "services")?.array ?? []).compactMap { $0["weight"]?.int }
    }
  }
}
