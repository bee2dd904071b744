import Glibc
import Primitives
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(2))) struct HTTPStreamTests {
  private static let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Kind: watch\r\n\r\n"

  private func request(_ server: RawServer) -> HTTPRequest { HTTPRequest(url: server.url, deadline: nil) }

  private func failure(_ stream: HTTPStream) async -> HTTPError? {
    do throws(HTTPError) {
      _ = try await stream.body.collect(upTo: .max)
      return nil
    } catch {
      return error
    }
  }

  @Test func `the head comes before the body and pieces come as they are sent`() async throws {
    let gate = Locked(0)
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write(Self.head)
      for number in 1...3 {
        while gate.withLock({ $0 }) < number { usleep(1000) }
        peer.chunk([UInt8(number)])
      }
      peer.write("0\r\n\r\n")
    }
    defer { server.stop() }
    let stream = try await HTTPClient().stream(request(server))
    #expect(stream.status == 200)
    #expect(stream.headers["x-kind"] == "watch")
    var iterator = stream.body.makeAsyncIterator()
    for number in 1...3 {
      gate.withLock { $0 = number }
      #expect(try await iterator.next() == [UInt8(number)])
    }
    #expect(try await iterator.next() == nil)
    #expect(try await iterator.next() == nil)
  }

  @Test func `a server is held back while nobody reads, and nothing is lost`() async throws {
    let total = 12 << 20
    // Of a period that divides no buffer size, so that a piece lost, doubled or moved shows.
    let pattern = (0..<(1 << 20) + 251).map { UInt8($0 % 251) }
    let progress = Locked((sent: 0, stalled: false))
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
      var sent = 0
      var small: Int32 = 65_536
      setsockopt(peer.socket, SOL_SOCKET, SO_SNDBUF, &small, socklen_t(MemoryLayout<Int32>.size))
      while sent < total {
        if !peer.canWrite(milliseconds: 200) { progress.withLock { $0.stalled = true } }
        guard peer.write(Array(pattern[(sent % 251)...].prefix(16_384))) else { return }
        sent += 16_384
        progress.withLock { $0.sent = sent }
      }
    }
    defer { server.stop() }
    let stream = try await HTTPClient().stream(request(server))
    await eventually("the server stalls") { progress.withLock { $0.stalled } }
    #expect(progress.withLock { $0.sent } < total)
    var received = 0
    var isRight = true
    for try await piece in stream.body {
      #expect(piece.count <= 256 << 10)
      let isSame = pattern.withUnsafeBytes { expected in
        expected.baseAddress.map { memcmp($0 + received % 251, piece, piece.count) == 0 }
      }
      if isSame != true { isRight = false }
      received += piece.count
    }
    #expect(received == total)
    #expect(isRight)
  }

  @Test func `leaving the loop closes the connection although the stream is still held`() async throws {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write(Self.head)
      peer.chunk([1])
      peer.waitForClose()
    }
    defer { server.stop() }
    let stream = try await HTTPClient().stream(request(server))
    for try await _ in stream.body { break }
    await eventually("the connection closes") { server.closed == 1 }
    #expect(stream.status == 200)
  }

  @Test func `dropping an unread stream closes the connection`() async throws {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write(Self.head)
      peer.waitForClose()
    }
    defer { server.stop() }
    let client = HTTPClient()
    _ = try await client.stream(request(server))
    await eventually("the connection closes") { server.closed == 1 }
  }

  @Test func `a child process does not keep a connection open`() async throws {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write(Self.head)
      peer.waitForClose()
    }
    defer { server.stop() }
    var stream: HTTPStream? = try await HTTPClient().stream(request(server))
    #expect(stream?.status == 200)
    let child = try ChildProcess(["sleep", "100"], inheritsFiles: true)
    defer { child.stop() }
    stream = nil
    await eventually("the connection closes") { server.closed == 1 }
  }

  @Test func `cancelling the reader ends a stalled or silent transfer at once`() async throws {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write(Self.head)
      peer.chunk([1, 2])
      peer.waitForClose()
    }
    defer { server.stop() }
    let stream = try await HTTPClient().stream(request(server))
    let seen = Locked(0)
    let task = Task { () async -> HTTPError? in
      do throws(HTTPError) {
        for try await piece in stream.body { seen.withLock { $0 += piece.count } }
        return nil
      } catch { return error }
    }
    await eventually("the first piece is read") { seen.withLock { $0 } == 2 }
    task.cancel()
    #expect(await task.value?.kind == .cancelled)
    await eventually("the connection closes") { server.closed == 1 }
  }

  @Test func `cancelling before the head ends the transfer`() async throws {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.waitForClose()
    }
    defer { server.stop() }
    let client = HTTPClient()
    let request = request(server)
    let task = Task { try await client.stream(request) }
    await eventually("it is in flight") { server.requests.count == 1 }
    task.cancel()
    let result = await task.result
    #expect(throws: HTTPError.self) { try result.get() }
    await eventually("the connection closes") { server.closed == 1 }
  }

  @Test func `what arrived before the connection broke is handed out first`() async throws {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write(Self.head)
      peer.chunk(Array("abc".utf8))
    }
    defer { server.stop() }
    let stream = try await HTTPClient().stream(request(server))
    var bytes: [UInt8] = []
    do throws(HTTPError) {
      for try await piece in stream.body { bytes += piece }
      Issue.record("a broken stream ended properly")
    } catch {
      #expect(error.kind == .connectionLost)
    }
    #expect(bytes == Array("abc".utf8))
  }

  @Test func `a silent server meets the head timeout, the idle timeout or the deadline`() async throws {
    let server = RawServer { peer in
      guard let request = peer.readRequest() else { return }
      if request.target != "/silent" { peer.write(Self.head) }
      peer.waitForClose()
    }
    defer { server.stop() }
    let client = HTTPClient()
    let silent = HTTPRequest(url: server.url + "/silent", deadline: nil, headTimeout: .milliseconds(100))
    await #expect(throws: HTTPError.self) { try await client.stream(silent) }
    let idle = HTTPRequest(url: server.url, deadline: nil, idleTimeout: .milliseconds(300))
    #expect(await failure(try client.stream(idle))?.kind == .timedOut)
    let late = HTTPRequest(url: server.url, deadline: .milliseconds(300))
    #expect(await failure(try client.stream(late))?.kind == .timedOut)
    await eventually("the connections close") { server.closed == 3 }
  }

  @Test func `open streams take no connection from requests`() async throws {
    let server = RawServer { peer in
      while let request = peer.readRequest() {
        guard request.target == "/stream" else {
          peer.write(RawServer.ok("x"))
          continue
        }
        peer.write(Self.head)
        peer.waitForClose()
        return
      }
    }
    defer { server.stop() }
    let client = HTTPClient(options: HTTPClientOptions(maxConnections: 1, maxConnectionsPerHost: 1))
    var streams: [HTTPStream] = []
    for _ in 0..<20 {
      streams.append(try await client.stream(HTTPRequest(url: server.url + "/stream", deadline: nil)))
    }
    for _ in 0..<10 { #expect(try await client.send(HTTPRequest(url: server.url)).text == "x") }
    #expect(streams.count == 20)
  }

  @Test func `the body of an error answer can be collected, up to a limit`() async throws {
    let server = RawServer.answering { _ in "HTTP/1.1 410 Gone\r\nContent-Length: 7\r\n\r\nexpired" }
    defer { server.stop() }
    let client = HTTPClient()
    let stream = try await client.stream(request(server))
    #expect(stream.status == 410)
    #expect(try await stream.body.collect(upTo: 7) == Array("expired".utf8))
    let again = try await client.stream(request(server))
    do throws(HTTPError) {
      _ = try await again.body.collect(upTo: 6)
      Issue.record("collected more than the limit")
    } catch {
      #expect(error.kind == .tooLarge)
    }
  }

  @Test func `hundreds of streams are read side by side`() async throws {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.write(Self.head)
      for number in 0..<50 { guard peer.chunk([UInt8](repeating: UInt8(number), count: 500)) else { return } }
      peer.write("0\r\n\r\n")
    }
    defer { server.stop() }
    let client = HTTPClient()
    let request = request(server)
    let failures = await withTaskGroup(of: String?.self) { group in
      for _ in 0..<300 {
        group.addTask {
          do throws(HTTPError) {
            let count = try await client.stream(request).body.collect(upTo: .max).count
            return count == 25_000 ? nil : "\(count) bytes"
          } catch { return "\(error)" }
        }
      }
      return await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
    }
    #expect(failures == [])
  }
}
