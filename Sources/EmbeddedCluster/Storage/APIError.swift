package import KubeModel
package import Primitives

/// A refusal of the API: the status that a client sees, worded as kube-apiserver words it.
package struct APIError: Error, Sendable, Equatable, CustomStringConvertible {
  package let status: KubeStatus
  /// The `details` of the status: name, group, kind, uid, causes, retryAfterSeconds.
  package let details: JSONValue?

  package init(code: Int, reason: String, message: String, details: JSONValue? = nil) {
    status = KubeStatus(code: code, reason: reason, message: message)
    self.details = details
  }

  package var code: Int { status.code }
  package var reason: String { status.reason }
  package var message: String { status.message }
  package var description: String { status.description }

  /// The `Status` object that goes over the wire.
  package var body: JSONValue {
    var body: JSONValue = [
      "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
      "message": .string(message), "code": JSONValue(code),
    ]
    if !reason.isEmpty { body["reason"] = .string(reason) }
    if let details { body["details"] = details }
    return body
  }
}

extension APIError {
  /// 404: no object of this name.
  package static func notFound(_ type: ResourceType, _ name: String) -> APIError {
    APIError(
      code: 404,
      reason: "NotFound",
      message: "\(type.qualifiedPlural) \"\(name)\" not found",
      details: details(type, name)
    )
  }

  /// 409: an object of this name exists.
  package static func alreadyExists(_ type: ResourceType, _ name: String) -> APIError {
    APIError(
      code: 409,
      reason: "AlreadyExists",
      message: "\(type.qualifiedPlural) \"\(name)\" already exists",
      details: details(type, name)
    )
  }

  /// 409: the request was made from another version of the object.
  package static func conflict(_ type: ResourceType, _ name: String, _ reason: String? = nil) -> APIError {
    let reason =
      reason ?? "the object has been modified; please apply your changes to the latest version and try again"
    return APIError(
      code: 409,
      reason: "Conflict",
      message: "Operation cannot be fulfilled on \(type.qualifiedPlural) \"\(name)\": \(reason)",
      details: details(type, name)
    )
  }

  /// 403: the caller may not do this to the object.
  package static func forbidden(
    _ type: ResourceType,
    _ name: String,
    _ reason: String,
    causes: [JSONValue] = []
  ) -> APIError {
    var details = details(type, name)
    if !causes.isEmpty { details["causes"] = .array(causes) }
    return APIError(
      code: 403,
      reason: "Forbidden",
      message: "\(type.qualifiedPlural) \"\(name)\" is forbidden: \(reason)",
      details: details
    )
  }

  /// 400: the request makes no sense.
  package static func badRequest(_ message: String) -> APIError {
    APIError(code: 400, reason: "BadRequest", message: message)
  }

  /// 410: the version asked for has left the window of history.
  package static func expired(_ message: String) -> APIError {
    APIError(code: 410, reason: "Expired", message: message)
  }

  private static func details(_ type: ResourceType, _ name: String) -> JSONValue {
    var details: JSONValue = ["name": .string(name), "kind": .string(type.plural)]
    if !type.group.isEmpty { details["group"] = .string(type.group) }
    return details
  }
}
