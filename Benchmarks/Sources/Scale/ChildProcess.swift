import Glibc

/// A process that the benchmark started and ends again, with what the kernel says of it.
final class ChildProcess: Sendable {
  let pid: pid_t

  /// Starts the program; what it prints replaces the file.
  init(_ arguments: [String], output: String) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
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
    guard code == 0 else {
      throw ScaleError("cannot start \(arguments[0]): \(String(cString: strerror(code)))")
    }
    self.pid = pid
  }

  /// Asks it to end, and makes it after ten seconds.
  func stop() async {
    kill(pid, SIGTERM)
    for _ in 0..<500 {
      var status: Int32 = 0
      if waitpid(pid, &status, WNOHANG) != 0 { return }
      // A cancelled sleep only hastens the end.
      do { try await Task.sleep(for: .milliseconds(20)) } catch { break }
    }
    kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
  }

  /// User and system time so far, in seconds; nil when the process has ended.
  var cpuSeconds: Double? {
    guard let text = TextFile.read("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else { return nil }
    // After the command's name: utime and stime are the 12th and 13th fields (proc(5) counts them 14 and 15).
    let fields = text[end...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
      return nil
    }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// The most memory that was resident so far, in megabytes of 2^20 bytes.
  var peakMegabytes: Double? {
    guard let text = TextFile.read("/proc/\(pid)/status") else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }.map {
      $0 / 1024
    }
  }
}

/// Small text files by whole contents.
enum TextFile {
  /// The text; nil when the file cannot be read.
  static func read(_ path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      guard count > 0 else { return count == 0 ? String(decoding: content, as: UTF8.self) : nil }
      content += buffer[..<count]
    }
  }
}
