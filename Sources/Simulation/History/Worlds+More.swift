import KubeModel
import Primitives
import RolloutCore

extension Worlds {
  /// Revisions wait for the one before (``RevisionQueue``).
  static let queues: [World] = [
    World("routed canary with a queue") { _ in
      routedCanary(["steps": otherSteps[2], "onNewRevision": "queue"])
    },
    World("basic canary with a queue of one") { _ in
      ["canary": ["steps": otherSteps[2], "onNewRevision": "queueLatest"]]
    },
  ]

  /// Steps that add rules to the route.
  static let managed: [World] = [
    World("routed canary with header and mirror routes") { _ in
      var strategy = routedCanary(["steps": managedSteps])
      strategy.set(
        [["name": "beta"], ["name": "shadow"]],
        at: "canary",
        "trafficRouting",
        "managedRoutes"
      )
      return strategy
    }
  ]

  /// The pod template is a Deployment's, which has the pods at first.
  static let referring: [World] = [
    World("basic canary that leaves its Deployment alone", handover: .never) { _ in
      ["canary": ["steps": otherSteps[2]]]
    },
    World("routed canary after a Deployment", handover: .onsuccess) { _ in routedCanary(["steps": steps]) },
    World("basic canary in place of a Deployment", handover: .progressively) { _ in
      ["canary": ["steps": steps]]
    },
  ]

  private static let managedSteps: JSONValue = [
    ["setCanaryScale": ["replicas": 1]],
    [
      "setHeaderRoute": ["name": "beta", "match": [["headerName": "x-beta", "headerValue": ["exact": "1"]]]]
    ],
    ["pause": ["duration": 3]], ["setCanaryScale": ["matchTrafficWeight": true]], ["setWeight": 20],
    ["setMirrorRoute": ["name": "shadow", "percentage": 10, "match": [["path": ["prefix": "/"]]]]],
    ["analysis": analysis], ["setWeight": 60], ["pause": [:]], ["setHeaderRoute": ["name": "beta"]],
  ]
}

extension World {
  /// Moves the rollout's pod template and selector to a Deployment that it refers to and that has as many pods; nil
  /// where it keeps them.
  func moveTemplate(of rollout: inout JSONValue) -> JSONValue? {
    guard let handover else { return nil }
    let spec = rollout.spec
    var reference: JSONValue = ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"]
    reference["scaleDown"] = .string(handover.rawValue)
    rollout.set(nil, at: "spec", "template")
    rollout.set(nil, at: "spec", "selector")
    rollout.set(reference, at: "spec", "workloadRef")
    return [
      "apiVersion": "apps/v1", "kind": "Deployment",
      "metadata": ["name": "web", "namespace": "shop", "generation": 1, "resourceVersion": "1"],
      "spec": [
        "replicas": spec["replicas"] ?? 1, "selector": spec["selector"] ?? .null,
        "template": spec["template"] ?? .null,
      ],
    ]
  }
}
