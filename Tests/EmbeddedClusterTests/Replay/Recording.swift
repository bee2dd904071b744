import Glibc
import Primitives

/// One recorded exchange with a real API server.
struct Recording {
  let file: String
  let method: String
  let target: String
  let headers: [String: String]
  let requestBody: JSONValue
  let status: Int
  let responseHeaders: [String: String]
  let responseBody: JSONValue

  var number: Int { Int(file.prefix(3)) ?? 0 }

  init(file: String, _ value: JSONValue) {
    self.file = file
    method = value.at("request", "method")?.string ?? ""
    target = value.at("request", "path")?.string ?? ""
    headers = value.at("request", "headers")?.object?.compactMapValues(\.string) ?? [:]
    requestBody = value.at("request", "body") ?? .null
    status = value.at("response", "status")?.int ?? 0
    responseHeaders = value.at("response", "headers")?.object?.compactMapValues(\.string) ?? [:]
    responseBody = value.at("response", "body") ?? .null
  }

  /// All recordings in their order; nil when they are not on this machine.
  static func all() throws -> [Recording]? {
    let folder = packageRoot + "/../shared/recorded/kube-apiserver-1.36"
    guard let handle = opendir(folder) else { return nil }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".json") { names.append(name) }
    }
    return try names.sorted().map { name in
      Recording(file: name, try JSONValue(parsing: try readFile("\(folder)/\(name)")))
    }
  }
}

/// The folder of the package that this test belongs to.
var packageRoot: String {
  #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
}

func folderExists(_ path: String) -> Bool {
  guard let handle = opendir(path) else { return false }
  closedir(handle)
  return true
}

struct FileError: Error { let path: String }

func readFile(_ path: String) throws -> [UInt8] {
  guard let file = fopen(path, "r") else { throw FileError(path: path) }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
    bytes.append(contentsOf: buffer[..<count])
  }
  return bytes
}
