import KubeModel
package import Primitives

/// A ReplicaSet as the planner sees it.
package struct ReplicaSetView: Sendable, Hashable {
  package let object: JSONValue

  package init(_ object: JSONValue) { self.object = object }

  package var name: String { object.name }
  package var hash: String { object.labels[RolloutNames.podTemplateHash] ?? "" }
  package var revision: Int { object.annotations[RolloutNames.revision].flatMap { Int($0) } ?? 0 }
  /// Pods that it should have.
  package var desired: Int { object.spec["replicas"]?.int ?? 1 }
  /// Pods that exist, whatever their state.
  package var created: Int { object.status["replicas"]?.int ?? 0 }
  package var ready: Int { object.status["readyReplicas"]?.int ?? 0 }
  /// Pods ready for `minReadySeconds`, never more than it should have: surplus pods are about to go.
  package var available: Int { min(object.status["availableReplicas"]?.int ?? 0, desired) }
  /// When it may go to zero, if it waits for that.
  package var scaleDownDeadline: Instant? {
    object.annotations[RolloutNames.scaleDownDeadline].flatMap { Instant($0) }
  }

  /// The pod template without the hash label, comparable with the one in the Rollout.
  package var template: JSONValue {
    var template = object.spec["template"] ?? .object([:])
    template.set(nil, at: "metadata", "labels", RolloutNames.podTemplateHash)
    return template
  }

  /// Container name to image.
  package var images: [String: String] { containerImages(of: template) }
}

/// Container name to image of a pod template.
package func containerImages(of template: JSONValue) -> [String: String] {
  let pairs = (template.at("spec", "containers")?.array ?? []).compactMap { container in
    container["name"]?.string.flatMap { name in container["image"]?.string.map { (name, $0) } }
  }
  return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
}
