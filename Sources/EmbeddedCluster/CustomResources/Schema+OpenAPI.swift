import Primitives

extension Schema {
  /// Reads a structural schema (`openAPIV3Schema`); what it does not say is allowed.
  convenience init(openAPI value: JSONValue, isRoot: Bool = false) {
    var rules = Rules()
    rules.required = value["required"]?.array?.compactMap(\.string) ?? []
    rules.isNullable = value["nullable"]?.bool ?? false
    rules.defaultValue = value["default"]
    rules.enumeration = value["enum"]?.array
    rules.minimum = value["minimum"]?.double
    rules.maximum = value["maximum"]?.double
    rules.exclusiveMinimum = value["exclusiveMinimum"]?.bool ?? false
    rules.exclusiveMaximum = value["exclusiveMaximum"]?.bool ?? false
    rules.minLength = value["minLength"]?.int
    rules.maxLength = value["maxLength"]?.int
    rules.minItems = value["minItems"]?.int
    rules.maxItems = value["maxItems"]?.int
    rules.minProperties = value["minProperties"]?.int
    rules.maxProperties = value["maxProperties"]?.int
    rules.pattern = value["pattern"]?.string
    rules.format = value["format"]?.string
    if value["x-kubernetes-int-or-string"]?.bool != true {
      rules.allOf = (value["allOf"]?.array ?? []).map { Schema(openAPI: $0) }
      rules.anyOf = (value["anyOf"]?.array ?? []).map { Schema(openAPI: $0) }
      rules.oneOf = (value["oneOf"]?.array ?? []).map { Schema(openAPI: $0) }
      rules.not = value["not"].map { [Schema(openAPI: $0)] } ?? []
    }
    rules.isAtomic = value["x-kubernetes-map-type"] == "atomic"
    rules.isEmbeddedResource = isRoot || value["x-kubernetes-embedded-resource"]?.bool == true
    if isRoot { rules.source = value }
    self.init(Self.shape(openAPI: value, isResource: rules.isEmbeddedResource), rules)
  }

  private static func shape(openAPI value: JSONValue, isResource: Bool) -> Shape {
    if value["x-kubernetes-int-or-string"]?.bool == true { return .intOrString }
    switch value["type"]?.string {
    case "string": return .string
    case "integer": return .integer
    case "number": return .number
    case "boolean": return .boolean
    case "array":
      return .list(value["items"].map { Schema(openAPI: $0) } ?? .any, listKind(openAPI: value))
    case "object": break
    default:
      guard value["properties"] != nil || value["additionalProperties"] != nil else { return .any }
    }
    let preserves = value["x-kubernetes-preserve-unknown-fields"]?.bool == true
    if var fields = value["properties"]?.object?.mapValues({ Schema(openAPI: $0) }) {
      if isResource { fields.merge(resourceFields) { $1 } }
      return .object(fields, preservesUnknown: preserves)
    }
    switch value["additionalProperties"] {
    case .bool(true): return .map(.any)
    case .object(let schema): return .map(Schema(openAPI: .object(schema)))
    default: return .object(isResource ? resourceFields : [:], preservesUnknown: preserves)
    }
  }

  /// Every object has these, whatever the CRD says of them.
  private static var resourceFields: [String: Schema] {
    [
      "apiVersion": Schema(.string), "kind": Schema(.string),
      "metadata": SchemaLibrary.shared.type("ObjectMeta"),
    ]
  }

  private static func listKind(openAPI value: JSONValue) -> ListKind {
    switch value["x-kubernetes-list-type"]?.string {
    case "map": .map(value["x-kubernetes-list-map-keys"]?.array?.compactMap(\.string) ?? [])
    case "set": .set
    default: .atomic
    }
  }
}
