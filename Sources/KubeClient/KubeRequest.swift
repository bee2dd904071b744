package import HTTPTransport
package import KubeModel
package import Primitives

/// A request to the API server as a value: everything but the server's address and the caller's credentials.
package struct KubeRequest: Sendable, Hashable {
  /// The Kubernetes verb, as RBAC and metrics spell it: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`;
  /// `apply` for a server-side apply, which RBAC calls `patch`.
  package let verb: String
  /// The plural with its group, and the subresource: `rollouts.argoproj.io/status`.
  package let resource: String
  /// What it is about, for error messages: `pods shop/web-1`.
  package let subject: String
  package let method: String
  /// The path without a query; segments are percent-encoded.
  package let path: String
  /// Names and raw values of the query, in the order in which they are sent.
  package var query: [QueryItem]
  package var accept = "application/json"
  package var contentType: String?
  package var body: JSONValue?

  /// One name and value of a query.
  package struct QueryItem: Sendable, Hashable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// What was attempted, as error messages begin: `cannot patch rollouts.argoproj.io shop/web`.
  package var attempt: String { "cannot \(verb) \(subject)" }

  /// Path and encoded query.
  package var target: String {
    guard !query.isEmpty else { return path }
    return path + "?" + query.map { "\($0.name)=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
  }

  /// The request as the transport sends it; `server` is prepended to the target and may be empty.
  package func httpRequest(server: String = "", deadline: Duration?) -> HTTPRequest {
    var headers = HTTPHeaders([("Accept", accept)])
    if let contentType { headers.set("Content-Type", contentType) }
    return HTTPRequest(
      method: method,
      url: server + target,
      headers: headers,
      body: body?.bytes() ?? [],
      deadline: deadline
    )
  }
}

extension KubeRequest {
  /// A read of one object, or of one of its subresources.
  package static func get(
    _ type: ResourceType,
    namespace: String,
    name: String,
    subresource: String? = nil
  ) -> KubeRequest {
    one("get", "GET", type, namespace, name, subresource)
  }

  /// A read of one page of objects; an empty continue token asks for the first. A limit of 0 asks for all at once.
  package static func list(
    _ type: ResourceType,
    scope: ListScope,
    limit: Int = 0,
    continueToken: String = "",
    resourceVersion: String = ""
  ) -> KubeRequest {
    var request = many("list", type, scope)
    if limit > 0 { request.query.append(QueryItem("limit", String(limit))) }
    if !continueToken.isEmpty { request.query.append(QueryItem("continue", continueToken)) }
    if !resourceVersion.isEmpty { request.query.append(QueryItem("resourceVersion", resourceVersion)) }
    return request
  }

  /// A stream of the changes after a resource version, with bookmarks, which the server ends after `timeout`.
  package static func watch(
    _ type: ResourceType,
    scope: ListScope,
    resourceVersion: String,
    timeout: Duration
  ) -> KubeRequest {
    var request = many("watch", type, scope)
    request.query.append(QueryItem("watch", "1"))
    request.query.append(QueryItem("allowWatchBookmarks", "true"))
    request.query.append(QueryItem("resourceVersion", resourceVersion))
    request.query.append(QueryItem("timeoutSeconds", String(max(1, timeout.components.seconds))))
    return request
  }

  /// A create in the object's own namespace; a name is optional where `generateName` is given.
  package static func create(_ type: ResourceType, _ object: JSONValue, options: WriteOptions) -> KubeRequest
  {
    let name = object.name.isEmpty ? object.at("metadata", "generateName")?.string ?? "" : object.name
    return KubeRequest(
      verb: "create",
      resource: type.qualifiedPlural,
      subject: subject(type, object.namespace, name),
      method: "POST",
      path: collection(type, object.namespace),
      query: query(options),
      contentType: "application/json",
      body: filled(object, type)
    )
  }

  /// A replacement of the object; its resource version, where given, must still be the current one.
  package static func update(
    _ type: ResourceType,
    _ object: JSONValue,
    subresource: String?,
    options: WriteOptions
  ) -> KubeRequest {
    var request = one("update", "PUT", type, object.namespace, object.name, subresource)
    request.query = query(options)
    request.contentType = "application/json"
    request.body = subresource == "scale" ? object : filled(object, type)
    return request
  }

  /// A patch of the object or of one of its subresources.
  package static func patch(
    _ type: ResourceType,
    namespace: String,
    name: String,
    _ patch: KubePatch,
    subresource: String?,
    options: PatchOptions
  ) -> KubeRequest {
    var options = options
    var force = false
    if case .apply(_, let manager, let forced) = patch { (options.fieldManager, force) = (manager, forced) }
    var request = one(
      patch.isApply ? "apply" : "patch",
      "PATCH",
      type,
      namespace,
      name,
      subresource
    )
    request.query = query(options)
    if force { request.query.append(QueryItem("force", "true")) }
    request.contentType = patch.contentType
    request.body = patch.isApply && subresource != "scale" ? filled(patch.body, type) : patch.body
    return request
  }

  /// A delete of one object.
  package static func delete(
    _ type: ResourceType,
    namespace: String,
    name: String,
    _ options: DeleteOptions
  ) -> KubeRequest {
    var request = one("delete", "DELETE", type, namespace, name, nil)
    request.contentType = "application/json"
    request.body = options.json
    return request
  }

  /// An eviction of a pod: a deletion that disruption budgets may refuse.
  package static func evict(namespace: String, pod: String, uid: String) -> KubeRequest {
    var request = one("create", "POST", .pods, namespace, pod, "eviction")
    request.contentType = "application/json"
    request.body = [
      "apiVersion": "policy/v1", "kind": "Eviction",
      "metadata": ["name": .string(pod), "namespace": .string(namespace)],
      "deleteOptions": ["preconditions": ["uid": .string(uid)]],
    ]
    return request
  }

  /// A read of a path that is no object: discovery, version, health.
  package static func raw(_ path: String, accept: String = "application/json") -> KubeRequest {
    KubeRequest(
      verb: "get",
      resource: path,
      subject: path,
      method: "GET",
      path: path,
      query: [],
      accept: accept
    )
  }
}
