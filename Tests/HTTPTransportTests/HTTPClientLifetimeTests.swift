import Glibc
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(2))) struct HTTPClientLifetimeTests {
  @Test func `shutdown fails what is in flight, in line and streaming, and all that comes later`()
    async throws
  {
    let server = RawServer { peer in
      guard let request = peer.readRequest() else { return }
      if request.target == "/stream" {
        peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      }
      peer.waitForClose()
    }
    defer { server.stop() }
    let client = HTTPClient(options: HTTPClientOptions(maxConnections: 1))
    let stream = try await client.stream(HTTPRequest(url: server.url + "/stream", deadline: nil))
    let reader = Task { () async -> HTTPError? in
      do throws(HTTPError) {
        _ = try await stream.body.collect(upTo: 10)
        return nil
      } catch { return error }
    }
    let waiting = (0..<5).map { _ in Task { await client.failure(HTTPRequest(url: server.url)) } }
    await eventually("one is in flight") { server.requests.count == 2 }
    await client.shutdown()
    for task in waiting { #expect(await task.value?.kind == .stopped) }
    #expect(await reader.value?.kind == .stopped)
    let late = await client.failure(HTTPRequest(url: server.url))
    #expect(late?.kind == .stopped)
    #expect(late?.isTransient == false)
    await client.shutdown()
    await eventually("the connections close") { server.closed == 2 }
  }

  @Test func `a client that is dropped takes its thread along`() async throws {
    let server = RawServer.answering { _ in RawServer.ok("x") }
    defer { server.stop() }
    weak var loop: CurlLoop?
    do {
      let client = HTTPClient()
      loop = client.loop
      _ = try await client.send(HTTPRequest(url: server.url))
    }
    await eventually("the thread lets go of the loop") { loop == nil }
  }

  @Test func `a stream keeps its client alive until it is dropped`() async throws {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      peer.chunk([1])
      peer.waitForClose()
    }
    defer { server.stop() }
    weak var loop: CurlLoop?
    do {
      var client: HTTPClient? = HTTPClient()
      loop = client?.loop
      let stream = try #require(try await client?.stream(HTTPRequest(url: server.url, deadline: nil)))
      client = nil
      var iterator = stream.body.makeAsyncIterator()
      #expect(try await iterator.next() == [1])
    }
    await eventually("the thread lets go of the loop") { loop == nil }
    await eventually("the connection closes") { server.closed == 1 }
  }

  @Test func `many short-lived clients with racing shutdowns end`() async throws {
    let server = RawServer.answering { _ in RawServer.ok("x") }
    defer { server.stop() }
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        group.addTask {
          let client = HTTPClient()
          async let sent: HTTPResponse? = try? client.send(HTTPRequest(url: server.url))
          async let end: Void = number % 2 == 0 ? client.shutdown() : Task.yield()
          async let again: Void = client.shutdown()
          _ = await (sent, end, again)
        }
      }
    }
  }

  // AddressSanitizer keeps freed memory back on purpose.
  @Test(.disabled(if: dlsym(nil, "__asan_init") != nil, "memory means nothing under AddressSanitizer"))
  func `ten thousand requests leave memory flat`() async throws {
    let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
      let server = RawServer.answering { _ in RawServer.ok(String(repeating: "x", count: 2000)) }
      let client = HTTPClient()
      func round(_ count: Int) async throws {
        for _ in 0..<(count / 20) {
          await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
              group.addTask {
                let request = HTTPRequest(
                  method: "POST",
                  url: server.url,
                  body: [UInt8](repeating: 7, count: 3000)
                )
                _ = try? await client.send(request)
              }
            }
          }
        }
      }
      try await round(500)
      let before = residentBytes()
      try await round(10_000)
      let growth = residentBytes() - before
      print("resident bytes before 10,000 requests: \(before), growth: \(growth)")
      #expect(growth < 8 << 20)
      let requests = server.requestCount
      #expect(requests == 10_500)
    }
    print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self))
  }
}
