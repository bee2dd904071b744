package import Primitives

/// `spec.workloadRef`: the object whose pod template is released (reference, section 2.15).
package struct WorkloadReference: Sendable, Hashable {
  /// When the workload gives its own pods up to the Rollout.
  package enum ScaleDown: String, Sendable {
    case never
    /// Once the first revision is healthy.
    case onsuccess
    /// Pod by pod, as those of the first revision become ready.
    case progressively
  }

  package let apiVersion: String
  /// `Deployment`, `ReplicaSet` or `PodTemplate`.
  package let kind: String
  package let name: String
  package let scaleDown: ScaleDown

  package init?(_ value: JSONValue) {
    guard value.object != nil else { return nil }
    apiVersion = value["apiVersion"]?.string ?? ""
    kind = value["kind"]?.string ?? ""
    name = value["name"]?.string ?? ""
    scaleDown = value["scaleDown"]?.string.flatMap(ScaleDown.init) ?? .never
  }
}
