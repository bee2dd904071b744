import KubeModel
import Primitives

/// Writes schemas as OpenAPI components, with the extensions by which kubectl merges lists.
struct SchemaRenderer {
  private(set) var schemas: JSONFields = [:]

  private static func component(_ name: String) -> String {
    name == "ObjectMeta" ? "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" : "io.serin.types.\(name)"
  }

  /// Adds the component of a kind and of all types that it names.
  mutating func add(_ resource: ServedResource, name: String) {
    var value: JSONValue
    if let source = resource.schema?.rules.source {
      value = source
      value.set(reference("ObjectMeta"), at: "properties", "metadata")
      value.setDefault(["type": "string"], at: "properties", "apiVersion")
      value.setDefault(["type": "string"], at: "properties", "kind")
      define("ObjectMeta", SchemaLibrary.shared.type("ObjectMeta"))
    } else if let schema = resource.schema {
      value = render(schema, isRoot: true)
    } else {
      value = ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
    }
    value["x-kubernetes-group-version-kind"] = [
      [
        "group": .string(resource.type.group), "version": .string(resource.type.version),
        "kind": .string(resource.type.kind),
      ]
    ]
    schemas[name] = value
  }

  private func reference(_ name: String) -> JSONValue {
    ["allOf": [["$ref": .string("#/components/schemas/\(Self.component(name))")]]]
  }

  private mutating func define(_ name: String, _ schema: Schema) {
    let component = Self.component(name)
    guard schemas[component] == nil else { return }
    schemas[component] = ["type": "object"]
    schemas[component] = render(schema, isRoot: true)
  }

  private mutating func render(_ schema: Schema, isRoot: Bool = false) -> JSONValue {
    if !isRoot, let title = schema.rules.title {
      define(title, schema)
      return reference(title)
    }
    switch schema.shape {
    case .string: return ["type": "string"]
    case .integer: return ["type": "integer", "format": "int32"]
    case .number: return ["type": "number"]
    case .boolean: return ["type": "boolean"]
    case .intOrString:
      return ["x-kubernetes-int-or-string": true, "oneOf": [["type": "integer"], ["type": "string"]]]
    case .any: return ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
    case .map(let value): return ["type": "object", "additionalProperties": render(value)]
    case .list(let element, let kind): return list(element, kind)
    case .object(let fields, let preserves): return object(schema, fields, preserves)
    }
  }

  private mutating func list(_ element: Schema, _ kind: Schema.ListKind) -> JSONValue {
    var value: JSONValue = ["type": "array", "items": render(element)]
    switch kind {
    case .atomic: value["x-kubernetes-list-type"] = "atomic"
    case .set:
      value["x-kubernetes-list-type"] = "set"
      value["x-kubernetes-patch-strategy"] = "merge"
    case .map(let keys):
      value["x-kubernetes-list-type"] = "map"
      value["x-kubernetes-list-map-keys"] = .array(keys.map(JSONValue.string))
      value["x-kubernetes-patch-strategy"] = "merge"
      value["x-kubernetes-patch-merge-key"] = keys.first.map(JSONValue.string)
    }
    return value
  }

  private mutating func object(
    _ schema: Schema,
    _ fields: [String: Schema],
    _ preserves: Bool
  ) -> JSONValue {
    var properties: JSONFields = [:]
    for (name, field) in fields { properties[name] = render(field) }
    var value: JSONValue = ["type": "object", "properties": .object(properties)]
    if !schema.rules.required.isEmpty {
      value["required"] = .array(schema.rules.required.map(JSONValue.string))
    }
    if preserves { value["x-kubernetes-preserve-unknown-fields"] = true }
    if schema.rules.isAtomic { value["x-kubernetes-map-type"] = "atomic" }
    return value
  }
}
