import KubeModel
import Primitives

/// A request for objects of a served kind: what its path names.
struct ResourceRequest {
  let resource: ServedResource
  /// Nil for cluster-scoped kinds and for lists over all namespaces.
  let namespace: String?
  let name: String?
  let subresource: String?

  var type: ResourceType { resource.type }

  /// Reads the part of a path after `/api/v1` or `/apis/GROUP/VERSION`; nil when it names nothing that is served.
  init?(group: String, version: String, rest: ArraySlice<String>, catalog: ResourceCatalog) {
    var rest = rest
    if rest.first == "watch" { rest = rest.dropFirst() }
    var namespace: String?
    if rest.first == "namespaces", rest.count >= 3, !Self.isNamespaceSubresource(rest[rest.startIndex + 2]) {
      namespace = rest[rest.startIndex + 1]
      rest = rest.dropFirst(2)
    }
    guard let plural = rest.first, rest.count <= 3,
      let resource = catalog.resource(group: group, version: version, plural: plural),
      resource.type.isNamespaced || namespace == nil
    else { return nil }
    let tail = Array(rest.dropFirst())
    self.resource = resource
    self.namespace = namespace
    name = tail.first
    subresource = tail.count > 1 ? tail[1] : nil
    if name != nil, resource.type.isNamespaced, namespace == nil { return nil }
    if let subresource, !resource.serves(subresource) { return nil }
  }

  private static func isNamespaceSubresource(_ segment: String) -> Bool {
    segment == "status" || segment == "finalize"
  }
}

extension ServedResource {
  func serves(_ subresource: String) -> Bool {
    switch subresource {
    case "status": hasStatus
    case "scale": scale != nil
    default: subresources.contains(subresource)
    }
  }
}
