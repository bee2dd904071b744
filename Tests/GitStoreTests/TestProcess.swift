import Glibc

/// A child process of a test, started with a clean environment and ended by its id.
final class TestProcess: Sendable {
  let id: pid_t
  let outputPath: String

  /// Starts a program; its output goes to a file.
  init(_ path: String, _ arguments: [String], environment: [String: String] = [:], output: String) throws {
    outputPath = output
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // Threads of the test runner block signals, and a child inherits that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
    let settings = Self.environment.merging(environment) { _, new in new }.map { "\($0.key)=\($0.value)" }
    var list: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = settings.map { strdup($0) } + [nil]
    defer { for pointer in list + variables { free(pointer) } }
    var started = pid_t()
    let code = posix_spawn(&started, path, &actions, &attributes, &list, &variables)
    guard code == 0 else { throw TestFailure("cannot start \(path): \(String(cString: strerror(code)))") }
    id = started
  }

  /// Waits for the end and returns the exit status.
  func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
  }

  /// Ends the process and those it forked; each has a process group of its own.
  func stop() {
    kill(-id, SIGTERM)
    _ = wait()
  }

  /// Git without anybody's configuration.
  private static let environment = [
    "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/nonexistent", "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_TERMINAL_PROMPT": "0", "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "LC_ALL": "C",
  ]
}

struct TestFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// A temporary folder of one test, removed with the value.
final class TestFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/gitstore-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TestFailure("no temporary folder") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { _ = try? run("/bin/rm", ["-rf", path], output: "/dev/null") }

  func write(_ text: String, to name: String, mode: mode_t = 0o600) throws {
    let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, mode)
    guard descriptor >= 0 else { throw TestFailure("cannot write \(name)") }
    defer { close(descriptor) }
    guard
      Array(text.utf8).withUnsafeBytes({ Glibc.write(descriptor, $0.baseAddress, $0.count) })
        == text.utf8.count
    else { throw TestFailure("cannot write \(name)") }
    fchmod(descriptor, mode)
  }

  func read(_ name: String) -> String {
    let path = name.hasPrefix("/") ? name : "\(path)/\(name)"
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Runs a program to its end and returns its output; throws when it fails.
  @discardableResult
  func run(
    _ program: String,
    _ arguments: [String],
    environment: [String: String] = [:],
    output: String? = nil
  ) throws -> String {
    let file = output ?? "\(path)/.output-\(UInt64.random(in: 0 ... .max))"
    let status = try TestProcess(program, arguments, environment: environment, output: file).wait()
    let text = output == nil ? read(file) : ""
    if output == nil { unlink(file) }
    guard status == 0 else { throw TestFailure("\(program) \(arguments) ended with \(status): \(text)") }
    return text
  }

  /// Runs git and returns its output without the last line break.
  @discardableResult
  func git(_ arguments: String..., at folder: String? = nil, environment: [String: String] = [:]) throws
    -> String
  {
    let text = try run("/usr/bin/git", ["-C", folder ?? path] + arguments, environment: environment)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  /// Makes a bare repository `name.git` with one commit on main, and a checkout `name` to work in.
  func repository(_ name: String = "shop", files: [String: String] = ["web.yaml": "image: v1\n"]) throws
    -> String
  {
    try git("init", "-q", "--bare", "-b", "main", "\(name).git")
    try git("clone", "-q", "\(name).git", name)
    try git("checkout", "-q", "-b", "main", at: "\(path)/\(name)")
    try push(files, "Start", in: name)
    return "\(path)/\(name).git"
  }

  /// Commits files in a checkout, pushes them, and returns the commit.
  @discardableResult
  func push(_ files: [String: String], _ message: String, in name: String = "shop") throws -> String {
    let folder = "\(path)/\(name)"
    try git("fetch", "-q", at: folder)
    _ = try? git("reset", "-q", "--hard", "origin/main", at: folder)
    for (file, text) in files {
      if let slash = file.lastIndex(of: "/") { try run("/bin/mkdir", ["-p", "\(folder)/\(file[..<slash])"]) }
      try write(text, to: "\(name)/\(file)")
    }
    try git("add", "-A", at: folder)
    try git("commit", "-q", "-m", message, at: folder)
    try git("push", "-q", "origin", "main", at: folder)
    return try git("rev-parse", "HEAD", at: folder)
  }
}

/// Waits until a condition holds, by looking again; fails after ten seconds.
func eventually(_ what: String, _ condition: () -> Bool) async throws {
  let clock = ContinuousClock()
  let end = clock.now + .seconds(10)
  while !condition() {
    guard clock.now < end else { throw TestFailure("\(what) did not happen within 10 s") }
    try await Task.sleep(for: .milliseconds(5))
  }
}
