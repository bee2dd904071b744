import Glibc

/// Small files by whole contents.
enum FileAccess {
  /// Writes the text, replacing what was there.
  static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws(CommandFailure) {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard file >= 0 else { throw failure("writing", path) }
    defer { close(file) }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      guard count > 0 else { throw failure("writing", path) }
      bytes = bytes.dropFirst(count)
    }
  }

  /// The file as text; invalid UTF-8 is replaced.
  static func read(_ path: String) throws(CommandFailure) -> String {
    String(decoding: try readBytes(path), as: UTF8.self)
  }

  /// The file's bytes.
  static func readBytes(_ path: String) throws(CommandFailure) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure("reading", path) }
    defer { close(file) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      guard count >= 0 else { throw failure("reading", path) }
      guard count > 0 else { return content }
      content += buffer[..<count]
    }
  }

  /// A new folder of its own under the temporary folder.
  static func makeTemporaryFolder(_ prefix: String) throws(CommandFailure) -> String {
    let parent = Terminal.environment("TMPDIR") ?? "/tmp"
    var template = Array("\(parent)/\(prefix)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw failure("making a folder in", parent) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func failure(_ verb: String, _ path: String) -> CommandFailure {
    CommandFailure(.failed, "\(verb) \(path): \(String(cString: strerror(errno)))")
  }
}
