import KubeModel
import Primitives

/// Tells clients which groups, versions and kinds there are.
struct Discovery {
  let catalog: ResourceCatalog
  private let wantsAggregate: Bool

  init(catalog: ResourceCatalog, accept: String = "") {
    self.catalog = catalog
    let first = accept.split(separator: ",").first ?? ""
    wantsAggregate = first.contains("as=APIGroupDiscoveryList") && first.contains("v=v2")
  }

  static let version: JSONValue = [
    "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "35", "gitVersion": "v1.36.2", "gitCommit": "serin", "gitTreeState": "clean",
    "buildDate": "1970-01-01T00:00:00Z", "goVersion": "none", "compiler": "swift", "platform": "linux/amd64",
  ]

  /// A group and its versions, the preferred one first.
  private struct Group {
    let name: String
    var versions: [String]
  }

  private var namedGroups: [Group] {
    var groups: [Group] = []
    let names = catalog.all.map(\.type) + reviews.map(\.type)
    for type in names where !type.group.isEmpty {
      if let index = groups.firstIndex(where: { $0.name == type.group }) {
        if !groups[index].versions.contains(type.version) { groups[index].versions.append(type.version) }
      } else {
        groups.append(Group(name: type.group, versions: [type.version]))
      }
    }
    return groups
  }

  private let reviews: [ServedResource] = [
    ("authentication.k8s.io", "SelfSubjectReview", false), ("authentication.k8s.io", "TokenReview", false),
    ("authorization.k8s.io", "LocalSubjectAccessReview", true),
    ("authorization.k8s.io", "SelfSubjectAccessReview", false),
    ("authorization.k8s.io", "SelfSubjectRulesReview", false),
    ("authorization.k8s.io", "SubjectAccessReview", false),
  ].map { group, kind, isNamespaced in
    var resource = ServedResource(
      ResourceType(
        group: group,
        version: "v1",
        kind: kind,
        plural: kind.lowercased() + "s",
        isNamespaced: isNamespaced
      )
    )
    resource.verbs = ["create"]
    return resource
  }

  private func resources(_ group: String, _ version: String) -> [ServedResource] {
    (catalog.all + reviews).filter { $0.type.group == group && $0.type.version == version }
  }

  /// All paths of the API, for `/`.
  var paths: [String] {
    var paths = ["/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"]
    for group in namedGroups {
      paths.append("/apis/\(group.name)")
      paths += group.versions.map { "/apis/\(group.name)/\($0)" }
    }
    return paths.sorted()
  }

