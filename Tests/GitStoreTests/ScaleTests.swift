import GitStore
import Glibc
import Testing

@Suite("Size and endurance", .serialized)
struct ScaleTests {
  @Test(
    .timeLimit(.minutes(2)),
    .disabled(if: getenv("SERIN_ASAN") != nil, "AddressSanitizer keeps freed memory")
  )
  func `ten thousand repositories opened and closed leave the memory flat`() async throws {
    // In a process of its own, because the memory of this one grows with the other tests.
    let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
      let folder = try TestFolder()
      let remote = GitRemote(url: try folder.repository())
      let tip = try await GitRepository(directory: "\(folder.path)/mirror", remote: remote).fetch(
        branch: "main"
      )
      try await Memory.mustStayFlat("openings", warmUp: 2000, count: 8000, limit: 8192) {
        let mirror = GitRepository(directory: "\(folder.path)/mirror", remote: remote)
        _ = try await mirror.readFile(commit: tip, path: "web.yaml")
        await mirror.close()
      }
    }
    Memory.show(result)
  }

  @Test(
    .timeLimit(.minutes(2)),
    .disabled(if: getenv("SERIN_ASAN") != nil, "AddressSanitizer keeps freed memory")
  )
  func `a thousand fetches without news leave the memory flat`() async throws {
    let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
      let folder = try TestFolder()
      let bare = try folder.repository()
      let mirror = GitRepository(directory: "\(folder.path)/mirror", remote: GitRemote(url: bare))
      try await Memory.mustStayFlat("fetches", warmUp: 200, count: 1000, limit: 4096) {
        _ = try await mirror.fetch(branch: "main")
      }
    }
    Memory.show(result)
  }

  @Test(.timeLimit(.minutes(2)))
  func `one new commit in a repository of 2,000 files and 500 commits is fetched alone`() async throws {
    let folder = try TestFolder()
    try folder.git("init", "-q", "--bare", "-b", "main", "shop.git")
    let bare = "\(folder.path)/shop.git"
    var stream = ""
    for commit in 0..<500 {
      stream += "commit refs/heads/main\ncommitter Ada <ada@example.com> \(1_700_000_000 + commit) +0000\n"
      stream += "data 4\nnext\n"
      let paths =
        commit == 0 ? (0..<2000).map { "apps/\($0 % 50)/\($0).yaml" } : ["apps/\(commit % 50)/\(commit).yaml"]
      for path in paths {
        let text = "path: \(path)\nround: \(commit)\n"
        stream += "M 100644 inline \(path)\ndata \(text.utf8.count)\n\(text)\n"
      }
    }
    try folder.write(stream, to: "stream")
    try folder.run("/bin/sh", ["-c", "git -C \(bare) fast-import --quiet < \(folder.path)/stream"])
    try folder.git("clone", "-q", "shop.git", "shop")
    let clock = ContinuousClock()
    let urls = HTTPRemote.isInstalled ? ["file", "http"] : ["file"]
    let server = HTTPRemote.isInstalled ? try await HTTPRemote(serving: folder) : nil
    for scheme in urls {
      let url = scheme == "file" ? bare : "http://127.0.0.1:\(server?.port ?? 0)/open/shop.git"
      let mirror = GitRepository(directory: "\(folder.path)/\(scheme)", remote: GitRemote(url: url))
      var tip: GitCommitID?
      let whole = try await clock.measure { tip = try await mirror.fetch(branch: "main") }
      let expected = try folder.push(["apps/1/new-\(scheme).yaml": "x\n"], "New")
      let one = try await clock.measure { tip = try await mirror.fetch(branch: "main") }
      #expect(tip?.hex == expected)
      let idle = try await clock.measure { _ = try await mirror.fetch(branch: "main") }
      let last = try #require(tip)
      var (files, commits) = (0, 0)
      let read = try await clock.measure { files = try await mirror.readTree(commit: last, under: "").count }
      let log = try await clock.measure {
        commits = try await mirror.history(commit: last, limit: 1000).count
      }
      #expect(files > 2000 && commits > 500)
      print(
        "\(scheme): first fetch \(whole), one new commit \(one), no change \(idle), tree \(read), log \(log)"
      )
    }
  }
}

private enum Memory {
  /// Repeats the body and throws when the resident memory grows by more than the limit (KiB) after the warm-up.
  static func mustStayFlat(
    _ what: String,
    warmUp: Int,
    count: Int,
    limit: Int,
    _ body: () async throws -> Void
  ) async throws {
    for _ in 0..<warmUp { try await body() }
    let before = try resident()
    for _ in 0..<count { try await body() }
    let after = try resident()
    print("RSS after \(warmUp) \(what) \(before) KiB, after \(warmUp + count) \(after) KiB")
    fflush(nil)
    guard after - before < limit else { throw TestFailure("the memory grew by \(after - before) KiB") }
  }

  static func show(_ result: ExitTest.Result?) {
    for line in String(decoding: result?.standardOutputContent ?? [], as: UTF8.self).split(separator: "\n")
    where line.hasPrefix("RSS") { print(line) }
  }

  private static func resident() throws -> Int {
    let fields = try TestFolder().read("/proc/self/statm").split(separator: " ")
    return (Int(fields.dropFirst().first ?? "") ?? 0) * 4
  }
}
