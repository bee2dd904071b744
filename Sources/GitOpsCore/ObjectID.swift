package import KubeModel
package import Primitives

/// Group and kind, which together name a type whatever the version.
package struct GroupKind: Sendable, Hashable, CustomStringConvertible {
  /// Empty for the core group.
  package let group: String
  package let kind: String

  package init(group: String, kind: String) {
    self.group = group
    self.kind = kind
  }

  package init(apiVersion: String, kind: String) {
    self.init(group: splitAPIVersion(apiVersion).group, kind: kind)
  }

  package var description: String { group.isEmpty ? kind : "\(kind).\(group)" }
}

/// Which object: two manifests with the same id mean the same one, whatever their API version.
package struct ObjectID: Sendable, Hashable, CustomStringConvertible {
  package let group: String
  package let kind: String
  /// Empty for cluster-scoped objects.
  package let namespace: String
  package let name: String

  package init(group: String, kind: String, namespace: String, name: String) {
    self.group = group
    self.kind = kind
    self.namespace = namespace
    self.name = name
  }

  package init(_ object: JSONValue) {
    self.init(
      group: splitAPIVersion(object.apiVersion).group,
      kind: object.kind,
      namespace: object.namespace,
      name: object.name
    )
  }

  package var groupKind: GroupKind { GroupKind(group: group, kind: kind) }
  package var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
  package var description: String { "\(kind) \(key)" }
}

/// `apps/v1` in its two parts; the core group is empty.
func splitAPIVersion(_ apiVersion: String) -> (group: String, version: String) {
  let parts = apiVersion.split(separator: "/", maxSplits: 1).map(String.init)
  return parts.count == 2 ? (parts[0], parts[1]) : ("", apiVersion)
}
