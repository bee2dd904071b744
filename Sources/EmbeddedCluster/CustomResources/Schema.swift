import Primitives

/// The structure of a value of the API: what fields there are, how lists merge, what is allowed.
///
/// Custom resources bring theirs in the CRD; the built-in kinds have theirs in a short notation of our own
/// (``SchemaLibrary``). Validation, pruning, defaulting, patches, apply and OpenAPI all read this one tree.
final class Schema: Sendable {
  /// What kind of value a schema describes.
  enum Shape: Sendable {
    case string
    case integer
    case number
    case boolean
    case intOrString
    /// Anything goes and nothing is known about it.
    case any
    /// Named fields; unknown ones are pruned unless they are to be preserved.
    case object([String: Schema], preservesUnknown: Bool)
    /// Free keys with values of one schema.
    case map(Schema)
    case list(Schema, ListKind)
  }

  /// How two writers' lists come together.
  enum ListKind: Sendable, Equatable {
    case atomic
    /// Scalars that occur once each.
    case set
    /// Objects told apart by these fields.
    case map([String])
  }

  let shape: Shape
  let rules: Rules

  /// What a value must satisfy beyond its shape.
  struct Rules: Sendable {
    var required: [String] = []
    var isNullable = false
    var defaultValue: JSONValue?
    var enumeration: [JSONValue]?
    var minimum: Double?
    var maximum: Double?
    var exclusiveMinimum = false
    var exclusiveMaximum = false
    var minLength: Int?
    var maxLength: Int?
    var minItems: Int?
    var maxItems: Int?
    var minProperties: Int?
    var maxProperties: Int?
    var pattern: String?
    var format: String?
    var title: String?
    /// Further schemas that restrict the value; they say nothing of its structure.
    var allOf: [Schema] = []
    var anyOf: [Schema] = []
    var oneOf: [Schema] = []
    var not: [Schema] = []
    /// The whole object or map belongs to one writer.
    var isAtomic = false
    /// The value is an object of its own, with apiVersion, kind and metadata.
    var isEmbeddedResource = false
    /// The schema that was read, for OpenAPI; nil for built-in kinds.
    var source: JSONValue?
  }

  init(_ shape: Shape, _ rules: Rules = Rules()) {
    self.shape = shape
    self.rules = rules
  }

  static let any = Schema(.any)

  /// The schema of a field, or of a map's values; nil when nothing is known about it.
  func child(_ name: String) -> Schema? {
    switch shape {
    case .object(let fields, _): fields[name]
    case .map(let value): value
    default: nil
    }
  }
}
