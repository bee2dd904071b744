import KubeModel
package import Primitives

/// The API of the cluster: answers requests from the store, without knowing how they travel.
package struct APIServer: Sendable {
  let store: ClusterStore
  let access: AccessPolicy
  /// Where the log of a pod comes from.
  let logs: PodLogSource?
  /// Reads YAML bodies; nil when only JSON is understood.
  let readYAML: YAMLReader?

  package init(
    store: ClusterStore,
    access: AccessPolicy = .open,
    logs: PodLogSource? = nil,
    readYAML: YAMLReader? = nil
  ) {
    self.readYAML = readYAML
    self.store = store
    self.access = access
    self.logs = logs
  }

  /// Answers one request; every failure is a `Status` in the answer.
  package func respond(to request: APIRequest) async -> APIResponse {
    do throws(APIError) {
      try access.check(request)
      return try await route(request)
    } catch {
      return .error(error)
    }
  }

  private func route(_ request: APIRequest) async throws(APIError) -> APIResponse {
    let segments = request.segments
    switch segments.first {
    case nil: return .json(["paths": .array(Discovery(catalog: store.catalog).paths.map(JSONValue.string))])
    case "healthz"?, "livez"?, "readyz"?: return health(request)
    case "version"?: return .json(Discovery.version)
    case "openapi"?: return openAPI(request)
    case "api"?:
      guard segments.count > 1 else { return discovery(request).core(host: request.host) }
      guard segments[1] == "v1" else { return .pageNotFound }
      return try await version(request, group: "", version: "v1", rest: segments[2...])
    case "apis"?:
      guard segments.count > 1 else { return discovery(request).groups() }
      guard segments.count > 2 else { return discovery(request).group(segments[1]) ?? .pageNotFound }
      return try await version(request, group: segments[1], version: segments[2], rest: segments[3...])
    default: return .pageNotFound
    }
  }

  private func discovery(_ request: APIRequest) -> Discovery {
    Discovery(catalog: store.catalog, accept: request.accept)
  }

  private func health(_ request: APIRequest) -> APIResponse {
    guard request.query["verbose"] != nil else { return .text("ok") }
    return .text("[+]ping ok\n[+]log ok\n[+]storage-readiness ok\n\(request.segments[0]) check passed\n")
  }

  private func openAPI(_ request: APIRequest) -> APIResponse {
    guard request.segments.count > 1, request.segments[1] == "v3" else { return .pageNotFound }
    let documents = OpenAPIDocuments(catalog: store.catalog)
    let rest = request.segments.dropFirst(2)
    guard !rest.isEmpty else {
      var response = APIResponse.json(documents.index)
      response.headers[0].1 = "text/plain; charset=utf-8"
      return response
    }
    return documents.document(path: rest.joined(separator: "/")).map { .json($0) } ?? .pageNotFound
  }

  private func version(
    _ request: APIRequest,
    group: String,
    version: String,
    rest: ArraySlice<String>
  ) async throws(APIError) -> APIResponse {
    if let review = try ReviewHandler(request: request).answer(group: group, rest: rest) { return review }
    guard store.catalog.has(group: group, version: version) else { return .pageNotFound }
    guard !rest.isEmpty else { return discovery(request).resources(group: group, version: version) }
    guard
      let target = ResourceRequest(group: group, version: version, rest: rest, catalog: store.catalog)
    else { return .pageNotFound }
    return try await ResourceHandler(server: self, request: request, target: target).answer()
  }
}

/// Reads one YAML document as JSON; the error's description tells the client what is wrong.
package typealias YAMLReader = @Sendable ([UInt8]) throws -> JSONValue

/// Where the log of a container comes from: given pod and options, chunks of text.
package typealias PodLogSource =
  @Sendable (_ namespace: String, _ pod: String, _ options: PodLogOptions) async throws(APIError) ->
  AsyncThrowingStream<[UInt8], any Error>

/// What a client asks of a log.
package struct PodLogOptions: Sendable, Equatable {
  /// Empty when the pod's only container is meant.
  package var container: String
  package var follow: Bool
  package var previous: Bool
  package var tailLines: Int?
  package var sinceSeconds: Int?
  package var timestamps: Bool
  package var limitBytes: Int?

  package init(
    container: String = "",
    follow: Bool = false,
    previous: Bool = false,
    tailLines: Int? = nil,
    sinceSeconds: Int? = nil,
    timestamps: Bool = false,
    limitBytes: Int? = nil
  ) {
    self.container = container
    self.follow = follow
    self.previous = previous
    self.tailLines = tailLines
    self.sinceSeconds = sinceSeconds
    self.timestamps = timestamps
    self.limitBytes = limitBytes
  }
}
