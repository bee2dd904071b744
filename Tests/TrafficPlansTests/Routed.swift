import KubeModel
import Primitives
import Testing
import TrafficPlans

/// The routers that a piece of a spec names, and the objects that they are asked about.
struct Routed {
  let routing: TrafficRouting
  private(set) var live: LiveRoutes = [:]

  init(_ trafficRouting: JSONValue, _ objects: JSONValue...) {
    routing = TrafficRouting(trafficRouting, rollout: ObjectKey(namespace: "shop", name: "web"))
    for object in objects { put(object) }
  }

  /// Adds an object; its namespace is `shop` and its resourceVersion is 7.
  mutating func put(_ object: JSONValue) {
    var object = object
    object.set(object.at("metadata", "namespace") ?? "shop", at: "metadata", "namespace")
    object.set("7", at: "metadata", "resourceVersion")
    let address = routing.addresses.first { $0.type.kind == object.kind && $0.key == ObjectKey(object) }
    guard let address else {
      Issue.record("no router speaks of \(object.kind) \(ObjectKey(object))")
      return
    }
    live[address] = object
  }

  var router: any TrafficRouter { routing.routers[0] }

  func plan(_ weights: TrafficWeights) -> RoutePlan { router.plan(weights, live) }

  /// The one patch that the only changed object needs, applied; nil when there is none or more.
  func patched(_ weights: TrafficWeights) throws -> JSONValue? {
    guard case .changes(let changes) = plan(weights), changes.count == 1,
      case .patch(let address, let patch) = changes[0]
    else { return nil }
    return try JSONPatch.apply(patch, to: live[address] ?? .null)
  }

  /// The weights of a release between `web-canary` and `web-stable`.
  static func weights(_ canary: Int, total: Int = 100) -> TrafficWeights {
    var weights = TrafficWeights(
      canaryService: "web-canary",
      stableService: "web-stable",
      canary: canary,
      total: total
    )
    weights.canaryHash = "7bf84f969"
    weights.stableHash = "5d9c48b7f"
    weights.owner = RouterCase.owner
    return weights
  }

  /// An object as the API has it, with a spec and annotations.
  static func object(
    _ kind: String,
    _ name: String,
    _ spec: JSONValue,
    annotations: JSONValue? = nil,
    owner: JSONValue? = nil
  )
    -> JSONValue
  {
    var object: JSONValue = ["kind": .string(kind), "metadata": ["name": .string(name)], "spec": spec]
    object.set(annotations, at: "metadata", "annotations")
    object.set(owner.map { [$0] }, at: "metadata", "ownerReferences")
    return object
  }

  /// The spec of an Ingress that leads all of one host to the services, by a path each.
  static func ingress(_ services: String...) -> JSONValue {
    let paths = services.map { service -> JSONValue in
      ["path": "/", "backend": ["service": ["name": .string(service), "port": ["number": 80]]]]
    }
    return ["rules": [["host": "shop.example.com", "http": ["paths": .array(paths)]]]]
  }
}

extension TrafficRouter {
  /// The proof with the usual Services.
  func isFollowed(_ live: LiveRoutes) -> Bool? { proof(Routed.weights(0), live).isFollowed }
}
