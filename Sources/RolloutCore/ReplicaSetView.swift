import KubeModel
package import Primitives

/// A ReplicaSet as the planner sees it; its fields are read once, since every part of a plan asks for them.
package struct ReplicaSetView: Sendable, Hashable {
  package let object: JSONValue
  package let name: String
  package let hash: String
  package let revision: Int
  /// Pods that it should have.
  package let desired: Int
  /// Pods that exist, whatever their state.
  package let created: Int
  package let ready: Int
  /// Pods ready for `minReadySeconds`, never more than it should have: surplus pods are about to go.
  package let available: Int
  /// When it may go to zero, if it waits for that.
  package let scaleDownDeadline: Instant?

  package init(_ object: JSONValue) {
    self.object = object
    name = object.name
    hash = object.label(RolloutNames.podTemplateHash) ?? ""
    revision = object.annotation(RolloutNames.revision).flatMap { Int($0) } ?? 0
    desired = object.at("spec", "replicas")?.int ?? 1
    let status = object.status
    created = status["replicas"]?.int ?? 0
    ready = status["readyReplicas"]?.int ?? 0
    available = min(status["availableReplicas"]?.int ?? 0, desired)
    scaleDownDeadline = object.annotation(RolloutNames.scaleDownDeadline).flatMap { Instant($0) }
  }

  /// The pod template without what the controller put into it, comparable with the one in the Rollout.
  package var template: JSONValue { object.templateWithoutInjections }

  /// The effect that gives it another size.
  func scaling(to size: Int, _ annotations: [String: String?]) -> Effect {
    .scaleReplicaSet(
      name: name,
      from: desired,
      to: size,
      annotations: annotations,
      resourceVersion: size < desired ? object.resourceVersion : nil
    )
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
