import GitOpsCore
import GitStore
import Glibc
import KubeModel
import Primitives
import RolloutController
import Testing

/// A bare repository on disk that people push to with the git command line, and mirrors of it for Serin.
final class GitRemoteSample: Sendable {
  static let file = "envs/production/web.yaml"
  static let manifest = """
    # The shop. Do not touch the comments!
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: settings
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: web}   # flow, on purpose
    spec:
      replicas: 5
      template:
        spec:
          containers:
            - name: web
              image: "shop/web:v1"  # bumped by the build
    """ + "\n"

  let root: String
  var bare: String { "\(root)/remote.git" }
  var url: String { "file://\(bare)" }

  init() async throws {
    var template = Array("/tmp/serin-git-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { mkdtemp($0) != nil } ?? false
    }
    try #require(made)
    root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    try await git("init -q --bare -b main \(bare)")
    try await clone("seed")
    try await write(Self.manifest, to: Self.file, in: "seed")
    try await commitAndPush("Add the shop", in: "seed")
  }

  deinit { _ = system("rm -rf \(root)") }

  /// Runs git and returns what it printed.
  @discardableResult
  func git(_ arguments: String, in clone: String? = nil) async throws -> String {
    let folder = clone.map { "\(root)/\($0)" } ?? "/"
    let identity = "-c user.name=Ann -c user.email=ann@example.com -c commit.gpgsign=false"
    return try await shell("cd \(folder) && git \(identity) \(arguments)")
  }

  func clone(_ name: String) async throws { try await git("clone -q \(bare) \(root)/\(name) 2>/dev/null") }

  func write(_ text: String, to file: String, in clone: String) async throws {
    let path = "\(root)/\(clone)/\(file)"
    try await shell("mkdir -p $(dirname \(path))")
    let handle = try #require(fopen(path, "w"))
    fputs(text, handle)
    fclose(handle)
  }

  /// Commits everything in a clone, pushes it and returns the new commit.
  @discardableResult
  func commitAndPush(_ message: String, in clone: String) async throws -> String {
    try await git("add -A", in: clone)
    try await git("commit -q -m '\(message)'", in: clone)
    try await git("push -q origin HEAD:main", in: clone)
    return try await git("rev-parse HEAD", in: clone)
  }

  /// Puts another image into the manifest, as a person would, and returns the commit.
  func release(_ tag: String, in clone: String = "seed") async throws -> String {
    try await git("pull -q --rebase origin main", in: clone)
    try await shell("sed -i 's|shop/web:[a-z0-9]*|shop/web:\(tag)|' \(root)/\(clone)/\(Self.file)")
    return try await commitAndPush("Release \(tag)", in: clone)
  }

  /// A file at the tip of a branch.
  func show(_ file: String, branch: String = "main") async throws -> String {
    try await shell("git -C \(bare) show \(branch):\(file)", trimming: false)
  }

  func log(_ format: String, branch: String = "main") async throws -> [String] {
    try await shell("git -C \(bare) log --format='\(format)' \(branch)").split(separator: "\n").map(
      String.init
    )
  }

  func count(branch: String = "main") async throws -> Int {
    try await Int(shell("git -C \(bare) rev-list --count \(branch)")) ?? -1
  }

  func source(writeBack: JSONValue = ["mode": "commit"], url: String? = nil) -> GitSource {
    GitSource([
      "metadata": ["name": "config", "namespace": "shop"],
      "spec": [
        "url": .string(url ?? self.url), "path": "envs/production", "interval": "100ms",
        "writeBack": writeBack,
      ],
    ])
  }

  func repository(_ name: String = "mirror", url: String? = nil) -> GitRepository {
    GitRepository(directory: "\(root)/\(name)", remote: GitRemote(url: url ?? self.url))
  }

  @discardableResult
  func shell(_ command: String, trimming: Bool = true) async throws -> String {
    let (status, output) = await OwnThread.run { Self.outcome(of: command) }
    var text = String(decoding: output, as: UTF8.self)
    if trimming { while text.last?.isWhitespace == true { text.removeLast() } }
    try #require(status == 0, "\(command): \(text)")
    return text
  }

  private static func outcome(of command: String) -> (status: Int32, output: [UInt8]) {
    guard let pipe = popen("(\(command)) 2>&1", "r") else { return (-1, []) }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = fread(&buffer, 1, buffer.count, pipe)
      guard count > 0 else { return (pclose(pipe), output) }
      output += buffer[..<count]
    }
  }
}

/// Runs blocking work beside the threads of Swift's tasks, of which a small machine has only two.
private enum OwnThread {
  private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  static func run<T: Sendable>(_ body: @escaping @Sendable () -> T) async -> T {
    await withCheckedContinuation { continuation in
      let work = Work { continuation.resume(returning: body()) }
      var thread = pthread_t()
      // Taken over by the new thread.
      let argument = Unmanaged.passRetained(work).toOpaque()
      let code = pthread_create(
        &thread,
        nil,
        { argument in
          if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
          return nil
        },
        argument
      )
      precondition(code == 0, "no thread")
      pthread_detach(thread)
    }
  }
}
