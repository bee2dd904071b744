import KubeModel
package import Primitives

extension ClusterStore {
  /// Registers a custom kind from its CustomResourceDefinition, as `kubectl apply` of it would.
  ///
  /// - Throws: `APIError` 422 when the definition is wrong.
  package func install(crd definition: JSONValue) throws(APIError) {
    guard get(.definitions, namespace: "", name: definition.name) != nil else {
      _ = try create(.definitions, definition)
      return
    }
    try update(.definitions, namespace: "", name: definition.name) { $0["spec"] = definition["spec"] }
  }

  /// Serves what a new or changed definition says and tells so in its status.
  func definitionChanged(_ definition: JSONValue, _ type: ResourceType) {
    guard type == .definitions, !definition.isBeingDeleted else { return }
    catalog.replace(
      group: definition.spec["group"]?.string ?? "",
      plural: definition.spec.at("names", "plural")?.string ?? "",
      with: DefinitionRules.resources(of: definition)
    )
    let isEstablished = definition.status.at("acceptedNames") == definition.spec["names"]
    guard !isEstablished else { return }
    let status = DefinitionRules.establishedStatus(definition, now: sources.now())
    do throws(APIError) {
      try update(type, namespace: "", name: definition.name, subresource: "status") { $0["status"] = status }
    } catch {
      // Deleted in between: then there is nothing to tell.
    }
  }

  /// Deletes the objects of a definition that is being deleted and, once they are gone, the definition itself.
  ///
  /// Objects held by finalizers keep it; calling this again later goes on.
  func finishDefinition(name: String) {
    guard let definition = get(.definitions, namespace: "", name: name), definition.isBeingDeleted else {
      return
    }
    let resources = DefinitionRules.resources(of: definition)
    var isEmpty = true
    if let type = resources.first?.type {
      for object in list(type).items { deleteIfPresent(type, object) }
      isEmpty = list(type).items.isEmpty
    }
    guard isEmpty else { return }
    catalog.replace(
      group: definition.spec["group"]?.string ?? "",
      plural: definition.spec.at("names", "plural")?.string ?? "",
      with: []
    )
    do throws(APIError) {
      try update(.definitions, namespace: "", name: name) { definition in
        let finalizers = definition.at("metadata", "finalizers")?.array ?? []
        let rest = finalizers.filter { $0 != ObjectLifecycle.definitionFinalizer }
        definition.set(rest.isEmpty ? nil : .array(rest), at: "metadata", "finalizers")
      }
    } catch {
      // Gone already.
    }
  }

  /// Deletes the content of a namespace that is being deleted and, once all is gone, the namespace itself.
  func finishNamespace(name: String) {
    guard let namespace = get(.namespaces, namespace: "", name: name), namespace.isBeingDeleted else {
      return
    }
    var left = 0
    for resource in catalog.all where resource.type.isNamespaced {
      for object in list(resource.type, namespace: name).items where !object.isBeingDeleted {
        deleteIfPresent(resource.type, object)
      }
      left += list(resource.type, namespace: name).items.count
    }
    guard left == 0 else { return }
    do throws(APIError) {
      try update(.namespaces, namespace: "", name: name, subresource: "finalize") { namespace in
        namespace.set([], at: "spec", "finalizers")
      }
    } catch {
      // Gone already.
    }
  }

  private func deleteIfPresent(_ type: ResourceType, _ object: JSONValue) {
    do throws(APIError) {
      try delete(type, namespace: object.namespace, name: object.name, propagation: .background)
    } catch {
      // Somebody else was faster.
    }
  }
}
