import Glibc

/// The few things that GitStore does with files outside libgit2.
enum Folder {
  /// The names in a folder; nil when it cannot be read.
  static func names(in path: String) -> [String]? {
    guard let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Removes all that is in a folder except one name; links are removed, not followed.
  static func empty(_ path: String, keeping kept: String? = nil) {
    for name in names(in: path) ?? [] where name != kept { remove(path + "/" + name) }
  }

  private static func remove(_ path: String) {
    guard unlink(path) != 0 else { return }
    empty(path)
    rmdir(path)
  }

  /// Makes a folder and those above it.
  static func makePath(_ path: String) {
    var end = path.startIndex
    while end < path.endIndex {
      end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
      mkdir(String(path[..<end]), 0o700)
    }
  }

  /// The content of a small file; nil when it cannot be read or is larger than the limit.
  static func read(_ path: String, limit: Int) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
    guard count >= 0, count <= limit else { return nil }
    return Array(bytes[..<count])
  }

  /// Writes a small file.
  static func write(_ bytes: [UInt8], to path: String) throws(GitError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .other("cannot write \(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard count == bytes.count else {
      throw .other("cannot write \(path): \(String(cString: strerror(errno)))")
    }
  }
}
