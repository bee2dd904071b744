import KubeModel
import Primitives

/// Manifests of the suites that need no Git: a Rollout `web` and what it names.
enum Manifests {
  /// The Rollout `web` with two pods of `shop:VERSION`; `more` is laid over its spec.
  static func rollout(_ version: String, _ strategy: JSONValue, more: JSONValue = [:]) -> JSONValue {
    let spec: JSONValue = [
      "replicas": 2, "selector": ["matchLabels": ["app": "web"]], "template": template(version),
      "strategy": strategy,
    ]
    return object("argoproj.io/v1alpha1", "Rollout", "web", MergePatch.apply(more, to: spec))
  }

  /// One with steps, by replica counts unless `more` says otherwise.
  static func canary(_ version: String, _ steps: JSONValue, _ more: JSONValue = [:], spec: JSONValue = [:])
    -> JSONValue
  {
    rollout(version, ["canary": MergePatch.apply(more, to: ["steps": steps])], more: spec)
  }

  /// One that switches the Service `active`.
  static func blueGreen(_ version: String, _ more: JSONValue = [:], spec: JSONValue = [:]) -> JSONValue {
    rollout(version, ["blueGreen": MergePatch.apply(more, to: ["activeService": "active"])], more: spec)
  }

  /// The Deployment `old`, with the same pods.
  static func deployment(_ version: String) -> JSONValue {
    let spec: JSONValue = [
      "replicas": 2, "selector": ["matchLabels": ["app": "web"]], "template": template(version),
    ]
    return object("apps/v1", "Deployment", "old", spec)
  }

  static func service(_ name: String) -> JSONValue {
    let ports: JSONValue = [["port": 80, "targetPort": 8080]]
    return object("v1", "Service", name, ["selector": ["app": "web"], "ports": ports])
  }

  /// The HTTPRoute `web` with the backends `stable` and `canary`.
  static let route: JSONValue = object(
    "gateway.networking.k8s.io/v1",
    "HTTPRoute",
    "web",
    [
      "parentRefs": [["name": "gateway"]],
      "rules": [["backendRefs": [["name": "stable", "port": 80], ["name": "canary", "port": 80]]]],
    ]
  )

  /// What of a canary strategy leads requests along that route.
  static let routing: JSONValue = [
    "stableService": "stable", "canaryService": "canary",
    "trafficRouting": ["plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web"]]],
  ]

  /// The AnalysisTemplate `smoke`: the answer of the URL decides.
  static func analysisTemplate(
    _ url: String,
    path: String = "{$.rate}",
    wants condition: String = "result >= 0.95",
    args: JSONValue = [["name": "hash", "value": "none"]]
  ) -> JSONValue {
    let metric: JSONValue = [
      "name": "rate", "successCondition": .string(condition),
      "provider": ["web": ["url": .string(url), "jsonPath": .string(path)]],
    ]
    let spec: JSONValue = ["args": args, "metrics": [metric]]
    return object("argoproj.io/v1alpha1", "AnalysisTemplate", "smoke", spec)
  }

  /// The pods of `shop:VERSION`.
  static func template(_ version: String, app: String = "web", ports: JSONValue = []) -> JSONValue {
    [
      "metadata": ["labels": ["app": .string(app)]],
      "spec": ["containers": [["name": "web", "image": .string("shop:\(version)"), "ports": ports]]],
    ]
  }

  static func object(_ version: String, _ kind: String, _ name: String, _ spec: JSONValue) -> JSONValue {
    [
      "apiVersion": .string(version), "kind": .string(kind), "metadata": ["name": .string(name)],
      "spec": spec,
    ]
  }

  /// Documents of one file, in a namespace.
  static func text(_ objects: [JSONValue], namespace: String = "default") -> String {
    objects.map { object in
      var object = object
      object.set(.string(namespace), at: "metadata", "namespace")
      return object.text() + "\n"
    }.joined(separator: "---\n")
  }
}
