package import Primitives

/// One object that a GitSource applied, as `status.inventory` remembers it for pruning.
package struct InventoryEntry: Sendable, Hashable {
  package let id: ObjectID
  package let version: String
  /// The file the object came from, in the repository.
  package let file: String

  package init(id: ObjectID, version: String, file: String) {
    self.id = id
    self.version = version
    self.file = file
  }

  /// Reads an entry leniently; nil when kind or name is missing.
  package init?(_ value: JSONValue) {
    guard let kind = value["kind"]?.string, let name = value["name"]?.string else { return nil }
    let id = ObjectID(
      group: value["group"]?.string ?? "",
      kind: kind,
      namespace: value["namespace"]?.string ?? "",
      name: name
    )
    self.init(id: id, version: value["version"]?.string ?? "v1", file: value["file"]?.string ?? "")
  }

  package var apiVersion: String { id.group.isEmpty ? version : "\(id.group)/\(version)" }

  package var json: JSONValue {
    [
      "group": .string(id.group), "version": .string(version), "kind": .string(id.kind),
      "namespace": .string(id.namespace), "name": .string(id.name), "file": .string(file),
    ]
  }
}
