import Glibc
import Primitives

/// An HTTP server of bare sockets and threads on loopback, so that a test decides every byte and every silence.
final class RawServer: Sendable {
  struct Request: Sendable {
    var method = ""
    var target = ""
    var lines: [String] = []
    var body: [UInt8] = []

    func header(_ name: String) -> String? {
      let prefix = name.lowercased() + ":"
      return lines.first { $0.lowercased().hasPrefix(prefix) }.map { line in
        String(line.dropFirst(prefix.count).drop { $0 == " " })
      }
    }
  }

  /// One accepted connection; closed when the serving function returns.
  final class Peer: Sendable {
    let socket: Int32
    private let server: RawServer
    private let rest = Locked<[UInt8]>([])

    fileprivate init(socket: Int32, server: RawServer) {
      self.socket = socket
      self.server = server
    }

    /// The next request with its body; nil when the client has left.
    func readRequest() -> Request? {
      var bytes = rest.withLock { $0 }
      var end = Self.headEnd(bytes)
      while end == nil {
        guard let more = receive() else { return nil }
        bytes += more
        end = Self.headEnd(bytes)
      }
      guard let end else { return nil }
      let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n").map(String.init)
      let words = (lines.first ?? "").split(separator: " ").map(String.init)
      var request = Request(lines: Array(lines.dropFirst()))
      if words.count > 1 { (request.method, request.target) = (words[0], words[1]) }
      let length = request.header("Content-Length").flatMap { Int($0) } ?? 0
      while bytes.count < end + length {
        guard let more = receive() else { return nil }
        bytes += more
      }
      request.body = Array(bytes[end..<(end + length)])
      let left = Array(bytes[(end + length)...])
      rest.withLock { $0 = left }
      server.state.withLock { state in
        state.requestCount += 1
        if state.requestCount <= 200 { state.requests.append(request) }
      }
      return request
    }

    func receive() -> [UInt8]? {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = recv(socket, &buffer, buffer.count, 0)
      return count > 0 ? Array(buffer[..<count]) : nil
    }

    /// Writes all; false when the client has gone.
    @discardableResult
    func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes {
          send(socket, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return false }
        sent += count
      }
      return true
    }

    @discardableResult
    func chunk(_ bytes: [UInt8]) -> Bool {
      write(Array((String(bytes.count, radix: 16) + "\r\n").utf8) + bytes + Array("\r\n".utf8))
    }

    /// Whether the socket takes more bytes within the time.
    func canWrite(milliseconds: Int32) -> Bool {
      var descriptor = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
      return poll(&descriptor, 1, milliseconds) > 0
    }

    /// Blocks until the client closes.
    func waitForClose() {
      while receive() != nil {}
      server.state.withLock { $0.closed += 1 }
    }

    private static func headEnd(_ bytes: [UInt8]) -> Int? {
      guard bytes.count >= 4 else { return nil }
      return (3..<bytes.count).first {
        bytes[$0] == 10 && bytes[$0 - 1] == 13 && bytes[$0 - 2] == 10 && bytes[$0 - 3] == 13
      }.map { $0 + 1 }
    }
  }

  struct State {
    var connections = 0
    /// Connections whose close by the client was seen in `waitForClose`.
    var closed = 0
    var requestCount = 0
    /// The first 200.
    var requests: [Request] = []
    var open: [Int32] = []
    var isStopped = false
  }

  let port: Int
  private let listener: Int32
  private let state = Locked(State())

  var url: String { "http://127.0.0.1:\(port)" }
  var connections: Int { state.withLock { $0.connections } }
  var closed: Int { state.withLock { $0.closed } }
  var requestCount: Int { state.withLock { $0.requestCount } }
  var requests: [Request] { state.withLock { $0.requests } }

  /// Serves each connection on a thread of its own by the function.
  init(_ serve: @escaping @Sendable (Peer) -> Void) {
    let listener = Self.listen()
    self.listener = listener
    port = Self.port(of: listener)
    Self.thread { [self] in
      while true {
        // Not inherited by child processes of other tests, which would keep connections open.
        let socket = accept(listener, nil, nil)
        if socket >= 0 { _ = fcntl(socket, F_SETFD, FD_CLOEXEC) }
        guard socket >= 0 else {
          // Closed by nobody else: the number may be another server's a moment later.
          close(listener)
          return
        }
        let goOn = state.withLock { state in
          state.connections += 1
          state.open.append(socket)
          return !state.isStopped
        }
        guard goOn else {
          close(socket)
          close(listener)
          return
        }
        Self.thread { [self] in
          serve(Peer(socket: socket, server: self))
          state.withLock { $0.open.removeAll { $0 == socket } }
          close(socket)
        }
      }
    }
  }

  /// Answers every request on kept-alive connections by the text that the function makes.
  static func answering(_ answer: @escaping @Sendable (Request) -> String) -> RawServer {
    RawServer { peer in
      while let request = peer.readRequest() {
        guard peer.write(answer(request)) else { return }
      }
    }
  }

  /// Ends the listener and every connection.
  func stop() {
    state.withLock { state in
      state.isStopped = true
      for socket in state.open { shutdown(socket, Int32(SHUT_RDWR)) }
    }
    shutdown(listener, Int32(SHUT_RDWR))
  }

  static func ok(_ body: String, _ headers: String = "") -> String {
    "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
  }

  /// A port on which nobody listens now.
  static func freePort() -> Int {
    let listener = listen()
    defer { close(listener) }
    return port(of: listener)
  }

  static func thread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body))
    pthread_create(
      &thread,
      nil,
      { context in
        context.map { Unmanaged<Box>.fromOpaque($0).takeRetainedValue().body() }
        return nil
      },
      box.toOpaque()
    )
    pthread_detach(thread)
  }

  private static func listen() -> Int32 {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeBytes(of: &address) { bytes in
      _ = bind(listener, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), size)
    }
    Glibc.listen(listener, 512)
    return listener
  }

  private static func port(of listener: Int32) -> Int {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutableBytes(of: &address) { bytes in
      _ = getsockname(listener, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &size)
    }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
