import GitStore
import Primitives
import Testing

@Suite("Remotes on the same machine", .serialized)
struct LocalRemoteTests {
  let folder: TestFolder
  let bare: String

  init() throws {
    folder = try TestFolder()
    bare = try folder.repository(files: [
      "web.yaml": "image: v1\n", "envs/prod/a.yaml": "a\n", "envs/prod/b.yaml": "b\n",
    ])
  }

  private func repository(_ url: String? = nil, name: String = "mirror") -> GitRepository {
    GitRepository(directory: "\(folder.path)/\(name)", remote: GitRemote(url: url ?? "file://\(bare)"))
  }

  @Test func `a mirror is created, fetches, and follows the branch`() async throws {
    let mirror = repository()
    let first = try await mirror.fetch(branch: "main")
    #expect(first.hex == (try folder.git("rev-parse", "main", at: bare)))
    let second = try folder.push(["web.yaml": "image: v2\n"], "Second")
    #expect(try await mirror.remoteTip(branch: "main").hex == second)
    #expect(try await mirror.fetch(branch: "main").hex == second)
    // Another object over the same folder goes on where the first ended.
    #expect(try await repository().fetch(branch: "main").hex == second)
    // A force push is followed as well.
    try folder.git("update-ref", "refs/heads/main", first.hex, at: bare)
    #expect(try await mirror.fetch(branch: "main") == first)
  }

