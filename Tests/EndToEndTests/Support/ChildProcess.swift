import Glibc
import Primitives
import Testing

/// A long-running program that a test started, in a process group of its own.
final class ChildProcess: Sendable {
  let pid: pid_t
  private let hasEnded = Locked(false)

  /// Starts the program found on the PATH; what it prints is added to the file.
  init(_ arguments: [String], output: String) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // A socket or pipe of a test in the child's hands would never close.
    for descriptor in Int32(3)..<1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }
    // Threads of the concurrency pool block signals, and a child inherits that: it would not hear SIGTERM.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
    var strings = arguments.map { strdup($0) } + [nil]
    defer { for string in strings { free(string) } }
    var pid = pid_t()
    let code = posix_spawnp(&pid, arguments[0], &actions, &attributes, &strings, environ)
    try #require(code == 0, "cannot start \(arguments[0]): \(String(cString: strerror(code)))")
    self.pid = pid
  }

  deinit { kill() }

  /// Ends it at once, as a crash of its machine would.
  func kill() {
    hasEnded.withLock { hasEnded in
      guard !hasEnded else { return }
      hasEnded = true
      Glibc.kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
  }

  /// Asks it to end, and makes it after ten seconds; true when it ended by itself with code 0.
  @discardableResult
  func stop() async -> Bool {
    Glibc.kill(pid, SIGTERM)
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
      if let code = exitCode() { return code == 0 }
      do { try await Task.sleep(for: .milliseconds(20)) } catch { break }
    }
    kill()
    return false
  }

  /// The exit code once it has ended, -1 after a signal; nil while it runs.
  func exitCode() -> Int? {
    hasEnded.withLock { hasEnded in
      var status: Int32 = 0
      guard !hasEnded, waitpid(pid, &status, WNOHANG) == pid else { return hasEnded ? -1 : nil }
      hasEnded = true
      return status & 0x7F == 0 ? Int(status >> 8 & 0xFF) : -1
    }
  }
}
