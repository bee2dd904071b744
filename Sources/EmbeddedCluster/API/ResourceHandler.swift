import KubeModel
import Primitives

/// Answers a request for objects of one kind.
struct ResourceHandler {
  let server: APIServer
  let request: APIRequest
  let target: ResourceRequest

  var store: ClusterStore { server.store }
  var type: ResourceType { target.type }
  var namespace: String { target.namespace ?? "" }

  func answer() async throws(APIError) -> APIResponse {
    guard let converted = try convertedFromYAML() else { return try await answerJSON() }
    return try await ResourceHandler(server: server, request: converted, target: target).answerJSON()
  }

  /// The request with its YAML body turned into JSON; nil when the body is JSON, or when YAML cannot be read here.
  private func convertedFromYAML() throws(APIError) -> APIRequest? {
    guard let readYAML = server.readYAML, request.mediaType.hasSuffix("yaml"), !request.body.isEmpty,
      request.body.first != UInt8(ascii: "{")
    else { return nil }
    do {
      return request.replacing(body: try readYAML(request.body).bytes())
    } catch {
      throw .badRequest("error decoding YAML: \(error)")
    }
  }

  private func answerJSON() async throws(APIError) -> APIResponse {
    if let subresource = target.subresource, let name = target.name {
      return try await answer(subresource: subresource, name: name)
    }
    switch (request.method, target.name) {
    case ("GET", nil), ("HEAD", nil):
      return request.query.flag("watch") || request.segments.contains("watch") ? try watch() : try list()
    case ("GET", let name?), ("HEAD", let name?):
      return request.query.flag("watch") ? try watch() : try show(try read(name))
    case ("POST", nil): return try create()
    case ("PUT", let name?): return try replace(name, subresource: nil)
    case ("PATCH", let name?): return try patch(name, subresource: nil)
    case ("DELETE", let name?): return try delete(name)
    case ("DELETE", nil): return try deleteCollection()
    default: throw notAllowed()
    }
  }

  private func answer(subresource: String, name: String) async throws(APIError) -> APIResponse {
    switch (subresource, request.method) {
    case ("scale", _): return try ScaleHandler(handler: self, name: name).answer()
    case ("log", "GET"): return try await log(name)
    case ("eviction", "POST"): return try evict(name)
    case ("binding", "POST"): return try bind(name)
    case ("finalize", "PUT"): return try replace(name, subresource: subresource)
    case ("status", "GET"): return try show(try read(name))
    case ("status", "PUT"): return try replace(name, subresource: subresource)
    case ("status", "PATCH"): return try patch(name, subresource: subresource)
    default: throw notAllowed()
    }
  }

  private func notAllowed() -> APIError {
    APIError(
      code: 405,
      reason: "MethodNotAllowed",
      message: "the server does not allow this method on the requested resource",
      details: [:]
    )
  }

  func read(_ name: String) throws(APIError) -> JSONValue {
    guard let object = store.get(type, namespace: namespace, name: name) else { throw .notFound(type, name) }
    return object
  }

  /// The form that the client accepts.
  func form() throws(APIError) -> AnswerForm {
    if let form = AnswerForm(accept: request.accept) { return form }
    throw APIError(
      code: 406,
      reason: "NotAcceptable",
      message: "only the following media types are accepted: application/json, application/yaml, "
        + "application/vnd.kubernetes.protobuf",
      details: [:]
    )
  }

  func show(_ object: JSONValue, status: Int = 200) throws(APIError) -> APIResponse {
    let shown: JSONValue
    switch try form() {
    case .plain: shown = object
    case .metadataOnly: shown = object.partialMetadata
    case .table:
      shown = TableRenderer(target.resource, store.sources.now()).table(
        [object],
        resourceVersion: object.resourceVersion,
        include: request.query["includeObject"]
      )
    }
    var response = APIResponse.json(shown, status: status)
    if let warning = target.resource.deprecationWarning { response = response.warning([warning]) }
    return response
  }

  private func list() throws(APIError) -> APIResponse {
    let form = try form()
    let filter = try ObjectFilter(request.query, target.resource)
    let page = try ListPager(request.query, namespace: target.namespace).page(of: store, type, filter)
    switch form {
    case .plain:
      return .json(
        [
          "kind": .string(target.resource.listKind), "apiVersion": .string(type.apiVersion),
          "metadata": page.metadata,
          "items": .array(target.resource.isCustom ? page.items : page.items.map(\.withoutKind)),
        ]
      )
    case .metadataOnly:
      return .json(
        [
          "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": page.metadata,
          "items": .array(page.items.map(\.partialMetadata)),
        ]
      )
    case .table:
      var table = TableRenderer(target.resource, store.sources.now()).table(
        page.items,
        resourceVersion: "",
        include: request.query["includeObject"]
      )
      table["metadata"] = page.metadata
      return .json(table)
    }
  }

  private func watch() throws(APIError) -> APIResponse {
    let plan = WatchPlan(
      store: store,
      resource: target.resource,
      namespace: target.namespace,
      filter: try watchFilter(),
      form: try form(),
      options: try WatchPlan.Options(request.query)
    )
    return APIResponse(
      status: 200,
      headers: [("Content-Type", "application/json"), ("Cache-Control", "no-cache, private")],
      body: .watch(plan)
    )
  }

  private func watchFilter() throws(APIError) -> ObjectFilter {
    var filter = try ObjectFilter(request.query, target.resource)
    if let name = target.name {
      filter.fields.append(.init(path: "metadata.name", value: name, isEqual: true))
    }
    return filter
  }
}

extension JSONValue {
  /// The object as items of a list of built-in kinds are written.
  var withoutKind: JSONValue {
    var object = self
    object["kind"] = nil
    object["apiVersion"] = nil
    return object
  }

  /// The metadata alone.
  var partialMetadata: JSONValue {
    [
      "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
      "metadata": self["metadata"] ?? .object([:]),
    ]
  }
}
