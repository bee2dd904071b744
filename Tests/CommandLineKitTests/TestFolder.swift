import Glibc

@testable import CommandLineKit

/// A temporary folder of one test, removed with the value.
final class TestFolder: Sendable {
  let path: String

  init() throws { path = try FileAccess.makeTemporaryFolder("serin-cli-test") }

  deinit { do { try FileAccess.removeFolder(path) } catch { print(error) } }

  /// Writes a file, with the folders that it is in.
  func write(_ text: String, to name: String) throws {
    var folder = path
    for part in name.split(separator: "/").dropLast() {
      folder += "/\(part)"
      mkdir(folder, 0o700)
    }
    try FileAccess.write(text, to: "\(path)/\(name)")
  }
}
