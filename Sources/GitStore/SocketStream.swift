import CGit2
import Glibc

/// The sockets of libgit2's network transports, so that a deadline can end a connect, a read or a write.
///
/// libgit2 1.5 has no time limit on sockets of its own. The stream knows the operation of its thread, tells it every
/// descriptor and connects without blocking. The layout that the ssh transport relies on is that of 1.5, so other
/// versions keep their own sockets (and only the guard in ``GitRepository`` holds the deadline).
enum SocketStream {
  static func register() {
    var (major, minor, revision): (Int32, Int32, Int32) = (0, 0, 0)
    git_libgit2_version(&major, &minor, &revision)
    guard major == 1, minor == 5 else { return }
    var registration = git_stream_registration()
    registration.version = GIT_STREAM_VERSION
    registration.`init` = { SocketStream.make($0, $1, $2) }
    git_stream_register(GIT_STREAM_STANDARD, &registration)
  }

  private typealias Stream = UnsafeMutablePointer<git_stream>

  private static func own(_ stream: Stream?) -> UnsafeMutablePointer<serin_socket_stream>? {
    // The parent is the first member, so both have one address; every stream here was made by `make`.
    UnsafeMutableRawPointer(stream)?.assumingMemoryBound(to: serin_socket_stream.self)
  }

  private static func make(
    _ output: UnsafeMutablePointer<Stream?>?,
    _ host: UnsafePointer<CChar>?,
    _ port: UnsafePointer<CChar>?
  ) -> Int32 {
    guard let output, let host, let port else { return -1 }
    // Freed in `free`, which libgit2 calls exactly once.
    let stream = UnsafeMutablePointer<serin_socket_stream>.allocate(capacity: 1)
    stream.initialize(to: serin_socket_stream())
    stream.pointee.host = strdup(host)
    stream.pointee.port = strdup(port)
    stream.pointee.descriptor = -1
    stream.pointee.parent.version = GIT_STREAM_VERSION
    stream.pointee.parent.connect = { SocketStream.connect($0) }
    stream.pointee.parent.read = { SocketStream.read($0, $1, $2) }
    stream.pointee.parent.write = { stream, bytes, count, _ in SocketStream.write(stream, bytes, count) }
    stream.pointee.parent.close = { SocketStream.close($0) }
    stream.pointee.parent.free = { SocketStream.free($0) }
    output.pointee = UnsafeMutableRawPointer(stream).assumingMemoryBound(to: git_stream.self)
    return 0
  }

  private static func connect(_ parent: Stream?) -> Int32 {
    guard let stream = own(parent) else { return -1 }
    let name = String(cString: stream.pointee.host)
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(stream.pointee.host, stream.pointee.port, &hints, &list)
    guard code == 0 else {
      return fail("failed to resolve address for \(name): \(String(cString: gai_strerror(code)))")
    }
    defer { freeaddrinfo(list) }
    var reason = "no address"
    var next = list
    while let address = next {
      switch open(address.pointee) {
      case .success(let descriptor):
        stream.pointee.descriptor = descriptor
        return 0
      case .failure(let failure): reason = failure.reason
      }
      next = address.pointee.ai_next
    }
    return fail("failed to connect to \(name): \(reason)")
  }

  private struct ConnectFailure: Error {
    let reason: String
  }

  private static func open(_ address: addrinfo) -> Result<Int32, ConnectFailure> {
    let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let descriptor = socket(address.ai_family, address.ai_socktype | flags, address.ai_protocol)
    guard descriptor >= 0 else { return .failure(ConnectFailure(reason: text(of: errno))) }
    guard let operation = Operation.current, operation.attach(descriptor) else {
      Glibc.close(descriptor)
      return .failure(ConnectFailure(reason: "out of time"))
    }
    var code: Int32 = 0
    if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) != 0 {
      code = errno == EINPROGRESS ? awaitConnection(descriptor, operation) : errno
    }
    guard code == 0 else {
      operation.detach(descriptor)
      Glibc.close(descriptor)
      return .failure(ConnectFailure(reason: text(of: code)))
    }
    // Blocking from here on, as libssh2 and mbedTLS expect; a deadline ends a blocked call by shutting it down.
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    return .success(descriptor)
  }

  private static func awaitConnection(_ descriptor: Int32, _ operation: Operation) -> Int32 {
    while operation.stopReason == nil {
      var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      let count = poll(&entry, 1, 50)
      if count < 0, errno != EINTR { return errno }
      guard count > 0 else { continue }
      var code: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno
    }
    return ETIMEDOUT
  }

  private static func read(_ parent: Stream?, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    guard let stream = own(parent) else { return -1 }
    while true {
      let received = recv(stream.pointee.descriptor, bytes, count, 0)
      if received >= 0 { return received }
      guard errno == EINTR else { return Int(fail("error receiving data: \(text(of: errno))")) }
    }
  }

  private static func write(_ parent: Stream?, _ bytes: UnsafePointer<CChar>?, _ count: Int) -> Int {
    guard let stream = own(parent) else { return -1 }
    while true {
      let sent = send(stream.pointee.descriptor, bytes, count, Int32(MSG_NOSIGNAL))
      if sent >= 0 { return sent }
      guard errno == EINTR else { return Int(fail("error sending data: \(text(of: errno))")) }
    }
  }

  private static func close(_ parent: Stream?) -> Int32 {
    guard let stream = own(parent), stream.pointee.descriptor >= 0 else { return 0 }
    let descriptor = stream.pointee.descriptor
    stream.pointee.descriptor = -1
    Operation.current?.detach(descriptor)
    return Glibc.close(descriptor)
  }

  private static func free(_ parent: Stream?) {
    guard let stream = own(parent) else { return }
    _ = close(parent)
    Glibc.free(stream.pointee.host)
    Glibc.free(stream.pointee.port)
    stream.deallocate()
  }

  private static func fail(_ message: String) -> Int32 {
    git_error_set_str(Int32(GIT_ERROR_NET.rawValue), message)
    return -1
  }

  private static func text(of code: Int32) -> String { String(cString: strerror(code)) }
}
