import KubeModel
import Primitives

/// The patch in the body of a PATCH request.
struct PatchBody {
  /// The four ways to say a change.
  enum Change {
    case json(JSONValue)
    case merge(JSONValue)
    case strategic(JSONValue)
    case apply(JSONValue)
  }

  let change: Change
  let warnings: [String]
  private let schema: Schema

  /// - Throws: `APIError` 415 for a media type that the kind does not take, 400 for a body that cannot be read.
  init(request: APIRequest, resource: ServedResource) throws(APIError) {
    schema = resource.schema ?? .any
    let type = request.mediaType
    let known = [
      "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json",
      "application/apply-patch+yaml",
    ]
    guard known.contains(type) else {
      throw APIError(
        code: 415,
        reason: "UnsupportedMediaType",
        message: "415: Unsupported Media Type",
        details: [:]
      )
    }
    if type == "application/strategic-merge-patch+json", resource.isCustom {
      throw RequestBody.unsupported([known[0], known[1], known[3]])
    }
    if type == "application/apply-patch+yaml" {
      let body = try Self.applyBody(request, resource)
      change = .apply(body.intent)
      warnings = body.warnings
      return
    }
    warnings = []
    let patch = try Self.parse(request.body)
    switch type {
    case "application/json-patch+json":
      guard patch.array != nil else {
        throw .badRequest(
          "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp"
        )
      }
      change = .json(patch)
    case "application/merge-patch+json": change = .merge(try Self.object(patch))
    default: change = .strategic(try Self.object(patch))
    }
  }

  private static func parse(_ bytes: [UInt8]) throws(APIError) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(parsing: bytes)
    } catch {
      throw .badRequest("error decoding patch: \(error)")
    }
  }

  private static func object(_ patch: JSONValue) throws(APIError) -> JSONValue {
    guard patch.object != nil else {
      throw .badRequest(
        "error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}"
      )
    }
    return patch
  }

  private static func applyBody(
    _ request: APIRequest,
    _ resource: ServedResource
  ) throws(APIError) -> (intent: JSONValue, warnings: [String]) {
    guard request.query["fieldManager"] ?? "" != "" else {
      let options = ResourceType(group: "meta.k8s.io", version: "v1", kind: "PatchOptions", plural: "")
      throw .invalid(options, "", [.required("fieldManager", "is required for apply patch")])
    }
    var intent: JSONValue
    do throws(JSONError) {
      intent = try JSONValue(parsing: request.body)
    } catch {
      throw .badRequest(
        "error decoding YAML: this server reads apply patches as JSON, which every YAML reader takes too: \(error)"
      )
    }
    guard intent.at("metadata", "managedFields")?.array?.isEmpty ?? true else {
      throw .badRequest("metadata.managedFields must be nil")
    }
    guard !intent.apiVersion.isEmpty, !intent.kind.isEmpty else {
      throw .badRequest("invalid object type: apiVersion and kind must be set in an apply patch")
    }
    guard intent.kind == resource.type.kind, intent.apiVersion == resource.type.apiVersion else {
      throw .badRequest(
        "the object applied (\(intent.apiVersion) \(intent.kind)) is not of the kind on the URL "
          + "(\(resource.type.apiVersion) \(resource.type.kind))"
      )
    }
    let warnings = try RequestBody(request: request, resource: resource).prune(&intent)
    return (intent, warnings)
  }

  /// The object after the patch.
  ///
  /// - Throws: `APIError` 422 when a JSON patch does not fit, 400 when a strategic patch is malformed.
  func applied(to object: JSONValue) throws(APIError) -> JSONValue {
    switch change {
    case .json(let patch):
      do throws(JSONPatchError) {
        return try JSONPatch.apply(patch, to: object)
      } catch {
        throw APIError(
          code: 422,
          reason: "Invalid",
          message: "the server rejected our request due to an error in our request",
          details: [:]
        )
      }
    case .merge(let patch): return MergePatch.apply(patch, to: object)
    case .strategic(let patch): return try StrategicMerge.apply(patch, to: object, schema)
    case .apply(let intent): return intent
    }
  }
}