  /// `/api`.
  func core(host: String) -> APIResponse {
    guard !wantsAggregate else {
      return aggregate([["metadata": [:], "versions": [discovery("", "v1")]]])
    }
    return .json(
      [
        "kind": "APIVersions", "versions": ["v1"],
        "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": .string(host)]],
      ]
    )
  }

  /// `/apis`.
  func groups() -> APIResponse {
    guard !wantsAggregate else {
      return aggregate(
        namedGroups.map { group in
          [
            "metadata": ["name": .string(group.name)],
            "versions": .array(group.versions.map { discovery(group.name, $0) }),
          ]
        }
      )
    }
    return .json(
      ["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(namedGroups.map(Self.describe))]
    )
  }

  /// `/apis/GROUP`; nil when there is no such group.
  func group(_ name: String) -> APIResponse? {
    guard let group = namedGroups.first(where: { $0.name == name }) else { return nil }
    var value = Self.describe(group)
    value["kind"] = "APIGroup"
    value["apiVersion"] = "v1"
    return .json(value)
  }

  private static func describe(_ group: Group) -> JSONValue {
    let versions: [JSONValue] = group.versions.map {
      ["groupVersion": .string("\(group.name)/\($0)"), "version": .string($0)]
    }
    return ["name": .string(group.name), "versions": .array(versions), "preferredVersion": versions[0]]
  }

  private func aggregate(_ items: [JSONValue]) -> APIResponse {
    var response = APIResponse.json(
      [
        "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
        "items": .array(items),
      ]
    )
    response.headers[0] = (
      "Content-Type", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    )
    return response
  }

  private func discovery(_ group: String, _ version: String) -> JSONValue {
    [
      "version": .string(version), "freshness": "Current",
      "resources": .array(resources(group, version).map(Self.aggregated)),
    ]
  }

  private static func aggregated(_ resource: ServedResource) -> JSONValue {
    let type = resource.type
    func kind(_ group: String, _ version: String, _ name: String) -> JSONValue {
      ["group": .string(group), "version": .string(version), "kind": .string(name)]
    }
    let (group, version) = resource.isCustom ? (type.group, type.version) : ("", "")
    var value: JSONValue = [
      "resource": .string(type.plural), "responseKind": kind(group, version, type.kind),
      "scope": type.isNamespaced ? "Namespaced" : "Cluster", "singularResource": .string(resource.singular),
      "verbs": .array(resource.verbs.map(JSONValue.string)),
    ]
    if !resource.shortNames.isEmpty {
      value["shortNames"] = .array(resource.shortNames.map(JSONValue.string))
    }
    if !resource.categories.isEmpty {
      value["categories"] = .array(resource.categories.map(JSONValue.string))
    }
    let subresources: [JSONValue] = resource.allSubresources.map { subresource in
      [
        "subresource": .string(subresource.name), "verbs": .array(subresource.verbs.map(JSONValue.string)),
        "responseKind": kind(
          subresource.group ?? group,
          subresource.version ?? version,
          subresource.kind
        ),
      ]
    }
    if !subresources.isEmpty { value["subresources"] = .array(subresources) }
    return value
  }

  /// `/api/v1` and `/apis/GROUP/VERSION`.
  func resources(group: String, version: String) -> APIResponse {
    var list: [JSONValue] = []
    for resource in resources(group, version) {
      let type = resource.type
      var value: JSONValue = [
        "name": .string(type.plural), "singularName": .string(resource.singular),
        "namespaced": .bool(type.isNamespaced), "kind": .string(type.kind),
        "verbs": .array(resource.verbs.map(JSONValue.string)),
      ]
      if !resource.shortNames.isEmpty {
        value["shortNames"] = .array(resource.shortNames.map(JSONValue.string))
      }
      if !resource.categories.isEmpty {
        value["categories"] = .array(resource.categories.map(JSONValue.string))
      }
      list.append(value)
      for subresource in resource.allSubresources {
        var value: JSONValue = [
          "name": .string("\(type.plural)/\(subresource.name)"), "singularName": "",
          "namespaced": .bool(type.isNamespaced), "kind": .string(subresource.kind),
          "verbs": .array(subresource.verbs.map(JSONValue.string)),
        ]
        value["group"] = subresource.group.map(JSONValue.string)
        value["version"] = subresource.version.map(JSONValue.string)
        list.append(value)
      }
    }
    var body: JSONValue = [
      "kind": "APIResourceList", "resources": .array(list),
      "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"),
    ]
    if !group.isEmpty { body["apiVersion"] = "v1" }
    return .json(body)
  }
}

extension ServedResource {
  /// A subresource as discovery shows it.
  struct Subresource {
    let name: String
    let kind: String
    var group: String?
    var version: String?
    let verbs: [String]
  }

  var allSubresources: [Subresource] {
    var list: [Subresource] = subresources.map { name in
      switch name {
      case "eviction":
        Subresource(name: name, kind: "Eviction", group: "policy", version: "v1", verbs: ["create"])
      case "binding": Subresource(name: name, kind: "Binding", verbs: ["create"])
      case "log": Subresource(name: name, kind: type.kind, verbs: ["get"])
      default: Subresource(name: name, kind: type.kind, verbs: ["update"])
      }
    }
    if scale != nil {
      list.append(
        Subresource(
          name: "scale",
          kind: "Scale",
          group: "autoscaling",
          version: "v1",
          verbs: ["get", "patch", "update"]
        )
      )
    }
    if hasStatus {
      list.append(Subresource(name: "status", kind: type.kind, verbs: ["get", "patch", "update"]))
    }
    return isCustom ? list.reversed() : list
  }
}
