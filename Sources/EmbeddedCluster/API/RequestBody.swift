import KubeModel
import Primitives

/// Reads request bodies and finds fault with them the way the API does.
struct RequestBody {
  let request: APIRequest
  let resource: ServedResource

  private var type: ResourceType { resource.type }

  /// The object in the body of a create or an update, pruned of unknown fields; each of those is a warning.
  ///
  /// - Throws: `APIError` 415 for other media types, 400 for what cannot be decoded.
  func object() throws(APIError) -> (object: JSONValue, warnings: [String]) {
    let isBinary = request.mediaType == ProtobufBody.mediaType
    guard isBinary || ["application/json", "application/yaml", ""].contains(request.mediaType) else {
      throw Self.unsupported(["application/json", "application/yaml", ProtobufBody.mediaType])
    }
    var object = isBinary ? try parseBinary() : try parse()
    try checkKind(&object)
    let warnings = try prune(&object)
    return (object, warnings)
  }

  static func unsupported(_ accepted: [String]) -> APIError {
    APIError(
      code: 415,
      reason: "UnsupportedMediaType",
      message: "the body of the request was in an unknown format - accepted media types include: "
        + accepted.joined(separator: ", ")
    )
  }

  private func parseBinary() throws(APIError) -> JSONValue {
    guard !resource.isCustom, let object = ProtobufBody.object(request.body) else {
      throw Self.unsupported(["application/json", "application/yaml"])
    }
    return object
  }

  private func parse() throws(APIError) -> JSONValue {
    let text = String(decoding: request.body, as: UTF8.self)
    do throws(JSONError) {
      return try JSONValue(parsing: request.body)
    } catch {
      let reason = error.message == "unexpected end" ? "unexpected end of JSON input" : error.description
      throw .badRequest(
        "the object provided is unrecognized (must be of type \(type.kind)): couldn't get version/kind; "
          + "json parse error: \(reason) (\(Self.excerpt(text)))"
      )
    }
  }

  private static func excerpt(_ text: String) -> String {
    text.utf8.count > 30 ? "\(text.prefix(30)) ..." : text
  }

  private func checkKind(_ object: inout JSONValue) throws(APIError) {
    guard object.object != nil else {
      throw .badRequest(
        "the object provided is unrecognized (must be of type \(type.kind)): couldn't get version/kind; "
          + "json parse error: json: cannot unmarshal into an object"
      )
    }
    let text = String(decoding: request.body, as: UTF8.self)
    if resource.isCustom, object.kind.isEmpty || object.apiVersion.isEmpty {
      let field = object.kind.isEmpty ? "Kind" : "apiVersion"
      throw .badRequest(
        "the object provided is unrecognized (must be of type \(type.kind)): Object '\(field)' is missing in "
          + "'\(text)' (\(Self.excerpt(text)))"
      )
    }
    if object.kind.isEmpty { object["kind"] = .string(type.kind) }
    if object.apiVersion.isEmpty { object["apiVersion"] = .string(type.apiVersion) }
    if object.kind != type.kind || object.apiVersion != type.apiVersion { throw wrongKind(object) }
  }

  private func wrongKind(_ object: JSONValue) -> APIError {
    let (group, version) =
      object.apiVersion.contains("/") ? split(object.apiVersion) : ("", object.apiVersion)
    if resource.isCustom || object.kind == type.kind {
      return .badRequest(
        "the API version in the data (\(object.apiVersion)) does not match the expected API version "
          + "(\(type.apiVersion))"
      )
    }
    let home = type.group.isEmpty ? "core" : String(type.group.split(separator: ".")[0])
    let prefix = group.isEmpty ? version : "\(group.split(separator: ".")[0])/\(version)"
    return .badRequest(
      "\(object.kind) in version \"\(version)\" cannot be handled as a \(type.kind): converting "
        + "(\(prefix).\(object.kind)) to (\(home).\(type.kind)): unknown conversion"
    )
  }

  private func split(_ apiVersion: String) -> (String, String) {
    let parts = apiVersion.split(separator: "/", maxSplits: 1)
    return (String(parts[0]), String(parts[1]))
  }

  /// Removes unknown fields; with `fieldValidation=Strict` they are an error, with `Ignore` they pass silently.
  func prune(_ object: inout JSONValue) throws(APIError) -> [String] {
    guard let schema = resource.schema else { return [] }
    if !resource.isCustom { try checkTypes(object, schema) }
    let unknown = schema.prune(&object)
    let validation = request.query["fieldValidation"] ?? "Warn"
    guard !unknown.isEmpty, validation != "Ignore" else { return [] }
    let texts = unknown.map { "unknown field \"\($0)\"" }
    guard validation == "Strict" else { return texts }
    throw .badRequest(
      "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): strict decoding error: "
        + texts.joined(separator: ", ")
    )
  }

  /// Values of a wrong type do not even decode for built-in kinds.
  private func checkTypes(_ object: JSONValue, _ schema: Schema) throws(APIError) {
    let head = "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): "
    for fault in schema.faults(in: object) where fault.reason == "FieldValueTypeInvalid" {
      if fault.message.hasSuffix("\"null\"") { continue }
      let found = fault.message.split(separator: "\"").dropFirst().first ?? ""
      throw .badRequest(
        "\(head)json: cannot unmarshal \(found) into Go struct field \(type.kind).\(fault.field)"
      )
    }
    guard type.group == "coordination.k8s.io" else { return }
    for field in ["acquireTime", "renewTime"] {
      guard let text = object.spec[field]?.string, Instant(text) == nil else { continue }
      throw .badRequest(
        "\(head)parsing time \"\(text)\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse \"\(text)\" as "
          + "\"2006\""
      )
    }
  }
}
