import Glibc
import Primitives
import Testing

@testable import KubeClient

/// A folder of its own for one test, removed afterwards.
func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
  var template = Array("/tmp/serin-test-XXXXXX".utf8CString)
  let path = try #require(mkdtemp(&template).map { String(cString: $0) })
  defer { removeAll(path) }
  return try await body(path)
}

private func removeAll(_ path: String) {
  if let directory = opendir(path) {
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { removeAll("\(path)/\(name)") }
    }
    closedir(directory)
  }
  remove(path)
}

/// Writes a file, and makes it executable when asked.
func write(_ text: String, to path: String, isExecutable: Bool = false) throws {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, isExecutable ? 0o755 : 0o644)
  try #require(descriptor >= 0, "cannot write \(path)")
  defer { close(descriptor) }
  let bytes = Array(text.utf8)
  #expect(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
}

/// The error that the body throws; the test fails when there is none.
func error(of body: () async throws -> Void) async throws -> KubeError {
  do {
    try await body()
  } catch {
    return try #require(error as? KubeError)
  }
  Issue.record("no error was thrown")
  throw CancellationError()
}

/// Exchanges with a real API server, which stand beside the repository or where `SERIN_SHARED` says.
enum Recorded {
  static let folder: String = {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let shared = getenv("SERIN_SHARED").map { String(cString: $0) } ?? "/\(root)/../shared"
    return "\(shared)/recorded/kube-apiserver-1.36"
  }()

  static let isThere = LocalFile.stamp(folder) != nil

  /// The response of the exchange whose file begins with the number.
  static func response(_ file: String) throws -> (status: Int, headers: JSONValue, body: JSONValue) {
    let bytes = try LocalFile.read("\(folder)/\(file).json", purpose: "exchange")
    let response = try #require(try JSONValue(parsing: bytes)["response"])
    return (response["status"]?.int ?? 0, response["headers"] ?? .null, response["body"] ?? .null)
  }
}
