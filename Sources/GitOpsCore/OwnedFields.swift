import KubeModel
import Primitives

/// The fields of applied objects that belong to the rollout controller, not to Git: the pod template hash in a
/// Service's selector, the weights of a route, the replicas of a workload that a Rollout scales down.
///
/// Selectors and route rules are atomic for server-side apply: leaving a field out would remove it. So these fields are
/// taken out to compare, and carried over from the live object to apply.
struct OwnedFields {
  private static let hashKey = "rollouts-pod-template-hash"
  private static let pluginKeys = ["argoproj-labs/gatewayAPI", "argoproj-labs/gateway-api"]
  private static let routeKinds = [
    "http": "HTTPRoute", "grpc": "GRPCRoute", "tcp": "TCPRoute", "tls": "TLSRoute",
  ]

  private var services: Set<ObjectKey> = []
  private var routes: [ObjectID: Set<String>] = [:]
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
    case ("gateway.networking.k8s.io", _):
      guard let backends = routes[id], let rules = object.at("spec", "rules")?.array else { break }
      let rewritten = rules.enumerated().map { index, rule in
        Self.rewrite(rule: rule, at: index, backends: backends, from: live)
      }
      object.set(.array(rewritten), at: "spec", "rules")
    default: break
    }
    return object
  }

  /// Without a live object the weights go; with one they are as the live rule has them, or as written for a backend
  /// that the live rule does not know yet.
  private static func rewrite(
    rule: JSONValue,
    at index: Int,
    backends: Set<String>,
    from live: JSONValue?
  ) -> JSONValue {
    guard let references = rule["backendRefs"]?.array else { return rule }
    let liveRule = live?.at("spec", "rules")?.array?.rule(at: index, like: rule)
    var rule = rule
    rule["backendRefs"] = .array(
      references.map { reference in
        guard let name = reference["name"]?.string, backends.contains(name) else { return reference }
        let known = liveRule?["backendRefs"]?.array?.first { $0["name"]?.string == name }
        if live != nil, known == nil { return reference }
        var reference = reference
        reference["weight"] = known?["weight"]
        return reference
      }
    )
    return rule
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
    for plugin in Self.pluginKeys {
      guard let settings = canary.at("trafficRouting", "plugins", plugin) else { continue }
      addRoutes(settings, namespace: settings["namespace"]?.string ?? namespace, backends: Set(names))
    }
  }

  private mutating func addRoutes(_ settings: JSONValue, namespace: String, backends: Set<String>) {
    for (prefix, kind) in Self.routeKinds {
      let listed = (settings["\(prefix)Routes"]?.array ?? []).compactMap { $0["name"]?.string }
      for name in listed + [settings["\(prefix)Route"]?.string].compactMap(\.self) {
        let id = ObjectID(
          group: "gateway.networking.k8s.io",
          kind: kind,
          namespace: namespace,
          name: name
        )
        routes[id, default: []].formUnion(backends)
      }
    }
  }
}

extension [JSONValue] {
  /// The live rule that stands for a rule of the manifest: the one with the same name, else the one in its place.
  fileprivate func rule(at index: Int, like rule: JSONValue) -> JSONValue? {
    if let name = rule["name"]?.string, let named = first(where: { $0["name"]?.string == name }) {
      return named
    }
    return indices.contains(index) ? self[index] : nil
  }
}
