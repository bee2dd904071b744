package import Primitives

/// Views of the metadata that every Kubernetes object has; absent fields read as empty.
extension JSONValue {
  package var apiVersion: String { self["apiVersion"]?.string ?? "" }
  package var kind: String { self["kind"]?.string ?? "" }
  package var name: String { at("metadata", "name")?.string ?? "" }
  package var namespace: String { at("metadata", "namespace")?.string ?? "" }
  package var uid: String { at("metadata", "uid")?.string ?? "" }
  package var resourceVersion: String { at("metadata", "resourceVersion")?.string ?? "" }
  package var generation: Int { at("metadata", "generation")?.int ?? 0 }
  package var creationTimestamp: Instant? {
    at("metadata", "creationTimestamp")?.string.flatMap(Instant.init)
  }
  package var isBeingDeleted: Bool { at("metadata", "deletionTimestamp")?.string != nil }
  package var labels: [String: String] { at("metadata", "labels")?.strings ?? [:] }
  package var annotations: [String: String] { at("metadata", "annotations")?.strings ?? [:] }
  /// One label, without a dictionary of all.
  package func label(_ key: String) -> String? { at("metadata", "labels", key)?.string }
  /// One annotation, without a dictionary of all.
  package func annotation(_ key: String) -> String? { at("metadata", "annotations", key)?.string }
  package var spec: JSONValue { self["spec"] ?? .object([:]) }
  package var status: JSONValue { self["status"] ?? .object([:]) }
  package var ownerReferences: [JSONValue] { at("metadata", "ownerReferences")?.array ?? [] }

  /// The owner reference whose `controller` is true.
  package var controllerReference: JSONValue? { ownerReferences.first { $0["controller"]?.bool == true } }

  /// An object of strings as a dictionary; other values are left out.
  package var strings: [String: String]? { object.map { $0.compactMapValues(\.string) } }
}

/// An owner reference that makes the given object the managing controller of another.
package func controllerReference(to owner: JSONValue) -> JSONValue {
  [
    "apiVersion": .string(owner.apiVersion), "blockOwnerDeletion": true, "controller": true,
    "kind": .string(owner.kind), "name": .string(owner.name), "uid": .string(owner.uid),
  ]
}
