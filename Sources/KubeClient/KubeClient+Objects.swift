package import KubeModel
package import Primitives

extension KubeClient {
  /// Reads one object, or one of its subresources (`status`, `scale`); the namespace of a cluster-scoped kind is ignored.
  package func get(
    _ type: ResourceType,
    namespace: String,
    name: String,
    subresource: String? = nil
  ) async throws(KubeError) -> JSONValue {
    try await send(.get(type, namespace: namespace, name: name, subresource: subresource))
  }

  /// Creates the object in the namespace of its metadata and answers what the server stored.
  @discardableResult
  package func create(
    _ type: ResourceType,
    _ object: JSONValue,
    options: WriteOptions = WriteOptions()
  ) async throws(KubeError) -> JSONValue {
    try await send(.create(type, object, options: options))
  }

  /// Replaces the object, or one of its subresources.
  ///
  /// An object with a resource version is stored only when that is still the current one, and is a `conflict`
  /// otherwise.
  @discardableResult
  package func update(
    _ type: ResourceType,
    _ object: JSONValue,
    subresource: String? = nil,
    options: WriteOptions = WriteOptions()
  ) async throws(KubeError) -> JSONValue {
    try await send(.update(type, object, subresource: subresource, options: options))
  }

  /// Changes the object, or one of its subresources, and answers the result.
  ///
  /// A merge or apply whose `metadata.resourceVersion` is given is a `conflict` when the object has changed since.
  @discardableResult
  package func patch(
    _ type: ResourceType,
    namespace: String,
    name: String,
    _ patch: KubePatch,
    subresource: String? = nil,
    options: PatchOptions = PatchOptions()
  ) async throws(KubeError) -> JSONValue {
    try await send(
      .patch(type, namespace: namespace, name: name, patch, subresource: subresource, options: options)
    )
  }

  /// Deletes the object; finalizers and foreground propagation may keep it for a while. An object that is gone already
  /// is `notFound`.
  package func delete(
    _ type: ResourceType,
    namespace: String,
    name: String,
    _ options: DeleteOptions = DeleteOptions()
  ) async throws(KubeError) {
    _ = try await response(to: .delete(type, namespace: namespace, name: name, options))
  }

  /// Asks for a pod to go; a disruption budget that refuses answers `tooManyRequests`. Holds only for this uid.
  package func evict(namespace: String, pod: String, uid: String) async throws(KubeError) {
    _ = try await response(to: .evict(namespace: namespace, pod: pod, uid: uid))
  }

  /// Sets `spec.replicas` through the scale subresource and answers the `Scale`.
  @discardableResult
  package func scale(
    _ type: ResourceType,
    namespace: String,
    name: String,
    to replicas: Int,
    ifResourceVersion resourceVersion: String? = nil
  ) async throws(KubeError) -> JSONValue {
    var change: JSONValue = ["spec": ["replicas": JSONValue(replicas)]]
    if let resourceVersion { change.set(.string(resourceVersion), at: "metadata", "resourceVersion") }
    return try await patch(type, namespace: namespace, name: name, .merge(change), subresource: "scale")
  }
}
