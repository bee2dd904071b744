import Glibc

/// A TCP connection to the loopback address, for what no well-behaved client does.
struct RawConnection: ~Copyable {
  private let descriptor: Int32

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw FileError(path: "127.0.0.1:\(port)") }
  }

  deinit { close(descriptor) }

  /// Sends all of the text; gives up when the peer is gone or takes nothing for ten seconds.
  func send(_ text: String) async throws {
    var bytes = Array(text.utf8)[...]
    let end = ContinuousClock.now + .seconds(10)
    while !bytes.isEmpty, ContinuousClock.now < end {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count > 0 {
        bytes = bytes.dropFirst(count)
      } else if errno == EAGAIN {
        try await Task.sleep(for: .milliseconds(2))
      } else {
        return
      }
    }
  }

  /// Reads until the text has come; what was read when the peer ends or nothing comes for ten seconds.
  func read(until wanted: String) async throws -> String {
    var text = ""
    var buffer = [UInt8](repeating: 0, count: 4096)
    let end = ContinuousClock.now + .seconds(10)
    while !text.contains(wanted), ContinuousClock.now < end {
      let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      if count > 0 {
        text += String(decoding: buffer[..<count], as: UTF8.self)
      } else if count < 0, errno == EAGAIN {
        try await Task.sleep(for: .milliseconds(2))
      } else {
        break
      }
    }
    return text
  }
}
