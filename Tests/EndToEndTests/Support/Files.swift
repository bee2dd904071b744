import Glibc
import Subprocess
import Testing

/// A folder that goes with the test; it stays, and is named, when `SERIN_KEEP` is set.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/serin-e2e-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Removes the folder with all that is in it.
  func remove() async {
    if getenv("SERIN_KEEP") != nil { return print("kept \(path)") }
    _ = try? await Subprocess.run(.name("rm"), arguments: ["-rf", path], output: .discarded)
  }
}

/// Whole files, small ones.
enum Files {
  static func write(_ text: String, to path: String) throws {
    let file = try #require(fopen(path, "w"), "cannot write \(path)")
    defer { fclose(file) }
    let bytes = Array(text.utf8)
    try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
  }

  /// The file's text; nil when it cannot be opened.
  static func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
