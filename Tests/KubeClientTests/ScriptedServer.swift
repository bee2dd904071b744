import Glibc
import Primitives

/// A request as the scripted server read it.
struct ServedRequest: Sendable {
  let method: String
  /// Path and query as they were sent.
  let target: String
  let headers: [String: String]
  let body: String

  /// The path without the query.
  var path: String { String(target.prefix { $0 != "?" }) }

  /// The body as JSON; nil when it is something else.
  var json: JSONValue? {
    do { return try JSONValue(parsing: body) } catch { return nil }
  }

  /// The raw value of a query's parameter; nil when it is absent.
  func query(_ name: String) -> String? {
    let pairs = target.drop { $0 != "?" }.dropFirst().split(separator: "&")
    return pairs.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
  }
}

/// One connection of the scripted server; used on its own thread only, and closed when the script returns.
struct ServedConnection: Sendable {
  let descriptor: Int32

  /// Sends bytes as they are; a peer that has left is no error.
  func send(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Sends a whole answer with a body.
  func answer(_ status: Int, _ body: String, headers: [String] = ["Content-Type: application/json"]) {
    let lines = ["HTTP/1.1 \(status) X", "Content-Length: \(body.utf8.count)", "Connection: close"] + headers
    send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
  }

  /// Sends the head of an answer whose body ends with the connection.
  func beginStream() {
    send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
  }

  /// Returns when the peer closes or the server stops.
  func waitForClose() {
    var byte: UInt8 = 0
    while recv(descriptor, &byte, 1, 0) > 0 {}
  }

  /// Breaks the connection with a reset instead of a proper end.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }
}

/// An HTTP server on loopback that answers what a script says, byte by byte; a thread for each connection.
final class ScriptedServer: Sendable {
  typealias Script = @Sendable (ServedRequest, ServedConnection) -> Void

  private struct State {
    var open: Set<Int32> = []
    var requests: [ServedRequest] = []
    var isStopped = false
  }

  let port: Int
  private let listener: Int32
  private let script: Script
  private let state = Locked(State())

  var url: String { "http://127.0.0.1:\(port)" }

  /// All requests so far.
  var requests: [ServedRequest] { state.withLock { $0.requests } }

  init(_ script: @escaping Script) {
    self.script = script
    (listener, port) = Self.bindFreePort()
    precondition(listen(listener, 64) == 0, "cannot listen on loopback")
    Self.onThread { [self] in acceptAll() }
  }

  /// A socket that is bound to a free port of loopback, and the port.
  static func bindFreePort() -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
      }
    }
    precondition(isBound, "no port on loopback")
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }

  /// Ends all connections; no further ones are taken.
  func stop() {
    state.withLock { state in
      state.isStopped = true
      shutdown(listener, Int32(SHUT_RDWR))
      for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
  }

  private func acceptAll() {
    while true {
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else { break }
      let isStopped = state.withLock { state in
        state.open.insert(descriptor)
        return state.isStopped
      }
      if isStopped { shutdown(descriptor, Int32(SHUT_RDWR)) }
      Self.onThread { [self] in serve(descriptor) }
    }
    close(listener)
  }

  private func serve(_ descriptor: Int32) {
    if let request = Self.read(descriptor) {
      state.withLock { $0.requests.append(request) }
      script(request, ServedConnection(descriptor: descriptor))
    }
    // Under the lock, so that `stop` never touches a number that was given out again.
    state.withLock { state in
      state.open.remove(descriptor)
      close(descriptor)
    }
  }

  private static func read(_ descriptor: Int32) -> ServedRequest? {
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      if let request = parse(String(decoding: text, as: UTF8.self)) { return request }
      let count = recv(descriptor, &chunk, chunk.count, 0)
      guard count > 0 else { return nil }
      text += chunk[..<count]
    }
  }

  private static func parse(_ text: String) -> ServedRequest? {
    let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
    guard let end = lines.firstIndex(of: ""), end > 0, let first = lines.first else { return nil }
    let words = first.split(separator: " ")
    var headers: [String: String] = [:]
    for line in lines[1..<end] {
      let name = line.prefix { $0 != ":" }
      headers[name.lowercased()] = line.dropFirst(name.count + 1).drop { $0 == " " }.description
    }
    let body = lines[(end + 1)...].joined(separator: "\r\n")
    guard body.utf8.count >= headers["content-length"].flatMap({ Int($0) }) ?? 0, words.count > 1 else {
      return nil
    }
    return ServedRequest(method: String(words[0]), target: String(words[1]), headers: headers, body: body)
  }

  private static func onThread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body)).toOpaque()
    let result = pthread_create(
      &thread,
      nil,
      { argument in
        if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      },
      box
    )
    precondition(result == 0, "no thread")
    pthread_detach(thread)
  }
}

/// Runs the body with a server that is stopped afterwards.
func withServer<Result>(
  _ script: @escaping ScriptedServer.Script,
  _ body: (ScriptedServer) async throws -> Result
) async throws -> Result {
  let server = ScriptedServer(script)
  defer { server.stop() }
  return try await body(server)
}
