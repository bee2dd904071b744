import Dashboard
import HTTPTransport
import Logging
import Primitives
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(1))) struct StatusServerTests {
  private let ready = Locked(false)
  private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private func server(_ address: ListenAddress, _ onListening: @escaping @Sendable (Int) -> Void)
    -> StatusServer
  {
    StatusServer(
      address: address,
      metrics: { "up 1\n" },
      isReady: { [ready] in ready.withLock { $0 } },
      onListening: onListening,
      logger: quiet
    )
  }

  /// Runs the body with the address of a server.
  private func withServer(_ body: (String, Int) async throws -> Void) async throws {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let group = ServiceGroup(
      services: [server(ListenAddress(host: "127.0.0.1", port: 0)) { continuation.yield($0) }],
      logger: quiet
    )
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      var iterator = ports.makeAsyncIterator()
      let port = try #require(await iterator.next())
      try await body("http://127.0.0.1:\(port)", port)
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  private func get(_ url: String, method: String = "GET") async throws -> HTTPResponse {
    let client = HTTPClient()
    let response = try await client.send(HTTPRequest(method: method, url: url))
    await client.shutdown()
    return response
  }

  @Test func answersMetricsHealthAndReadiness() async throws {
    try await withServer { url, _ in
      let metrics = try await get(url + "/metrics")
      #expect(metrics.status == 200 && metrics.body == Array("up 1\n".utf8))
      #expect(metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      #expect(try await get(url + "/healthz").status == 200)
      #expect(try await get(url + "/readyz").status == 503)
      ready.withLock { $0 = true }
      #expect(try await get(url + "/readyz").status == 200)
      #expect(try await get(url + "/").status == 404)
      #expect(try await get(url + "/metrics", method: "POST").status == 405)
    }
  }

  @Test func saysWhichAddressCannotBeHad() async throws {
    try await withServer { _, port in
      let second = server(ListenAddress(host: "127.0.0.1", port: port)) { _ in }
      let failure = await #expect(throws: ListenFailure.self) { try await second.run() }
      #expect(failure?.description.hasPrefix("listening on 127.0.0.1:\(port): ") == true)
      #expect(failure?.description.contains("in use") == true, "\(failure?.description ?? "")")
    }
  }

  @Test func addresses() {
    #expect(ListenAddress(":8090") == ListenAddress(host: "0.0.0.0", port: 8090))
    #expect(ListenAddress("127.0.0.1:0") == ListenAddress(host: "127.0.0.1", port: 0))
    #expect(ListenAddress("[::1]:80") == ListenAddress(host: "::1", port: 80))
    #expect(ListenAddress("[::1]:80")?.description == "[::1]:80")
    for wrong in ["", "8090", "host", "host:", "host:x", "host:65536", "::1:80", "host:-1"] {
      #expect(ListenAddress(wrong) == nil, "\(wrong)")
    }
  }
}
