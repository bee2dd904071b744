import Glibc
import Primitives
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(2))) struct HTTPClientRequestTests {
  private func echo() -> RawServer {
    RawServer.answering { request in
      let head = ([request.method + " " + request.target] + request.lines).joined(separator: "\n")
      return RawServer.ok(head + "\n\n" + String(decoding: request.body, as: UTF8.self))
    }
  }

  @Test(arguments: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], [[], Array("{}".utf8)])
  func `a request goes out as it was written`(method: String, body: [UInt8]) async throws {
    let server = echo()
    defer { server.stop() }
    let client = HTTPClient()
    let request = HTTPRequest(
      method: method,
      url: server.url + "/a%20b?c=d",
      headers: ["X-One": "1", "X-Empty": "", "Accept": "application/json"],
      body: body
    )
    _ = try await client.send(request)
    let seen = try #require(server.requests.first)
    #expect(seen.method == method)
    #expect(seen.target == "/a%20b?c=d")
    #expect(seen.body == body)
    #expect(seen.header("x-one") == "1")
    #expect(seen.header("x-empty") == "")
    #expect(seen.header("accept") == "application/json")
    #expect(seen.header("content-type") == nil)
    #expect(seen.header("expect") == nil)
    let needsLength = !body.isEmpty || ["POST", "PUT", "PATCH"].contains(method)
    #expect(seen.header("content-length") == (needsLength ? "\(body.count)" : nil))
  }

  @Test func `HEAD has a head and no body`() async throws {
    let server = RawServer.answering { _ in "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" }
    defer { server.stop() }
    let response = try await HTTPClient().send(HTTPRequest(method: "HEAD", url: server.url))
    #expect(response.headers["content-length"] == "99")
    #expect(response.body.isEmpty)
  }

  @Test func `a large body is sent without waiting for 100 and comes back whole`() async throws {
    let server = RawServer { peer in
      while let request = peer.readRequest() {
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(request.body.count)\r\n\r\n")
        peer.write(request.body)
      }
    }
    defer { server.stop() }
    let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let response = try await HTTPClient().send(HTTPRequest(method: "POST", url: server.url, body: body))
    #expect(response.body == body)
    #expect(server.requests.first?.header("expect") == nil)
  }

  @Test(arguments: [200, 201, 204, 301, 304, 400, 401, 404, 409, 410, 422, 429, 500, 503])
  func `every status is an answer`(status: Int) async throws {
    let server = RawServer.answering { _ in
      "HTTP/1.1 \(status) Whatever\r\n" + (status == 204 || status == 304 ? "" : "Content-Length: 1\r\n")
        + "Location: /x\r\nRetry-After: 7\r\n\r\n" + (status == 204 || status == 304 ? "" : "b")
    }
    defer { server.stop() }
    let response = try await HTTPClient().send(HTTPRequest(url: server.url))
    #expect(response.status == status)
    #expect(response.headers["RETRY-after"] == "7")
    #expect(response.version == .http1)
  }

  @Test func `a 100 before the answer is not the answer`() async throws {
    let server = RawServer.answering { _ in
      "HTTP/1.1 100 Continue\r\nX: no\r\n\r\nHTTP/1.1 103 Early Hints\r\nX: no\r\n\r\n" + RawServer.ok("yes")
    }
    defer { server.stop() }
    let response = try await HTTPClient().send(HTTPRequest(url: server.url))
    #expect(response.text == "yes")
    #expect(response.headers["x"] == nil)
  }

  @Test func `connections are kept and used again`() async throws {
    let server = echo()
    defer { server.stop() }
    let client = HTTPClient()
    for _ in 0..<50 { _ = try await client.send(HTTPRequest(url: server.url)) }
    #expect(server.requests.count == 50)
    #expect(server.connections == 1)
  }

  @Test func `a connection that the server closed while idle is replaced`() async throws {
    let server = RawServer { peer in
      if peer.readRequest() != nil { peer.write(RawServer.ok("x")) }
    }
    defer { server.stop() }
    let client = HTTPClient()
    for _ in 0..<5 { #expect(try await client.send(HTTPRequest(url: server.url)).text == "x") }
  }

  @Test func `requests beyond the cap wait their turn`() async throws {
    let flying = Locked((now: 0, peak: 0))
    let server = RawServer.answering { _ in
      flying.withLock { $0 = ($0.now + 1, max($0.peak, $0.now + 1)) }
      usleep(3000)
      flying.withLock { $0.now -= 1 }
      return RawServer.ok("x")
    }
    defer { server.stop() }
    let client = HTTPClient(options: HTTPClientOptions(maxConnections: 4))
    let done = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<60 {
        group.addTask { (try? await client.send(HTTPRequest(url: server.url)))?.status == 200 }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(done == 60)
    #expect(flying.withLock { $0.peak } <= 4)
    #expect(server.connections <= 4)
  }

  @Test func `five thousand requests at once all end`() async throws {
    let server = RawServer.answering { _ in RawServer.ok("x") }
    defer { server.stop() }
    let client = HTTPClient()
    let done = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<5000 {
        group.addTask {
          (try? await client.send(HTTPRequest(url: server.url, deadline: .seconds(60)))) != nil
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(done == 5000)
    #expect(server.connections <= 32)
  }

  @Test func `redirects are handed over unless asked for`() async throws {
    let server = RawServer.answering { request in
      request.target == "/end"
        ? RawServer.ok("end") : "HTTP/1.1 302 F\r\nLocation: /end\r\nX: 1\r\nContent-Length: 3\r\n\r\nold"
    }
    defer { server.stop() }
    let plain = try await HTTPClient().send(HTTPRequest(url: server.url))
    #expect(plain.status == 302)
    #expect(plain.text == "old")
    let following = HTTPClient(options: HTTPClientOptions(followRedirects: 3))
    let followed = try await following.send(HTTPRequest(url: server.url))
    #expect(followed.text == "end")
    #expect(followed.headers["x"] == nil)
    let stream = try await following.stream(HTTPRequest(url: server.url))
    #expect(stream.status == 200)
    #expect(try await stream.body.collect(upTo: 10) == Array("end".utf8))
  }

  @Test func `a redirect loop ends at the bound`() async throws {
    let server = RawServer.answering { _ in "HTTP/1.1 302 F\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"
    }
    defer { server.stop() }
    let client = HTTPClient(options: HTTPClientOptions(followRedirects: 5))
    #expect(await client.failure(HTTPRequest(url: server.url))?.kind == .tooManyRedirects)
    #expect(server.requests.count == 6)
  }

  @Test func `a redirect takes no credentials to another host and leaves HTTP never`() async throws {
    let other = echo()
    let server = RawServer.answering { request in
      let target = request.target == "/file" ? "file:///etc/hostname" : "http://localhost:\(other.port)/"
      return "HTTP/1.1 302 F\r\nLocation: \(target)\r\nContent-Length: 0\r\n\r\n"
    }
    defer {
      server.stop()
      other.stop()
    }
    let client = HTTPClient(options: HTTPClientOptions(followRedirects: 5))
    let response = try await client.send(HTTPRequest(url: server.url, headers: ["Authorization": "Bearer s"]))
    #expect(response.status == 200)
    #expect(other.requests.first?.header("authorization") == nil)
    #expect(await client.failure(HTTPRequest(url: server.url + "/file"))?.kind == .protocolError)
  }
}
