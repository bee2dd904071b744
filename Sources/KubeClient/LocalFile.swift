import Glibc
import Primitives

/// Small local files: kubeconfigs, certificates, tokens, programs to be checked.
package enum LocalFile {
  /// What a path led to when it was read or looked at; another value means that the content may have changed.
  package struct Stamp: Sendable, Hashable {
    let inode: UInt64
    let size: Int64
    let modified: Instant
  }

  /// The bytes of the file; an error names the purpose, the path and the reason.
  package static func read(_ path: String, purpose: String, limit: Int = 16 << 20) throws(KubeError)
    -> [UInt8]
  {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(purpose, path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure(purpose, path) }
      guard count > 0 else { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= limit else {
        let size = "\(limit >> 20) MiB"
        throw KubeError(.badConfiguration, "cannot read the \(purpose) \(path): it is larger than \(size)")
      }
    }
  }

  /// The file's stamp, following links; nil when there is no such file.
  package static func stamp(_ path: String) -> Stamp? {
    var information = stat()
    guard stat(path, &information) == 0 else { return nil }
    let time = information.st_mtim
    return Stamp(
      inode: UInt64(information.st_ino),
      size: Int64(information.st_size),
      modified: Instant(nanosecondsSinceEpoch: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    )
  }

  /// Whether the path leads to a file, and this process may run it.
  package static func isExecutable(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }

  /// The path, seen from a folder when it is relative.
  static func path(_ path: String, from folder: String) -> String {
    path.hasPrefix("/") || folder.isEmpty ? path : folder + "/" + path
  }

  /// The path from the root, since the working folder of the process is where a relative one begins.
  static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
    defer { free(folder) }
    return String(cString: folder) + "/" + path
  }

  /// The folder that holds the path.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func failure(_ purpose: String, _ path: String) -> KubeError {
    KubeError(.badConfiguration, "cannot read the \(purpose) \(path): \(String(cString: strerror(errno)))")
  }
}
