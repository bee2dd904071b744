import KubeModel
import Primitives

extension KubeRequest {
  static func one(
    _ verb: String,
    _ method: String,
    _ type: ResourceType,
    _ namespace: String,
    _ name: String,
    _ subresource: String?
  ) -> KubeRequest {
    let suffix = subresource.map { "/" + $0 } ?? ""
    return KubeRequest(
      verb: verb,
      resource: type.qualifiedPlural + suffix,
      subject: subject(type, namespace, name) + (subresource.map { " (\($0))" } ?? ""),
      method: method,
      path: collection(type, namespace) + "/" + PercentEncoding.encode(name) + suffix,
      query: []
    )
  }

  static func many(_ verb: String, _ type: ResourceType, _ scope: ListScope) -> KubeRequest {
    let namespace = scope.namespace ?? ""
    var query: [QueryItem] = []
    if !scope.labelQuery.isEmpty { query.append(QueryItem("labelSelector", scope.labelQuery)) }
    if !scope.fieldQuery.isEmpty { query.append(QueryItem("fieldSelector", scope.fieldQuery)) }
    let place = type.isNamespaced && !namespace.isEmpty ? " in namespace \(namespace)" : ""
    return KubeRequest(
      verb: verb,
      resource: type.qualifiedPlural,
      subject: type.qualifiedPlural + place,
      method: "GET",
      path: collection(type, namespace),
      query: query
    )
  }

  static func query(_ options: WriteOptions) -> [QueryItem] {
    var query: [QueryItem] = []
    if let manager = options.fieldManager { query.append(QueryItem("fieldManager", manager)) }
    if options.dryRun { query.append(QueryItem("dryRun", "All")) }
    if let validation = options.fieldValidation { query.append(QueryItem("fieldValidation", validation)) }
    return query
  }

  /// The path of all objects of a type, in one namespace or, when it is empty, in all.
  static func collection(_ type: ResourceType, _ namespace: String) -> String {
    let root = type.group.isEmpty ? "/api/\(type.version)" : "/apis/\(type.group)/\(type.version)"
    guard type.isNamespaced, !namespace.isEmpty else { return "\(root)/\(type.plural)" }
    return "\(root)/namespaces/\(PercentEncoding.encode(namespace))/\(type.plural)"
  }

  static func subject(_ type: ResourceType, _ namespace: String, _ name: String) -> String {
    "\(type.qualifiedPlural) \(ObjectKey(namespace: type.isNamespaced ? namespace : "", name: name))"
  }

  /// The object with its apiVersion and kind, which items of a list lack and every write needs.
  static func filled(_ object: JSONValue, _ type: ResourceType) -> JSONValue {
    guard object["apiVersion"] == nil || object["kind"] == nil else { return object }
    var object = object
    object["apiVersion"] = .string(type.apiVersion)
    object["kind"] = .string(type.kind)
    return object
  }
}

extension KubePatch {
  /// Whether this is a server-side apply.
  var isApply: Bool {
    if case .apply = self { true } else { false }
  }
}
