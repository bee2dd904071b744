import KubeModel
import KubeRuntime
import Primitives
import RolloutController
import RolloutCore
import Testing
import TrafficPlans

/// What a look knows of the data plane: objects of kinds that are watched once a Rollout names them.
@Suite struct RouteStoresTests {
  private let stores = ControllerStores()
  private let now = Instant(secondsSinceEpoch: 1_800_000_000)
  private let web = RouteAddress(.httpRoutes, ObjectKey(namespace: "shop", name: "web"))

  private func rollout(_ name: String, canary: String = "canary", route: String = "web") -> JSONValue {
    [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
      "metadata": ["name": .string(name), "namespace": "shop", "uid": .string(name), "generation": 1],
      "spec": [
        "selector": ["matchLabels": ["app": "web"]],
        "strategy": [
          "canary": [
            "canaryService": .string(canary), "stableService": .string("\(canary)-stable"),
            "trafficRouting": ["plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": .string(route)]]],
          ]
        ],
      ],
    ]
  }

  private func snapshot() throws -> Snapshot {
    let observer = RolloutObserver(stores: stores) { _, _ in nil }
    return try #require(observer.snapshot(of: ObjectKey(namespace: "shop", name: "web"), now: now))
  }

  @Test func objectIsUnknownUntilTheListOfItsKindArrives() throws {
    stores.rollouts.replace(with: [rollout("web")])
    let store = stores.routes[.httpRoutes]
    let list = "the list of httproutes.gateway.networking.k8s.io has not arrived"
    #expect(try snapshot().routes == [web: .unknown(list)])
    store.replace(with: [], isServed: false)
    #expect(try snapshot().routes == [web: .unserved])
    store.replace(with: [])
    #expect(try snapshot().routes == [web: .missing])
    let route: JSONValue = ["metadata": ["name": "web", "namespace": "shop"]]
    store.replace(with: [route])
    #expect(try snapshot().routes == [web: .found(route)])
  }

  @Test func onlyThoseWithTheSameServicesAndObjectsAreRivals() throws {
    stores.rollouts.replace(with: [
      rollout("web"), rollout("copy"), rollout("neighbour", canary: "other"), rollout("apart", route: "api"),
    ])
    #expect(try snapshot().rivals.mapValues { $0.map(\.name) } == [web: ["copy"]])
  }
}
