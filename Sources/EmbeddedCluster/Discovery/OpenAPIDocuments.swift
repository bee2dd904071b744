import KubeModel
import Primitives

/// The OpenAPI v3 documents, one for each group version, that kubectl reads for `apply`, `explain` and validation.
struct OpenAPIDocuments {
  let catalog: ResourceCatalog

  private func path(_ type: ResourceType) -> String {
    type.group.isEmpty ? "api/\(type.version)" : "apis/\(type.group)/\(type.version)"
  }

  /// `/openapi/v3`: where each document is. The hash changes with the document, so that clients may cache it.
  var index: JSONValue {
    var paths: JSONFields = [:]
    for resource in catalog.all {
      let path = path(resource.type)
      guard paths[path] == nil, let document = document(path: path) else { continue }
      let hash = String(Self.hash(document.bytes()), radix: 16, uppercase: true)
      paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(hash)")]
    }
    return ["paths": .object(paths)]
  }

  /// FNV-1a; it need only differ when the document does.
  private static func hash(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  /// The document of a group version by its path (`apis/apps/v1`); nil when nothing is served there.
  func document(path wanted: String) -> JSONValue? {
    let resources = catalog.all.filter { path($0.type) == wanted }
    guard !resources.isEmpty else { return nil }
    var paths: JSONFields = [:]
    var renderer = SchemaRenderer()
    for resource in resources {
      let name = Self.schemaName(resource.type)
      renderer.add(resource, name: name)
      for (path, item) in operations(resource, schema: name) { paths[path] = item }
    }
    return [
      "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "v1.36.2"], "paths": .object(paths),
      "components": ["schemas": .object(renderer.schemas)],
    ]
  }

  /// Kubernetes writes the group backwards: `dev.serin.v1alpha1.GitSource`.
  static func schemaName(_ type: ResourceType) -> String {
    let group: String
    if type.group.isEmpty {
      group = "io.k8s.api.core"
    } else if !type.group.contains(".") {
      group = "io.k8s.api.\(type.group)"
    } else {
      group = type.group.split(separator: ".").reversed().joined(separator: ".")
    }
    return "\(group).\(type.version).\(type.kind)"
  }

  private func operations(_ resource: ServedResource, schema: String) -> [(String, JSONValue)] {
    let type = resource.type
    let base = "/\(path(type))" + (type.isNamespaced ? "/namespaces/{namespace}" : "") + "/\(type.plural)"
    let kind: JSONValue = [
      "group": .string(type.group), "version": .string(type.version), "kind": .string(type.kind),
    ]
    let answer: JSONValue = [
      "200": [
        "description": "OK",
        "content": [
          "application/json": ["schema": ["$ref": .string("#/components/schemas/\(schema)")]]
        ],
      ]
    ]
    func operation(_ action: String, parameters: [String] = [], body: [String] = []) -> JSONValue {
      var value: JSONValue = [
        "responses": answer, "x-kubernetes-action": .string(action), "x-kubernetes-group-version-kind": kind,
        "operationId": .string("\(action)\(type.kind)\(type.version)\(type.group.filter(\.isLetter))"),
        "parameters": .array(
          parameters.map {
            ["name": .string($0), "in": "query", "schema": ["type": "string", "uniqueItems": true]]
          }
        ),
      ]
      if !body.isEmpty {
        let content = body.map { ($0, JSONValue.object(["schema": ["type": "object"]])) }
        value["requestBody"] = ["content": .object(JSONFields(content)), "required": true]
      }
      return value
    }
    let write = ["dryRun", "fieldManager", "fieldValidation"]
    let patches =
      ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"]
      + (resource.isCustom ? [] : ["application/strategic-merge-patch+json"])
    return [
      (
        base,
        [
          "get": operation(
            "list",
            parameters: ["labelSelector", "fieldSelector", "limit", "continue", "watch"]
          ),
          "post": operation("post", parameters: write, body: ["application/json"]),
        ]
      ),
      (
        "\(base)/{name}",
        [
          "get": operation("get"), "put": operation("put", parameters: write, body: ["application/json"]),
          "patch": operation("patch", parameters: write + ["force"], body: patches),
          "delete": operation("delete", parameters: ["dryRun", "propagationPolicy"]),
        ]
      ),
    ]
  }
}
