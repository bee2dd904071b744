import KubeModel
import Primitives

/// The scale subresource: the replica count of any kind that has one, in one common form.
struct ScaleHandler {
  let handler: ResourceHandler
  let name: String

  private var paths: ServedResource.ScalePaths { handler.target.resource.scale ?? .init() }

  func answer() throws(APIError) -> APIResponse {
    switch handler.request.method {
    case "GET": return .json(scale(of: try handler.read(name)))
    case "PUT": return try change { (_) throws(APIError) in try Self.parse(handler.request.body) }
    case "PATCH":
      let scaleType = ResourceType(group: "autoscaling", version: "v1", kind: "Scale", plural: "scales")
      var resource = ServedResource(scaleType)
      resource.schema = SchemaLibrary.shared.kind("Scale")
      let patch = try PatchBody(request: handler.request, resource: resource)
      return try change { (current) throws(APIError) in
        if case .apply(let intent) = patch.change { return MergePatch.apply(intent, to: current) }
        return try patch.applied(to: current)
      }
    default:
      throw APIError(
        code: 405,
        reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource",
        details: [:]
      )
    }
  }

  private func change(_ edit: (JSONValue) throws(APIError) -> JSONValue) throws(APIError) -> APIResponse {
    let updated = try handler.store.update(
      handler.type,
      namespace: handler.namespace,
      name: name,
      subresource: "scale",
      manager: handler.request.manager,
      dryRun: handler.request.isDryRun
    ) { (object) throws(APIError) in
      let wanted = try edit(scale(of: object))
      let version = wanted.resourceVersion
      if !version.isEmpty, version != object.resourceVersion { throw .conflict(handler.type, name) }
      let replicas = wanted.at("spec", "replicas")?.int ?? 0
      guard replicas >= 0 else {
        let scaleType = ResourceType(group: "autoscaling", version: "v1", kind: "Scale", plural: "scales")
        throw .invalid(
          scaleType,
          name,
          [.invalid("spec.replicas", JSONValue(replicas), "must be greater than or equal to 0")]
        )
      }
      object.set(JSONValue(replicas), at: paths.specReplicas[...])
    }
    return .json(scale(of: updated))
  }

  private static func parse(_ bytes: [UInt8]) throws(APIError) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(parsing: bytes)
    } catch {
      throw .badRequest("the object provided is unrecognized (must be of type Scale): \(error)")
    }
  }

  private func scale(of object: JSONValue) -> JSONValue {
    var metadata: JSONValue = ["name": .string(object.name), "uid": .string(object.uid)]
    for field in ["namespace", "resourceVersion", "creationTimestamp"] {
      metadata[field] = object.at("metadata", field)
    }
    var status: JSONValue = ["replicas": object.at(paths.statusReplicas) ?? 0]
    let selector =
      paths.selector.map { object.at($0)?.string }
      ?? object.spec["selector"].flatMap(LabelSelector.init)?.queryText
    if let selector, !selector.isEmpty { status["selector"] = .string(selector) }
    var spec: JSONValue = [:]
    if let replicas = object.at(paths.specReplicas)?.int, replicas != 0 {
      spec["replicas"] = JSONValue(replicas)
    }
    return [
      "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata, "spec": spec, "status": status,
    ]
  }
}
