import KubeModel
import Primitives

/// The fields of applied objects that belong to the rollout controller, not to Git: the pod template hash in a
/// Service's selector, the weights of a route and what a release adds to it, the replicas of a workload that a Rollout
/// scales down.
///
/// Selectors and route rules are atomic for server-side apply: leaving a field out would remove it. So these fields are
/// taken out to compare, and carried over from the live object to apply.
struct OwnedFields {
  private static let hashKey = "rollouts-pod-template-hash"

  private var services: Set<ObjectKey> = []
  private var routes = OwnedRoutes()
  private var scaledDeployments: Set<ObjectKey> = []

  init(rollouts: [JSONValue]) {
    for rollout in rollouts { add(rollout) }
  }

  /// The object without the fields that the rollout controller owns.
  func strip(_ object: JSONValue, id: ObjectID) -> JSONValue { rewrite(object, id: id, from: nil) }

  /// The object with the owned fields as the live object has them.
  func carry(_ object: JSONValue, id: ObjectID, from live: JSONValue) -> JSONValue {
    rewrite(object, id: id, from: live)
  }

  private func rewrite(_ object: JSONValue, id: ObjectID, from live: JSONValue?) -> JSONValue {
    var object = object
    switch (id.group, id.kind) {
    case ("", "Service") where services.contains(id.key):
      if object.at("spec", "selector") != nil {
        object.set(live?.at("spec", "selector", Self.hashKey), at: "spec", "selector", Self.hashKey)
      }
    case ("apps", "Deployment") where scaledDeployments.contains(id.key):
      object.set(live?.at("spec", "replicas"), at: "spec", "replicas")
    default: return routes.rewrite(object, id: id, from: live) ?? object
    }
    return object
  }

  private mutating func add(_ rollout: JSONValue) {
    let namespace = rollout.namespace
    let canary = rollout.at("spec", "strategy", "canary") ?? .null
    let blueGreen = rollout.at("spec", "strategy", "blueGreen") ?? .null
    let names = [
      canary["canaryService"], canary["stableService"], canary.at("pingPong", "pingService"),
      canary.at("pingPong", "pongService"), blueGreen["activeService"], blueGreen["previewService"],
    ].compactMap { $0?.string }
    services.formUnion(names.map { ObjectKey(namespace: namespace, name: $0) })
    if let reference = rollout.at("spec", "workloadRef"), reference["kind"]?.string == "Deployment",
      let name = reference["name"]?.string, let mode = reference["scaleDown"]?.string, mode != "never"
    {
      scaledDeployments.insert(ObjectKey(namespace: namespace, name: name))
    }
    routes.add(rollout, services: Set(names))
  }
}
