import KubeModel
import Primitives

/// Defaults and checks of CustomResourceDefinitions, and what they make the server serve.
enum DefinitionRules {
  static func setDefaults(_ definition: inout JSONValue) {
    let kind = definition.at("spec", "names", "kind")?.string ?? ""
    definition.setDefault(.string(kind + "List"), at: "spec", "names", "listKind")
    definition.setDefault(.string(kind.lowercased()), at: "spec", "names", "singular")
    definition.setDefault("None", at: "spec", "conversion", "strategy")
  }

  static func faults(in definition: JSONValue) -> [FieldError] {
    var faults: [FieldError] = []
    let spec = definition.spec
    let plural = spec.at("names", "plural")?.string ?? ""
    let group = spec["group"]?.string ?? ""
    if group.isEmpty { faults.append(.required("spec.group")) }
    if plural.isEmpty { faults.append(.required("spec.names.plural")) }
    if spec.at("names", "kind")?.string ?? "" == "" { faults.append(.required("spec.names.kind")) }
    if definition.name != "\(plural).\(group)" {
      faults.append(
        .invalid("metadata.name", .string(definition.name), "must be spec.names.plural+\".\"+spec.group")
      )
    }
    let scope = spec["scope"] ?? ""
    if scope != "Namespaced", scope != "Cluster" {
      faults.append(.unsupported("spec.scope", scope, ["Cluster", "Namespaced"]))
    }
    let versions = spec["versions"]?.array ?? []
    if versions.filter({ $0["storage"]?.bool == true }).count != 1 {
      faults.append(
        .invalid("spec.versions", .array([]), "must have exactly one version marked as storage version")
      )
    }
    for (index, version) in versions.enumerated() where version.at("schema", "openAPIV3Schema") == nil {
      faults.append(.required("spec.versions[\(index)].schema.openAPIV3Schema", "schemas are required"))
    }
    return faults
  }

  /// The first status of a new definition, before its names are accepted.
  static func firstStatus(_ definition: JSONValue) -> JSONValue {
    [
      "conditions": .null, "acceptedNames": ["plural": "", "kind": ""],
      "storedVersions": .array(storedVersions(definition)),
    ]
  }

  /// The status of a definition whose kinds are served.
  static func establishedStatus(_ definition: JSONValue, now: Instant) -> JSONValue {
    func condition(_ type: String, _ reason: String, _ message: String) -> JSONValue {
      [
        "type": .string(type), "status": "True", "lastTransitionTime": .string(now.rfc3339),
        "reason": .string(reason), "message": .string(message),
      ]
    }
    return [
      "conditions": [
        condition("NamesAccepted", "NoConflicts", "no conflicts found"),
        condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
      ],
      "acceptedNames": definition.spec["names"] ?? .object([:]),
      "storedVersions": .array(storedVersions(definition)),
    ]
  }

  /// Tells in the status that the objects of the kinds are being deleted.
  static func markTerminating(_ definition: inout JSONValue, now: Instant) {
    var conditions = definition.status["conditions"]?.array ?? []
    guard !conditions.contains(where: { $0["type"] == "Terminating" }) else { return }
    conditions.append(
      [
        "type": "Terminating", "status": "True", "lastTransitionTime": .string(now.rfc3339),
        "reason": "InstanceDeletionPending",
        "message": "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
      ]
    )
    definition.set(.array(conditions), at: "status", "conditions")
  }

  private static func storedVersions(_ definition: JSONValue) -> [JSONValue] {
    (definition.spec["versions"]?.array ?? []).filter { $0["storage"]?.bool == true }.compactMap {
      $0["name"]
    }
  }

  /// The kinds that a definition makes the server serve, one for each served version.
  static func resources(of definition: JSONValue) -> [ServedResource] {
    let spec = definition.spec
    return (spec["versions"]?.array ?? []).filter { $0["served"]?.bool == true }.map { version in
      resource(spec, version)
    }
  }

  private static func resource(_ spec: JSONValue, _ version: JSONValue) -> ServedResource {
    let names = spec["names"] ?? .null
    var resource = ServedResource(
      ResourceType(
        group: spec["group"]?.string ?? "",
        version: version["name"]?.string ?? "",
        kind: names["kind"]?.string ?? "",
        plural: names["plural"]?.string ?? "",
        isNamespaced: spec["scope"] != "Cluster"
      ),
      listKind: names["listKind"]?.string,
      singular: names["singular"]?.string
    )
    resource.isCustom = true
    resource.verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]
    resource.shortNames = names["shortNames"]?.array?.compactMap(\.string) ?? []
    resource.categories = names["categories"]?.array?.compactMap(\.string) ?? []
    resource.hasStatus = version.at("subresources", "status") != nil
    resource.scale = version.at("subresources", "scale").map(scalePaths)
    resource.schema = version.at("schema", "openAPIV3Schema").map { Schema(openAPI: $0, isRoot: true) }
    resource.printerColumns = (version["additionalPrinterColumns"]?.array ?? []).map(printerColumn)
    resource.selectableFields = (version["selectableFields"]?.array ?? []).compactMap {
      $0["jsonPath"]?.string
    }
    if version["deprecated"]?.bool == true {
      resource.deprecationWarning =
        version["deprecationWarning"]?.string
        ?? "\(resource.type.apiVersion) \(resource.type.kind) is deprecated"
    }
    return resource
  }

  private static func scalePaths(_ scale: JSONValue) -> ServedResource.ScalePaths {
    func path(_ name: String) -> [String]? {
      scale[name]?.string.map { $0.split(separator: ".").map(String.init) }
    }
    return ServedResource.ScalePaths(
      specReplicas: path("specReplicasPath") ?? ["spec", "replicas"],
      statusReplicas: path("statusReplicasPath") ?? ["status", "replicas"],
      selector: path("labelSelectorPath")
    )
  }

  private static func printerColumn(_ column: JSONValue) -> PrinterColumn {
    PrinterColumn(
      name: column["name"]?.string ?? "",
      type: column["type"]?.string ?? "string",
      format: column["format"]?.string ?? "",
      description: column["description"]?.string ?? "",
      priority: column["priority"]?.int ?? 0,
      path: column["jsonPath"]?.string ?? ""
    )
  }
}
