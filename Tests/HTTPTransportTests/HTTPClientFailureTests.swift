import Glibc
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(2))) struct HTTPClientFailureTests {
  private static let silent: @Sendable (RawServer.Peer) -> Void = { peer in
    _ = peer.readRequest()
    peer.waitForClose()
  }

  @Test func `a refused port says who refused`() async throws {
    let port = RawServer.freePort()
    let error = try #require(
      await HTTPClient().failure(HTTPRequest(url: "http://127.0.0.1:\(port)/x?secret=1"))
    )
    #expect(error.kind == .cannotConnect)
    #expect(error.isTransient)
    #expect(
      error.description.hasPrefix(
        "GET http://127.0.0.1:\(port)/x: failed to connect to 127.0.0.1 port \(port)"
      )
    )
  }

  @Test func `a server that never answers meets the deadline and is left`() async {
    let server = RawServer(Self.silent)
    defer { server.stop() }
    let error = await HTTPClient().failure(HTTPRequest(url: server.url, deadline: .milliseconds(150)))
    #expect(error?.kind == .timedOut)
    await eventually("the connection closes") { server.closed == 1 }
  }

  @Test func `a body that drips meets the deadline`() async {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
      while peer.write("x") { usleep(5000) }
    }
    defer { server.stop() }
    let error = await HTTPClient().failure(HTTPRequest(url: server.url, deadline: .milliseconds(200)))
    #expect(error?.kind == .timedOut)
  }

  @Test func `the deadline counts the wait for a connection`() async throws {
    let server = RawServer(Self.silent)
    defer { server.stop() }
    let client = HTTPClient(options: HTTPClientOptions(maxConnections: 1))
    async let first = client.failure(HTTPRequest(url: server.url, deadline: .seconds(30)))
    await eventually("the first is in flight") { server.requests.count == 1 }
    let second = try #require(
      await client.failure(HTTPRequest(url: server.url, deadline: .milliseconds(100)))
    )
    #expect(second.kind == .timedOut)
    #expect(second.message.contains("waiting for one of 1 busy connections"))
    await client.shutdown()
    #expect(await first?.kind == .stopped)
  }

  @Test(arguments: [
    ("", HTTPError.Kind.connectionLost),
    ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", .connectionLost),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe", .connectionLost),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello", .protocolError),
    ("SSH-2.0-OpenSSH_9.2\r\n", .protocolError),
    ("<html>no head</html>", .protocolError),
  ])
  func `half and broken answers are errors, not answers`(answer: String, kind: HTTPError.Kind) async {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write(answer)
    }
    defer { server.stop() }
    let error = await HTTPClient().failure(HTTPRequest(url: server.url))
    #expect(error?.kind == kind, "\(String(describing: error))")
    #expect(error?.isTransient == true)
  }

  @Test(arguments: ["Content-Length: 2000000\r\n\r\n", "Connection: close\r\n\r\n"])
  func `a body over the limit ends the transfer`(rest: String) async {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\n" + rest)
      for _ in 0..<200 { guard peer.write([UInt8](repeating: 65, count: 10_000)) else { break } }
      peer.waitForClose()
    }
    defer { server.stop() }
    let client = HTTPClient(options: HTTPClientOptions(maxResponseBytes: 1_000_000))
    let error = await client.failure(HTTPRequest(url: server.url))
    #expect(error?.kind == .tooLarge)
    #expect(error?.message == "the answer is longer than 1000000 bytes")
    await eventually("the connection closes") { server.closed == 1 }
  }

  @Test func `a body as long as the limit is taken`() async throws {
    let server = RawServer.answering { _ in RawServer.ok("12345") }
    defer { server.stop() }
    let client = HTTPClient(options: HTTPClientOptions(maxResponseBytes: 5))
    #expect(try await client.send(HTTPRequest(url: server.url)).text == "12345")
  }

  @Test func `an endless head ends the transfer`() async {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\n")
      while peer.write("X-Filler: \(String(repeating: "y", count: 4000))\r\n") {}
    }
    defer { server.stop() }
    #expect(await HTTPClient().failure(HTTPRequest(url: server.url))?.kind == .tooLarge)
  }

  @Test(arguments: [
    HTTPRequest(url: "ftp://127.0.0.1/"), HTTPRequest(url: "file:///etc/hostname"), HTTPRequest(url: "/x"),
    HTTPRequest(url: "http://127.0.0.1/a b"), HTTPRequest(url: "http://127.0.0.1:99999/"),
    HTTPRequest(method: "GET /\r\nX: y", url: "http://127.0.0.1:1/"),
    HTTPRequest(method: "", url: "http://127.0.0.1:1/"),
    HTTPRequest(url: "http://127.0.0.1:1/", headers: ["A": "b\r\nC: d"]),
    HTTPRequest(url: "http://127.0.0.1:1/", headers: ["A b": "c"]),
  ])
  func `a malformed request is refused before anything is sent`(request: HTTPRequest) async {
    let error = await HTTPClient().failure(request)
    #expect(error?.kind == .badRequest, "\(String(describing: error))")
    #expect(error?.isTransient == false)
  }

  @Test func `cancelling the task closes the connection`() async {
    let server = RawServer(Self.silent)
    defer { server.stop() }
    let client = HTTPClient()
    let task = Task { await client.failure(HTTPRequest(url: server.url)) }
    await eventually("it is in flight") { server.requests.count == 1 }
    task.cancel()
    #expect(await task.value?.kind == .cancelled)
    await eventually("the connection closes") { server.closed == 1 }
  }

  @Test func `a cancelled request in line is never sent`() async throws {
    let server = RawServer(Self.silent)
    defer { server.stop() }
    let client = HTTPClient(options: HTTPClientOptions(maxConnections: 1))
    let first = Task { await client.failure(HTTPRequest(url: server.url)) }
    await eventually("the first is in flight") { server.requests.count == 1 }
    let second = Task { await client.failure(HTTPRequest(url: server.url)) }
    second.cancel()
    #expect(await second.value?.kind == .cancelled)
    first.cancel()
    #expect(await first.value?.kind == .cancelled)
    #expect(server.requests.count == 1)
  }

  @Test func `thousands of cancellations at any moment leave the client working`() async throws {
    let server = RawServer.answering { _ in RawServer.ok("x") }
    defer { server.stop() }
    let client = HTTPClient(options: HTTPClientOptions(maxConnections: 8))
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<3000 {
        group.addTask {
          let task = Task { try? await client.send(HTTPRequest(url: server.url)) }
          if number % 3 != 0 { await Task.yield() }
          if number % 2 == 0 { task.cancel() }
          _ = await task.value
        }
      }
    }
    #expect(try await client.send(HTTPRequest(url: server.url)).text == "x")
  }
}
