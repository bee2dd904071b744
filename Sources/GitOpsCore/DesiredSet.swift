import KubeModel
package import Primitives

/// One object that Git wants, ready to be compared with the live one.
package struct DesiredObject: Sendable, Hashable {
  package let id: ObjectID
  package let apiVersion: String
  /// The manifest with its namespace settled, without status and without what only a server writes.
  package let object: JSONValue
  package let file: String
  package let line: Int

  package var inventoryEntry: InventoryEntry {
    InventoryEntry(id: id, version: splitAPIVersion(apiVersion).version, file: file)
  }
}

/// What Git wants as a whole, in the order of applying.
package struct DesiredSet: Sendable {
  package private(set) var objects: [DesiredObject] = []
  /// Objects whose kind the cluster does not serve (yet); the others can be applied all the same.
  package private(set) var unserved: [ManifestIssue] = []
  /// Fields that belong to the rollout controller, by the Rollouts of this set and those given.
  let owned: OwnedFields

  /// Settles the namespace of every object.
  ///
  /// - Parameters:
  ///   - manifests: A set without issues.
  ///   - source: Its namespace is the default one.
  ///   - isNamespaced: The scope of each kind that the cluster serves; kinds that a CustomResourceDefinition of the set
  ///     itself brings need not be in it.
  ///   - liveRollouts: Rollouts of the cluster that may own fields of objects in this set.
  package init(
    manifests: ManifestSet,
    source: GitSource,
    isNamespaced: [GroupKind: Bool],
    liveRollouts: [JSONValue] = []
  ) {
    let scopes = Self.definedScopes(manifests.manifests).merging(isNamespaced) { $1 }
    for manifest in manifests.manifests {
      let kind = GroupKind(apiVersion: manifest.object.apiVersion, kind: manifest.object.kind)
      guard let namespaced = scopes[kind] else {
        let reason = "the cluster serves no \(manifest.object.kind) of \(manifest.object.apiVersion)"
        unserved.append(ManifestIssue(file: manifest.file, line: manifest.line, reason: reason))
        continue
      }
      objects.append(Self.settle(manifest, namespaced: namespaced, source: source))
    }
    objects = objects.map { (ApplyOrder($0.object, id: $0.id), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    let rollouts = objects.filter { $0.id.isRollout }.map(\.object)
    owned = OwnedFields(rollouts: rollouts + liveRollouts)
  }

  private static func settle(_ manifest: Manifest, namespaced: Bool, source: GitSource) -> DesiredObject {
    var object = manifest.object
    object["status"] = nil
    for field in ["creationTimestamp", "resourceVersion", "uid", "generation", "managedFields", "selfLink"] {
      object.set(nil, at: "metadata", field)
    }
    if !namespaced {
      object.set(nil, at: "metadata", "namespace")
    } else if object.namespace.isEmpty {
      object.set(.string(source.key.namespace), at: "metadata", "namespace")
    }
    return DesiredObject(
      id: ObjectID(object),
      apiVersion: object.apiVersion,
      object: object,
      file: manifest.file,
      line: manifest.line
    )
  }

  private static func definedScopes(_ manifests: [Manifest]) -> [GroupKind: Bool] {
    var scopes: [GroupKind: Bool] = [:]
    for definition in manifests.map(\.object) where definition.kind == "CustomResourceDefinition" {
      guard let group = definition.spec["group"]?.string,
        let kind = definition.spec.at("names", "kind")?.string
      else { continue }
      scopes[GroupKind(group: group, kind: kind)] = definition.spec["scope"]?.string != "Cluster"
    }
    return scopes
  }
}

extension ObjectID {
  var isRollout: Bool { group == "argoproj.io" && kind == "Rollout" }
}
