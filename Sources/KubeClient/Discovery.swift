package import KubeModel
package import Primitives

/// What a server serves: its kinds, decoded from either form of discovery.
package struct Discovery: Sendable, Hashable {
  /// An apiVersion and a kind, which together name a resource type.
  package struct Kind: Sendable, Hashable {
    package let apiVersion: String
    package let kind: String

    package init(apiVersion: String, kind: String) {
      self.apiVersion = apiVersion
      self.kind = kind
    }
  }

  package private(set) var types: [Kind: ResourceType] = [:]

  package init() {}

  /// The type of a kind; nil when the server does not serve it.
  package subscript(apiVersion: String, kind: String) -> ResourceType? {
    types[Kind(apiVersion: apiVersion, kind: kind)]
  }

  /// Media types by which a client asks for aggregated discovery and accepts the legacy form.
  package static let accept =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

  /// Takes in an `APIGroupDiscoveryList`; false when the body is of another kind.
  package mutating func add(aggregated body: JSONValue) -> Bool {
    guard body.kind == "APIGroupDiscoveryList" else { return false }
    for group in body["items"]?.array ?? [] {
      for version in group["versions"]?.array ?? [] {
        for resource in version["resources"]?.array ?? [] {
          add(
            group: group.name,
            version: version["version"]?.string ?? "",
            kind: resource.at("responseKind", "kind")?.string ?? "",
            plural: resource["resource"]?.string ?? "",
            isNamespaced: resource["scope"]?.string == "Namespaced"
          )
        }
      }
    }
    return true
  }

  /// The paths of the resource lists that a legacy `APIVersions` or `APIGroupList` names.
  package static func legacyPaths(_ body: JSONValue) -> [String] {
    switch body.kind {
    case "APIVersions": (body["versions"]?.array ?? []).compactMap(\.string).map { "/api/\($0)" }
    case "APIGroupList":
      (body["groups"]?.array ?? []).flatMap { $0["versions"]?.array ?? [] }
        .compactMap { $0["groupVersion"]?.string }.map { "/apis/\($0)" }
    default: []
    }
  }

  /// Takes in an `APIResourceList`; false when the body is of another kind.
  @discardableResult
  package mutating func add(legacy body: JSONValue) -> Bool {
    guard body.kind == "APIResourceList", let groupVersion = body["groupVersion"]?.string else {
      return false
    }
    let parts = groupVersion.split(separator: "/")
    for resource in body["resources"]?.array ?? [] {
      add(
        group: parts.count > 1 ? String(parts[0]) : "",
        version: parts.last.map(String.init) ?? "",
        kind: resource["kind"]?.string ?? "",
        plural: resource["name"]?.string ?? "",
        isNamespaced: resource["namespaced"]?.bool ?? false
      )
    }
    return true
  }

  /// The first resource of a kind wins; subresources, whose names hold a slash, are no types.
  private mutating func add(group: String, version: String, kind: String, plural: String, isNamespaced: Bool)
  {
    guard !version.isEmpty, !kind.isEmpty, !plural.isEmpty, !plural.contains("/") else { return }
    let type = ResourceType(
      group: group,
      version: version,
      kind: kind,
      plural: plural,
      isNamespaced: isNamespaced
    )
    let key = Kind(apiVersion: type.apiVersion, kind: kind)
    if types[key] == nil { types[key] = type }
  }
}
