import Glibc

extension FileAccess {
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The path from the root, links resolved; nil when nothing is there.
  static func absolutePath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Whether a path is a folder, and no link to one; nil when nothing is there.
  static func isFolder(_ path: String) -> Bool? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    return status.st_mode & S_IFMT == S_IFDIR
  }

  /// The names in a folder, sorted.
  static func names(in folder: String) throws(CommandFailure) -> [String] {
    guard let stream = opendir(folder) else {
      throw CommandFailure(.failed, "reading \(folder): \(String(cString: strerror(errno)))")
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes a folder with all that is in it; links are removed, not followed.
  static func removeFolder(_ path: String) throws(CommandFailure) {
    for name in try names(in: path) {
      let entry = "\(path)/\(name)"
      if isFolder(entry) == true { try removeFolder(entry) } else { unlink(entry) }
    }
    guard rmdir(path) == 0 else {
      throw CommandFailure(.failed, "removing \(path): \(String(cString: strerror(errno)))")
    }
  }
}
