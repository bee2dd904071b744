import CGit2
import Glibc

/// The certificate authorities of libgit2's TLS, which are one set for the whole process and must not change during
/// somebody's handshake.
///
/// Operations that trust the same authorities run side by side; one that trusts others waits until they are done (each
/// has a deadline), and those that come later wait behind it. So a remote's authority is trusted for that remote only.
final class TrustGate: @unchecked Sendable {
  static let shared = TrustGate()

  private static let systemBundle = "/etc/ssl/certs/ca-certificates.crt"

  // Unchecked: the variables are only touched with the mutex held. Waiting happens on the threads of mirrors only.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var authorities: [UInt8]?
  private var users = 0
  private var waiting = 0

  private init() {
    mutex.initialize(to: pthread_mutex_t())
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  /// Runs the body while the process trusts these authorities (nil: the system's).
  func trusting<T>(
    _ wanted: [UInt8]?,
    for operation: Operation,
    _ body: () throws(GitError) -> T
  ) throws(GitError) -> T {
    try enter(wanted, operation)
    defer { leave() }
    return try body()
  }

  private func enter(_ wanted: [UInt8]?, _ operation: Operation) throws(GitError) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    if wanted != authorities || waiting > 0 {
      waiting += 1
      defer { waiting -= 1 }
      while users > 0 {
        try operation.checkpoint()
        waitBriefly()
      }
      if wanted != authorities { try install(wanted) }
    }
    users += 1
  }

  private func leave() {
    pthread_mutex_lock(mutex)
    users -= 1
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  private func waitBriefly() {
    var limit = timespec()
    clock_gettime(CLOCK_REALTIME, &limit)
    limit.tv_nsec += 50_000_000
    if limit.tv_nsec >= 1_000_000_000 {
      limit.tv_sec += 1
      limit.tv_nsec -= 1_000_000_000
    }
    pthread_cond_timedwait(condition, mutex, &limit)
  }

  private func install(_ wanted: [UInt8]?) throws(GitError) {
    guard let wanted else {
      guard serin_git_set_certificates(Self.systemBundle, nil) == 0 else {
        throw .other("cannot load the system's certificate authorities from \(Self.systemBundle)")
      }
      authorities = nil
      return
    }
    let file = try TemporaryFile(wanted)
    guard serin_git_set_certificates(file.path, nil) == 0 else {
      throw .invalid("the certificate authority given for the repository is not a PEM certificate")
    }
    authorities = wanted
  }
}

/// A file that only its owner can read and that is gone when the value is.
struct TemporaryFile: ~Copyable {
  let path: String

  init(_ bytes: [UInt8]) throws(GitError) {
    var template = Array("/tmp/serin-XXXXXX".utf8CString)
    let descriptor = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { mkstemp($0) } ?? -1
    }
    guard descriptor >= 0 else {
      throw .other("cannot create a temporary file: \(String(cString: strerror(errno)))")
    }
    let name = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset)
      }
      if count <= 0 { break }
      offset += count
    }
    close(descriptor)
    if offset < bytes.count {
      unlink(name)
      throw .other("cannot write a temporary file: \(String(cString: strerror(errno)))")
    }
    path = name
  }

  deinit { unlink(path) }
}
