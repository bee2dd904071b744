import Primitives

/// Who may use the API.
package enum AccessPolicy: Sendable, Equatable {
  /// Everyone who reaches the socket.
  case open
  /// Who shows this bearer token; others may only see what anonymous users see on a real cluster.
  case token(String)

  /// Throws 401 for wrong credentials and 403 for none.
  func check(_ request: APIRequest) throws(APIError) {
    guard case .token(let token) = self else { return }
    guard let shown = request.authorization else {
      if ["healthz", "livez", "readyz", "version"].contains(request.segments.first ?? "") { return }
      throw Self.anonymous(request)
    }
    guard shown == "Bearer \(token)" else {
      throw APIError(code: 401, reason: "Unauthorized", message: "Unauthorized")
    }
  }

  private static func anonymous(_ request: APIRequest) -> APIError {
    let segments = request.segments
    let isCore = segments.first == "api"
    let rest = segments.dropFirst(isCore ? 2 : 3)
    let isNamespaced = rest.first == "namespaces" && rest.count >= 3
    let names = Array(isNamespaced ? rest.dropFirst(2) : rest)
    guard let plural = names.first else {
      return APIError(
        code: 403,
        reason: "Forbidden",
        message: "forbidden: User \"system:anonymous\" cannot get path \"\(request.path)\"",
        details: [:]
      )
    }
    let verbs = [
      "GET": names.count > 1 ? "get" : "list", "POST": "create", "PUT": "update", "PATCH": "patch",
    ]
    let group = isCore ? "" : segments.count > 1 ? segments[1] : ""
    let place = isNamespaced ? "in the namespace \"\(rest[rest.startIndex + 1])\"" : "at the cluster scope"
    let what = group.isEmpty ? plural : "\(plural).\(group)"
    let name = names.count > 1 ? " \"\(names[1])\"" : ""
    var details: JSONValue = ["kind": .string(plural)]
    if names.count > 1 { details["name"] = .string(names[1]) }
    if !group.isEmpty { details["group"] = .string(group) }
    return APIError(
      code: 403,
      reason: "Forbidden",
      message:
        "\(what)\(name) is forbidden: User \"system:anonymous\" cannot \(verbs[request.method] ?? "delete") "
        + "resource \"\(plural)\" in API group \"\(group)\" \(place)",
      details: details
    )
  }
}
