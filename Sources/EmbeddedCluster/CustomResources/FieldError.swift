import KubeModel
import Primitives

/// One thing that is wrong with one field, worded as the API words it.
struct FieldError: Error, Sendable, Equatable {
  let reason: String
  let field: String
  let message: String

  static func required(_ field: String, _ text: String = "") -> FieldError {
    FieldError(
      reason: "FieldValueRequired",
      field: field,
      message: text.isEmpty ? "Required value" : "Required value: \(text)"
    )
  }

  static func invalid(_ field: String, _ value: JSONValue, _ text: String) -> FieldError {
    FieldError(reason: "FieldValueInvalid", field: field, message: "Invalid value: \(value.text()): \(text)")
  }

  static func wrongType(_ field: String, _ value: JSONValue, _ text: String) -> FieldError {
    FieldError(
      reason: "FieldValueTypeInvalid",
      field: field,
      message: "Invalid value: \(value.text()): \(text)"
    )
  }

  static func unsupported(_ field: String, _ value: JSONValue, _ allowed: [JSONValue]) -> FieldError {
    FieldError(
      reason: "FieldValueNotSupported",
      field: field,
      message:
        "Unsupported value: \(value.text()): supported values: \(allowed.map { $0.text() }.joined(separator: ", "))"
    )
  }

  static func forbidden(_ field: String, _ text: String) -> FieldError {
    FieldError(reason: "FieldValueForbidden", field: field, message: "Forbidden: \(text)")
  }
}

extension APIError {
  /// 422: the object has these faults.
  static func invalid(_ type: ResourceType, _ name: String, _ errors: [FieldError]) -> APIError {
    let texts = errors.map { "\($0.field): \($0.message)" }
    let list = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
    let kind = type.group.isEmpty ? type.kind : "\(type.kind).\(type.group)"
    var details: JSONValue = [
      "kind": .string(type.kind),
      "causes": .array(
        errors.map {
          ["reason": .string($0.reason), "message": .string($0.message), "field": .string($0.field)]
        }
      ),
    ]
    if !name.isEmpty { details["name"] = .string(name) }
    if !type.group.isEmpty { details["group"] = .string(type.group) }
    return APIError(
      code: 422,
      reason: "Invalid",
      message: "\(kind) \"\(name)\" is invalid: \(list)",
      details: details
    )
  }
}
