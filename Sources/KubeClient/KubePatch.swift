package import Primitives

/// A change to an object, in one of the forms that the API server knows.
package enum KubePatch: Sendable, Hashable {
  /// A list of operations (RFC 6902).
  case json(JSONValue)
  /// A partial object (RFC 7386): nulls remove, lists are replaced.
  case merge(JSONValue)
  /// A partial object whose lists merge by key; built-in kinds only.
  case strategic(JSONValue)
  /// The whole intent of a field manager (server-side apply); creates the object when it is missing. `force` takes
  /// fields over from other managers.
  case apply(JSONValue, fieldManager: String, force: Bool)

  /// The body of the request.
  package var body: JSONValue {
    switch self {
    case .json(let value), .merge(let value), .strategic(let value), .apply(let value, _, _): value
    }
  }

  /// The media type by which the server tells the forms apart.
  package var contentType: String {
    switch self {
    case .json: "application/json-patch+json"
    case .merge: "application/merge-patch+json"
    case .strategic: "application/strategic-merge-patch+json"
    case .apply: "application/apply-patch+yaml"  // JSON is YAML; servers before 1.34 know no other type.
    }
  }
}
