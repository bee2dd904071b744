import EmbeddedCluster
import Glibc
import Primitives
import ServiceLifecycle
import Subprocess

/// A cluster that runs for the length of one test, with kubectl pointed at it.
struct RunningCluster: Sendable {
  let cluster: EmbeddedCluster
  let port: Int
  /// A folder of its own, removed at the end.
  let folder: String

  /// Runs the body against a fresh cluster and stops it afterwards.
  static func run(
    options: EmbeddedClusterOptions = EmbeddedClusterOptions(),
    _ body: @Sendable @escaping (RunningCluster) async throws -> Void
  ) async throws {
    let cluster = try EmbeddedCluster(options: options)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await cluster.run() }
      defer { group.cancelAll() }
      let running = RunningCluster(
        cluster: cluster,
        port: await cluster.ready(),
        folder: try makeTemporaryFolder()
      )
      defer { removeFolder(running.folder) }
      try running.write("kubeconfig", cluster.kubeconfigYAML)
      try await body(running)
    }
  }

  func write(_ name: String, _ text: String) throws {
    guard let file = fopen("\(folder)/\(name)", "w") else { throw FileError(path: name) }
    fputs(text, file)
    fclose(file)
  }

  /// Runs kubectl and returns what it printed on both channels, with its exit status.
  func kubectl(
    _ arguments: String...,
    input: String = "",
    editor: String = "false"
  ) async throws -> (status: Int, text: String) {
    try await kubectl(arguments, input: input, editor: editor)
  }

  func kubectl(
    _ arguments: [String],
    input: String = "",
    editor: String = "false"
  ) async throws -> (status: Int, text: String) {
    let result = try await Subprocess.run(
      .name("kubectl"),
      arguments: Arguments(arguments),
      environment: .inherit.updating([
        "KUBECONFIG": "\(folder)/kubeconfig", "HOME": folder, "EDITOR": editor, "NO_PROXY": "*",
      ]),
      input: .string(input),
      output: .string(limit: 1 << 20),
      error: .string(limit: 1 << 20)
    )
    var status = -1
    if case .exited(let code) = result.terminationStatus { status = Int(code) }
    return (status, result.standardOutput + result.standardError)
  }

  /// Whether there is a kubectl to test with.
  static let hasKubectl: Bool = {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    let found = path.split(separator: ":").contains { access("\($0)/kubectl", X_OK) == 0 }
    if !found { print("there is no kubectl on the PATH: its tests are skipped") }
    return found
  }()
}

func makeTemporaryFolder() throws -> String {
  let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  var template = Array("\(base)/serin-test-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { throw FileError(path: base) }
  return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// Removes a folder of a test; it holds files and kubectl's cache.
func removeFolder(_ path: String) {
  guard let handle = opendir(path) else { return }
  while let entry = readdir(handle) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    guard name != ".", name != ".." else { continue }
    if unlink("\(path)/\(name)") != 0 { removeFolder("\(path)/\(name)") }
  }
  closedir(handle)
  rmdir(path)
}
