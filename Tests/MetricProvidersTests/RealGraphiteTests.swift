import AnalysisCore
import Glibc
import HTTPTransport
import MetricProviders
import Primitives
import Testing

/// Debian's Graphite on loopback: carbon takes points, the web application renders them.
@Suite(
  .serialized,
  .timeLimit(.minutes(2)),
  .enabled(if: access("/usr/bin/carbon-cache", X_OK) == 0, "no graphite here"),
  .enabled(if: access("/usr/lib/python3/dist-packages/graphite/wsgi.py", R_OK) == 0, "no graphite-web here")
)
struct RealGraphiteTests {
  /// Carbon, which takes points at `linePort`, and the web application that renders them.
  private func graphite(linePort: Int) throws -> LocalServer {
    let server = try LocalServer()
    let path = server.folder.path
    let queryPort = RawServer.freePort()
    try server.folder.write(
      """
      [cache]
      USER =
      STORAGE_DIR = \(path)
      LOCAL_DATA_DIR = \(path)/whisper
      CONF_DIR = \(path)
      LOG_DIR = \(path)/log
      PID_DIR = \(path)
      LINE_RECEIVER_INTERFACE = 127.0.0.1
      LINE_RECEIVER_PORT = \(linePort)
      PICKLE_RECEIVER_INTERFACE = 127.0.0.1
      PICKLE_RECEIVER_PORT = \(RawServer.freePort())
      CACHE_QUERY_INTERFACE = 127.0.0.1
      CACHE_QUERY_PORT = \(queryPort)
      MAX_CREATES_PER_MINUTE = inf
      ENABLE_UDP_LISTENER = False
      """,
      to: "carbon.conf"
    )
    try server.folder.write("[all]\npattern = .*\nretentions = 1s:1h\n", to: "storage-schemas.conf")
    try server.folder.write(
      """
      SECRET_KEY = "test"
      STORAGE_DIR = CONF_DIR = "\(path)"
      WHISPER_DIR = "\(path)/whisper"
      STANDARD_DIRS = [WHISPER_DIR]
      LOG_DIR = "\(path)/log"
      INDEX_FILE = "\(path)/index"
      CARBONLINK_HOSTS = ["127.0.0.1:\(queryPort)"]
      DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
      """,
      to: "graphite_test_settings.py"
    )
    try server.folder.write(
      """
      import os, sys
      from wsgiref.simple_server import make_server
      sys.path.insert(0, "\(path)")
      os.environ["GRAPHITE_SETTINGS_MODULE"] = "graphite_test_settings"
      os.environ["DJANGO_SETTINGS_MODULE"] = "graphite.settings"
      os.makedirs("\(path)/log", exist_ok=True)
      os.makedirs("\(path)/whisper", exist_ok=True)
      from django.core.wsgi import get_wsgi_application
      make_server("127.0.0.1", \(server.port), get_wsgi_application()).serve_forever()
      """,
      to: "serve.py"
    )
    try server.start(
      "/usr/bin/python3",
      "/usr/bin/carbon-cache",
      "--config=\(path)/carbon.conf",
      "--pidfile=\(path)/pid",
      "--nodaemon",
      "start",
      output: "carbon.out"
    )
    try server.start("/usr/bin/python3", "\(path)/serve.py", output: "web.out")
    return server
  }

  /// Sends lines of `name value time` to carbon; false while nobody listens.
  private func send(_ lines: String, to linePort: Int) -> Bool {
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(client) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(linePort).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let connected = withUnsafeBytes(of: &address) { bytes in
      connect(client, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), size)
    }
    guard connected == 0 else { return false }
    let bytes = Array(lines.utf8)
    return Glibc.send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  private func ask(_ server: LocalServer, _ query: String) async -> ProviderAnswer {
    let spec = ProviderSpec.graphite(GraphiteQuery(address: server.url, query: query))
    let now = Instant(secondsSinceEpoch: Int64(time(nil)))
    return await measure(provider: spec, context: ProviderContext(client: HTTPClient(), now: now))
  }

  @Test func `points that were sent come back through functions`() async throws {
    let linePort = RawServer.freePort()
    let server = try graphite(linePort: linePort)
    defer { server.stop() }
    let sent = Int64(time(nil)) - 5
    let lines = (0..<3).map { "shop.web.errors \($0).5 \(sent + Int64($0))\n" }.joined()
    try await waitFor("carbon", within: .seconds(90)) {
      send(lines + "shop.api.errors 4 \(sent)\n", to: linePort) ? true : nil
    }
    let answer = try await waitFor("the points", within: .seconds(90)) {
      let answer = await ask(server, "target=shop.web.errors&from=-10min")
      return answer.value == .list([0.5, 1.5, 2.5]) ? answer : nil
    }
    #expect(answer.value == .list([0.5, 1.5, 2.5]), "\(answer)")
    #expect(answer.valueText == "[0.5,1.5,2.5]")

    let summed = await ask(
      server,
      "target=alias(\n  summarize(sumSeries(shop.{web,api}.errors), '1hour', \"sum\"),\n  'two words')&from=-10min"
    )
    guard case .list(let sums) = summed.value else {
      Issue.record("\(summed)")
      return
    }
    // Summed by whole hours, which may have changed between the points.
    #expect(sums.reduce(0, +) == 8.5)

    let two = await ask(server, "target=shop.api.errors&target=shop.web.errors&from=-10min")
    #expect(two.value == .list([4]))
    #expect(two.metadata["warnings"] == "1 more targets were left out")
    let nothing = await ask(server, "target=shop.db.errors")
    #expect(nothing.error?.hasSuffix("no values found") == true, "\(nothing)")
    let wrong = await ask(server, "target=summarize(shop.web.errors)&from=-10min")
    let words =
      "the server answered 500 with TypeError: summarize() missing 1 required positional argument: 'intervalString'"
    #expect(wrong.error?.hasSuffix(words) == true, "\(wrong)")
    #expect(!wrong.isOutage)
    let unknown = await ask(server, "target=nosuch(shop.web.errors)")
    #expect(
      unknown.error?.contains("400 with Invalid parameters (Received request for unknown function: nosuch)")
        == true
    )
  }
}
