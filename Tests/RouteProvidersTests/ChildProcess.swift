import Glibc
import Testing

/// A program that a test runs: a server to talk to, or a command to wait for.
final class ChildProcess: Sendable {
  let pid: pid_t

  /// Starts the program found on the PATH; its output goes to the file, or nowhere.
  init(_ arguments: [String], output: String = "/dev/null", inheritsFiles: Bool = false) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // A socket of a test in the child's hands would never close.
    if !inheritsFiles {
      for descriptor in Int32(3)..<1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }
    }
    // Threads of the concurrency pool block signals, and a child inherits that: it would not hear SIGTERM.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var strings = arguments.map { strdup($0) } + [nil]
    defer { for string in strings { free(string) } }
    var pid = pid_t()
    let code = posix_spawnp(&pid, arguments[0], &actions, &attributes, &strings, environ)
    try #require(code == 0, "cannot start \(arguments[0])")
    self.pid = pid
  }

  /// Waits for the end; the exit status, or -1 after a signal.
  @discardableResult
  func wait() -> Int {
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return status & 0x7F == 0 ? Int(status >> 8 & 0xFF) : -1
  }

  /// Asks it to end; after two seconds makes it.
  func stop() {
    kill(pid, SIGTERM)
    var status: Int32 = 0
    for _ in 0..<400 {
      if waitpid(pid, &status, WNOHANG) == pid { return }
      usleep(5000)
    }
    kill(pid, SIGKILL)
    wait()
  }

  /// Runs the command to its end, which must be a success.
  static func run(_ arguments: String...) throws {
    let status = try ChildProcess(arguments).wait()
    try #require(status == 0, "\(arguments.joined(separator: " ")) ended with \(status)")
  }
}

/// A folder that goes with the test.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/serin-test-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { _ = try? ChildProcess(["rm", "-rf", path]).wait() }

  func write(_ text: String, to name: String) throws {
    let file = try #require(fopen("\(path)/\(name)", "w"))
    defer { fclose(file) }
    fputs(text, file)
  }

  func read(_ name: String) throws -> [UInt8] {
    let file = try #require(fopen("\(path)/\(name)", "r"))
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return bytes
  }
}