  @Test func `a commit keeps what it does not edit, and git finds no fault`() async throws {
    let mirror = repository("\(bare)")
    try folder.write("#!/bin/sh\n", to: "shop/run.sh", mode: 0o755)
    try folder.push([:], "Add a script")
    let tip = try await mirror.fetch(branch: "main")
    let edits = [
      GitEdit(path: "envs/prod/a.yaml", bytes: Array("a2\n".utf8)),
      GitEdit(path: "envs/prod/b.yaml", bytes: nil),
      GitEdit(path: "envs/new/deep/c.yaml", bytes: []),
      GitEdit(path: "run.sh", bytes: Array("#!/bin/sh\n:\n".utf8)),
      GitEdit(path: "never-there", bytes: nil),
    ]
    let message = GitTrailers([.init("Serin-Id", "x1")]).appended(to: "Promote shop/web\n\nBecause.")
    let commit = try await mirror.commit(parent: tip, edits: edits, message: message, author: .serin)
    #expect(try await mirror.commit(parent: tip, edits: edits, message: message, author: .serin) == commit)
    try await mirror.push(commit: commit, to: "main")
    #expect(
      try folder.git("ls-tree", "-r", "--format=%(objectmode) %(path)", "main", at: bare) == """
        100644 envs/new/deep/c.yaml
        100644 envs/prod/a.yaml
        100755 run.sh
        100644 web.yaml
        """
    )
    #expect(
      try folder.git(
        "log",
        "-1",
        "--format=%an <%ae> %at %cn|%(trailers:key=Serin-Id,valueonly)",
        "main",
        at: bare
      )
        == "Serin <serin@example.com> 1760000000 Serin|x1\n"
    )
    #expect(try folder.git("fsck", "--strict", at: bare) == "")
    let entry = try #require(try await mirror.history(commit: commit, limit: 1).first)
    #expect(
      entry.parents == [tip] && entry.subject == "Promote shop/web" && entry.trailers["serin-id"] == "x1"
    )
    #expect(entry.author == .serin)
  }

  @Test func `deleting the last file of a folder deletes the folder`() async throws {
    let mirror = repository()
    let tip = try await mirror.fetch(branch: "main")
    let edits = ["a", "b"].map { GitEdit(path: "envs/prod/\($0).yaml", bytes: nil) }
    let commit = try await mirror.commit(parent: tip, edits: edits, message: "Empty", author: .serin)
    #expect(try await mirror.readTree(commit: commit, under: "").map(\.path) == ["web.yaml"])
    try await mirror.push(commit: commit, to: "main")
    #expect(try folder.git("ls-tree", "--name-only", "main", at: bare) == "web.yaml")
    #expect(try folder.git("fsck", "--strict", at: bare) == "")
  }

  @Test func `a tree is read with its links, submodules and limits`() async throws {
    let checkout = "\(folder.path)/shop"
    try folder.run("/bin/ln", ["-s", "../../etc/passwd", "\(checkout)/envs/link"])
    let pinned = try folder.git("rev-parse", "HEAD", at: checkout)
    try folder.git("update-index", "--add", "--cacheinfo", "160000,\(pinned),envs/module", at: checkout)
    try folder.write(String(repeating: "x", count: 5000), to: "shop/envs/large.bin")
    try folder.git("add", "envs/link", "envs/large.bin", at: checkout)
    try folder.git("commit", "-q", "-m", "Links", at: checkout)
    try folder.git("push", "-q", "origin", "main", at: checkout)
    let mirror = repository()
    let tip = try await mirror.fetch(branch: "main")
    let files = try await mirror.readTree(commit: tip, under: "envs/", limits: GitReadLimits(fileBytes: 4096))
    #expect(
      files == [
        GitFile(path: "envs/large.bin", kind: .file, size: 5000, bytes: nil),
        GitFile(path: "envs/link", kind: .symlink, size: 16, bytes: Array("../../etc/passwd".utf8)),
        GitFile(path: "envs/module", kind: .submodule, size: 0, bytes: nil),
        GitFile(path: "envs/prod/a.yaml", kind: .file, size: 2, bytes: Array("a\n".utf8)),
        GitFile(path: "envs/prod/b.yaml", kind: .file, size: 2, bytes: Array("b\n".utf8)),
      ]
    )
    #expect(
      try await mirror.readTree(commit: tip, under: "envs/prod/a.yaml").map(\.path) == ["envs/prod/a.yaml"]
    )
    #expect(try await mirror.readFile(commit: tip, path: "web.yaml") == Array("image: v1\n".utf8))
    #expect(try await mirror.readFile(commit: tip, path: "envs") == nil)
    #expect(try await mirror.readFile(commit: tip, path: "nope/at/all") == nil)
    let error = await mirror.failure { try await $0.readTree(commit: tip, under: "elsewhere") }
    guard case .notFound(let text)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(text.contains("elsewhere"))
    for path in ["envs/link", "envs/module", "envs/link/x", "envs", "web.yaml/x"] {
      let refused = await mirror.failure { try await $0.commit(on: tip, [path: "y"]) }
      guard case .invalid? = refused else {
        Issue.record("\(path): \(String(describing: refused))")
        return
      }
    }
  }

  @Test(
    arguments: [
      "", "/", "/etc/passwd", "../x", "a/../b", "a/..", ".", "./a", "a//b", "a/", ".git/config", "a/.GIT/x",
      ".git",
      "a/.git./x", "git~1", ".g\u{200C}it/x", "a\u{0}b", "a\nb", "a\\b", "..",
    ]
  )
  func `a path that leaves the tree is refused`(path: String) async throws {
    let mirror = repository()
    let tip = try await mirror.fetch(branch: "main")
    for bytes in [Array("x".utf8), nil] {
      let error = await mirror.failure {
        try await $0.commit(
          parent: tip,
          edits: [GitEdit(path: path, bytes: bytes)],
          message: "m",
          author: .serin
        )
      }
      guard case .invalid? = error else {
        Issue.record("\(path): \(String(describing: error))")
        return
      }
    }
  }

  @Test func `edits that contradict each other or change nothing are refused`() async throws {
    let mirror = repository()
    let tip = try await mirror.fetch(branch: "main")
    let same = ["web.yaml": "image: v1\n"]
    for files in [["x": "1", "x/y": "2"], same, [:]] {
      let error = await mirror.failure { try await $0.commit(on: tip, files) }
      guard case .invalid? = error else {
        Issue.record("\(files): \(String(describing: error))")
        return
      }
    }
  }

  @Test func `history is filtered by path and finds the last change`() async throws {
    let start = try folder.git("rev-parse", "main", at: bare)
    let second = try folder.push(["web.yaml": "image: v2\n"], "Second")
    let third = try folder.push(["envs/prod/a.yaml": "aa\n"], "Third")
    let mirror = repository()
    let tip = try await mirror.fetch(branch: "main")
    #expect(try await mirror.history(commit: tip, limit: 10).map(\.id.hex) == [third, second, start])
    #expect(try await mirror.history(commit: tip, limit: 2).map(\.subject) == ["Third", "Second"])
    #expect(try await mirror.history(commit: tip, limit: 9, path: "envs").map(\.id.hex) == [third, start])
    #expect(try await mirror.lastChange(of: "web.yaml", from: tip)?.id.hex == second)
    #expect(try await mirror.lastChange(of: "nope", from: tip) == nil)
    let old = try #require(GitCommitID(start))
    #expect(try await mirror.isAncestor(old, of: tip))
    #expect(try await mirror.isAncestor(tip, of: old) == false)
  }

  @Test func `an empty repository, a missing branch and a missing repository are told apart`() async throws {
    try folder.git("init", "-q", "--bare", "-b", "main", "empty.git")
    let empty = repository("file://\(folder.path)/empty.git", name: "a")
    guard case .emptyRepository? = await empty.failure({ try await $0.fetch(branch: "main") }) else {
      Issue.record("not seen as empty")
      return
    }
    let first = try await empty.commit(on: nil, ["README": "hello\n"])
    guard case .emptyRepository? = await empty.failure({ try await $0.push(commit: first, to: "main") })
    else {
      Issue.record("pushed to an empty repository without being asked to create")
      return
    }
    try await empty.push(commit: first, to: "main", creating: true)
    #expect(try await empty.fetch(branch: "main") == first)
    #expect(await repository().failure { try await $0.fetch(branch: "gone") } == .branchMissing(name: "gone"))
    let error = await repository("file://\(folder.path)/none.git", name: "b").failure {
      try await $0.fetch(branch: "main")
    }
    guard case .notFound? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a bare remote is created once and takes the first commit`() async throws {
    let mirror = repository("file://\(folder.path)/deep/new.git", name: "new")
    try await mirror.createRemote(branch: "main")
    #expect(await mirror.failure { try await $0.createRemote(branch: "main") } != nil)
    let first = try await mirror.commit(on: nil, ["README": "hello\n"])
    try await mirror.push(commit: first, to: "main", creating: true)
    #expect(try folder.git("log", "-1", "--format=%H", at: "\(folder.path)/deep/new.git") == first.hex)
  }

  @Test func `a branch deleted under us is missing, and not made again by a push`() async throws {
    let mirror = repository()
    let tip = try await mirror.fetch(branch: "main")
    let commit = try await mirror.commit(on: tip, ["web.yaml": "image: v2\n"])
    try folder.git("branch", "keep", "main", at: bare)
    try folder.git("update-ref", "-d", "refs/heads/main", at: bare)
    #expect(await mirror.failure { try await $0.fetch(branch: "main") } == .branchMissing(name: "main"))
    #expect(
      await mirror.failure { try await $0.push(commit: commit, to: "main") } == .branchMissing(name: "main")
    )
    try await mirror.push(commit: commit, to: "serin/web", creating: true)
    #expect(try folder.git("rev-parse", "serin/web", at: bare) == commit.hex)
  }

  @Test func `two writers race fifty commits and lose none`() async throws {
    try await raceWriters(url: "file://\(bare)", .none, in: folder, bare: bare)
  }

  @Test func `a damaged mirror is made anew`() async throws {
    let tip = try await repository().fetch(branch: "main")
    let damages: [[String]] = [
      ["-c", "rm -rf \(folder.path)/mirror/objects/pack/* \(folder.path)/mirror/objects/??"],
      ["-c", "for f in \(folder.path)/mirror/objects/pack/*; do chmod u+w $f; echo junk > $f; done"],
      ["-c", "rm \(folder.path)/mirror/HEAD"],
      ["-c", "echo nonsense > \(folder.path)/mirror/refs/heads/main"],
      ["-c", "rm \(folder.path)/mirror/refs/heads/main; touch \(folder.path)/mirror/refs/heads/main.lock"],
      ["-c", "rm -rf \(folder.path)/mirror"],
    ]
    for damage in damages {
      try folder.run("/bin/sh", damage)
      let mirror = repository()
      #expect(try await mirror.fetch(branch: "main") == tip, "after \(damage)")
      #expect(try await mirror.readTree(commit: tip, under: "").count == 3, "after \(damage)")
    }
  }

  @Test func `a folder that is not ours is left alone`() async throws {
    try folder.run(
      "/bin/sh",
      ["-c", "mkdir \(folder.path)/mirror; echo dear > \(folder.path)/mirror/diary.txt"]
    )
    guard case .invalid? = await repository().failure({ try await $0.fetch(branch: "main") }) else {
      Issue.record("used a folder with other files")
      return
    }
    #expect(folder.read("mirror/diary.txt") == "dear\n")
  }

  @Test func `a mirror of another address begins anew`() async throws {
    let other = try folder.repository("other")
    _ = try await repository().fetch(branch: "main")
    let tip = try await repository(other).fetch(branch: "main")
    #expect(tip.hex == (try folder.git("rev-parse", "main", at: other)))
  }

  @Test func `a closed mirror refuses work`() async throws {
    let mirror = repository()
    _ = try await mirror.fetch(branch: "main")
    await mirror.close()
    await mirror.close()
    guard case .other(let text)? = await mirror.failure({ try await $0.fetch(branch: "main") }) else {
      Issue.record("worked after close")
      return
    }
    #expect(text.contains("closed"))
  }
}
