import AnalysisCore
import Glibc
import HTTPTransport
import MetricProviders
import Primitives
import Testing

/// Debian's InfluxDB on loopback. It is of version 1.6, which has no Flux: what it can show is its own query language,
/// and how a server refuses that does not know the newer one.
@Suite(
  .serialized,
  .timeLimit(.minutes(2)),
  .enabled(if: access("/usr/bin/influxd", X_OK) == 0, "no influxdb here")
)
struct RealInfluxDBTests {
  private func influxDB() throws -> LocalServer {
    let server = try LocalServer()
    let path = server.folder.path
    try server.folder.write(
      """
      reporting-disabled = true
      bind-address = "127.0.0.1:\(RawServer.freePort())"
      [meta]
      dir = "\(path)/meta"
      [data]
      dir = "\(path)/data"
      wal-dir = "\(path)/wal"
      [http]
      bind-address = "127.0.0.1:\(server.port)"
      auth-enabled = true
      """,
      to: "influxdb.conf"
    )
    try server.start("/usr/bin/influxd", "-config", "\(path)/influxdb.conf")
    return server
  }

  /// Sends a command or points.
  private func post(_ path: String, _ body: String, to server: LocalServer) async throws {
    let words = try await server.post(path, body, authorization: "Basic bWU6aHVudGVyMg==")
    #expect(!words.contains("error"), "\(body): \(words)")
  }

  private func ask(
    _ server: LocalServer,
    _ query: String,
    change: (inout [String: String]) -> Void = { _ in }
  ) async -> ProviderAnswer {
    let spec = InfluxDBQuery(["query": .string(query)])
    var data = ["address": server.url, "database": "shop", "authToken": "me:hunter2"]
    change(&data)
    let now = Instant(secondsSinceEpoch: Int64(time(nil)))
    let context = ProviderContext(client: HTTPClient(), now: now, secrets: [spec.secret: data])
    return await measure(provider: .influxDB(spec), context: context)
  }

  @Test func `points that were written come back through queries`() async throws {
    let server = try influxDB()
    defer { server.stop() }
    try await post("/query", "q=CREATE USER me WITH PASSWORD 'hunter2' WITH ALL PRIVILEGES", to: server)
    try await post("/query", "q=CREATE DATABASE shop", to: server)
    let lines = [
      "requests,app=web errors=3i,share=0.25,ok=true 1700000000000000000",
      "requests,app=web errors=4i,share=0.5,ok=true 1700000001000000000",
      "requests,app=api errors=1i,share=0.125,ok=false,note=\"late\" 1700000002000000000",
    ].joined(separator: "\n")
    try await post("/write?db=shop", lines, to: server)

    let shares = await ask(server, "SELECT share FROM requests")
    #expect(shares.value == .list([0.25, 0.5, 0.125]), "\(shares)")
    #expect(shares.valueText == "[0.25 0.5 0.125]")
    let grouped = await ask(server, "SELECT sum(errors), mean(share) FROM requests GROUP BY app")
    #expect(grouped.value == .list([1, 0.125, 7, 0.375]), "\(grouped)")
    let mixed = await ask(server, "SELECT errors, ok, note FROM requests WHERE app = 'api'")
    #expect(mixed.value == .json([1, false, "late"]), "\(mixed)")
    #expect(mixed.valueText == "[1 false late]")

    let nothing = await ask(server, "SELECT * FROM nothing")
    #expect(nothing.error?.hasSuffix("no results returned from the query") == true, "\(nothing)")
    let wrong = await ask(server, "SELECT FROM")
    #expect(wrong.error?.contains("error parsing query: found FROM") == true, "\(wrong)")
    let unknown = await ask(server, "SELECT * FROM x") { $0["database"] = "none" }
    #expect(unknown.error?.contains("database not found: none") == true, "\(unknown)")
    for query in ["DROP DATABASE shop", "SELECT share FROM requests; drop database shop"] {
      let refused = "cannot query influxdb: a query in InfluxQL begins with SELECT or SHOW"
      #expect(await ask(server, query).error == refused)
    }
    #expect(await ask(server, "SELECT share FROM requests LIMIT 1").value == .list([0.25]))
    let stranger = await ask(server, "SELECT * FROM requests") { $0["authToken"] = "me:hunter3" }
    #expect(stranger.error?.contains("the server answered 401 with ") == true, "\(stranger)")
    #expect(!"\(stranger)".contains("hunter"))
    let flux = await ask(server, "from(bucket: \"shop\")") {
      $0 = $0.filter { $0.key != "database" }; $0["org"] = "o"
    }
    #expect(
      flux.error?.hasSuffix("/api/v2/query: the server answered 404 with 404 page not found") == true,
      "\(flux)"
    )
  }
}
