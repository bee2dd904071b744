package import HTTPTransport
import KubeModel
package import Primitives
package import TrafficPlans

/// The records of one name at a PowerDNS server, through its HTTP API.
package struct PowerDNSSource: RouteSource {
  private let client: HTTPClient
  /// The value of a key of a Secret; a clause when there is none.
  private let secret:
    @Sendable (_ namespace: String, _ name: String, _ key: String) async -> Result<
      String, RouteFailure
    >

  package init(
    client: HTTPClient,
    secret:
      @escaping @Sendable (_ namespace: String, _ name: String, _ key: String) async -> Result<
        String, RouteFailure
      >
  ) {
    self.client = client
    self.secret = secret
  }

  package var interval: Duration { .seconds(5) }

  package func read(_ address: RouteAddress) async throws(RouteFailure) -> JSONValue? {
    try await read(try await server(address))
  }

  /// Reads once more before it writes, since the API has no preconditions, and after it.
  package func perform(_ change: RouteChange) async throws(RouteFailure) -> JSONValue? {
    guard case .patch(let address, let patch) = change else {
      throw RouteFailure(.invalid, "\(change.address) is neither made nor removed")
    }
    let server = try await server(address)
    let live = try await read(server)
    let wanted: JSONValue
    do {
      wanted = try JSONPatch.apply(patch, to: live)
    } catch {
      throw RouteFailure(.changed, "\(address) was changed by somebody else: \(error)")
    }
    let sets = RecordSets.changes(from: live["records"], to: wanted["records"], name: server.name)
    guard !sets.isEmpty else { return live }
    let request = server.request("PATCH", query: "", body: ["rrsets": .array(sets)])
    let answer = try await send(request, server)
    guard answer.status == 204 || answer.status == 200 else { throw server.refusal(answer) }
    return try await read(server)
  }

  private func read(_ server: Server) async throws(RouteFailure) -> JSONValue {
    // Older servers, which do not know the parameter, answer with the whole zone.
    let answer = try await send(server.request("GET", query: "?rrset_name=\(server.name)"), server)
    guard answer.status == 200 else {
      // Neither the zone nor the server of that name is there.
      guard answer.status == 404 else { throw server.refusal(answer) }
      return ["metadata": ["resourceVersion": "none"], "zone": .null]
    }
    let zone = try json(answer, server)
    let records = RecordSets.records(zone["rrsets"], name: server.name)
    var object: JSONValue = [
      "metadata": ["resourceVersion": .string(RecordSets.version(records))],
      "zone": zone["name"] ?? .null, "records": records,
    ]
    if let lua = try await hasLuaRecords(server) { object["lua"] = .bool(lua) }
    return object
  }

  /// Whether the server answers LUA records; nil when it does not tell. A single zone may have them although this says
  /// no, but the API does not give that away.
  private func hasLuaRecords(_ server: Server) async throws(RouteFailure) -> Bool? {
    var request = server.request("GET", query: "")
    request.url = "\(server.base)/config"
    let answer = try await send(request, server)
    guard answer.status == 200 else { return nil }
    let setting = try json(answer, server).array?.first { $0["name"] == "enable-lua-records" }
    return setting?["value"]?.string.map { $0 != "no" }
  }

  private func send(_ request: HTTPRequest, _ server: Server) async throws(RouteFailure) -> HTTPResponse {
    do throws(HTTPError) {
      return try await client.send(request)
    } catch {
      throw RouteFailure(error.isTransient ? .unreachable : .invalid, "\(error.request): \(error.message)")
    }
  }

  private func json(_ answer: HTTPResponse, _ server: Server) throws(RouteFailure) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(parsing: answer.body)
    } catch {
      throw RouteFailure(.invalid, "\(server.base): the answer is no JSON: \(error)")
    }
  }

  private func server(_ address: RouteAddress) async throws(RouteFailure) -> Server {
    guard let settings = address.outside?.settings else {
      throw RouteFailure(.invalid, "\(address) is no record set")
    }
    let reference = settings["secretRef"]
    let (name, key) = (reference?["name"]?.string ?? "", reference?["key"]?.string ?? "")
    return Server(settings, key: try await secret(address.key.namespace, name, key).get())
  }
}

extension PowerDNSSource {
  /// Where a zone is asked for, and with what key.
  private struct Server {
    let base: String
    let zone: String
    let name: String
    private let key: String

    init(_ settings: JSONValue, key: String) {
      let url = settings["url"]?.string ?? ""
      let id = settings["serverId"]?.string ?? "localhost"
      base = "\(url.hasSuffix("/") ? String(url.dropLast()) : url)/api/v1/servers/\(id)"
      zone = settings["zone"]?.string ?? ""
      name = settings["name"]?.string ?? ""
      self.key = key
    }

    func request(_ method: String, query: String, body: JSONValue? = nil) -> HTTPRequest {
      var request = HTTPRequest(
        method: method,
        url: "\(base)/zones/\(zone)\(query)",
        headers: ["X-API-Key": key, "Accept": "application/json"],
        body: body.map { Array($0.text().utf8) } ?? [],
        deadline: .seconds(5),
        connectTimeout: .seconds(3)
      )
      if body != nil { request.headers.set("Content-Type", "application/json") }
      request.followRedirects = 0
      request.maxResponseBytes = 32 << 20
      return request
    }

    /// What an answer that is no success means.
    func refusal(_ answer: HTTPResponse) -> RouteFailure {
      let kind: RouteFailure.Kind =
        switch answer.status {
        case 401, 403: .refused
        case 500...: .unreachable
        default: .invalid
        }
      let text = String(decoding: answer.body.prefix(300), as: UTF8.self)
        .split(whereSeparator: \.isNewline).joined(separator: " ")
      return RouteFailure(kind, "\(base)/zones/\(zone): the server answered \(answer.status): \(text)")
    }
  }
}
