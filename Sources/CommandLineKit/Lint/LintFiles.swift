import GitOpsCore
import Glibc

/// Finds and reads the files that `serin lint` is given.
enum LintFiles {
  /// The name that stands for standard input, on the command line and in messages.
  static let standardInput = "-"

  /// The files of the paths in order, each once: a file as it is, a folder's manifests at any depth (the names that the
  /// Git sync reads: no hidden ones), and standard input for `-`. A path that is not there is a mistake of use.
  static func read(_ paths: [String]) throws(CommandFailure) -> [LintInput] {
    var inputs: [LintInput] = []
    var seen: Set<String> = []
    for path in paths {
      for name in try names(of: path) where seen.insert(name).inserted {
        let bytes = try FileAccess.readBytes(name == standardInput ? "/dev/stdin" : name)
        inputs.append(LintInput(name: name, bytes: bytes))
      }
    }
    return inputs
  }

  private static func names(of path: String) throws(CommandFailure) -> [String] {
    guard path != standardInput else { return [path] }
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw CommandFailure(.usage, "linting \(path): \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { return [path] }
    return try manifests(in: path)
  }

  /// The manifests of a folder; links to folders are not followed, so there is no way around in circles.
  private static func manifests(in folder: String) throws(CommandFailure) -> [String] {
    // `.` is left out of names, as editors and compilers do.
    let prefix = folder == "." ? "" : folder.hasSuffix("/") ? folder : folder + "/"
    var found: [String] = []
    for name in try FileAccess.names(in: folder) where !name.hasPrefix(".") {
      if FileAccess.isFolder(prefix + name) == true {
        found += try manifests(in: prefix + name)
      } else if SourceFile.isManifestPath(name) {
        found.append(prefix + name)
      }
    }
    return found
  }
}
