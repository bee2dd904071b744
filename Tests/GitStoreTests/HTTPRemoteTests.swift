import GitStore
import Primitives
import Testing

@Suite(
  "Remotes over HTTP",
  .serialized,
  .enabled(if: HTTPRemote.isInstalled, "nginx and fcgiwrap are not installed")
)
struct HTTPRemoteTests {
  let folder: TestFolder
  let server: HTTPRemote
  let bare: String

  init() async throws {
    folder = try TestFolder()
    bare = try folder.repository()
    server = try await HTTPRemote(serving: folder)
  }

  private let ada = GitCredentials.basic(user: "ada", password: HTTPRemote.password)

  private func repository(
    _ credentials: GitCredentials,
    _ path: String = "/shop.git"
  ) -> GitRepository {
    GitRepository(
      directory: "\(folder.path)/mirror",
      remote: GitRemote(url: "http://127.0.0.1:\(server.port)\(path)", credentials: credentials)
    )
  }

  @Test func `the right password reads, and pushes a commit that git sees`() async throws {
    let mirror = repository(ada)
    let tip = try await mirror.fetch(branch: "main")
    #expect(try await mirror.remoteTip(branch: "main") == tip)
    #expect(tip.hex == (try folder.git("rev-parse", "main", at: bare)))
    let commit = try await mirror.commit(on: tip, ["web.yaml": "image: v2\n"])
    try await mirror.push(commit: commit, to: "main")
    #expect(try folder.git("rev-parse", "main", at: bare) == commit.hex)
    #expect(try folder.git("show", "main:web.yaml", at: bare) == "image: v2")
    #expect(try folder.git("fsck", "--strict", at: bare) == "")
    // Pushing what is there already is harmless.
    try await mirror.push(commit: commit, to: "main")
  }

  @Test func `a wrong password is refused and not repeated in the message`() async throws {
    let mirror = repository(.basic(user: "ada", password: "not-the-word"))
    let error = await mirror.failure { try await $0.fetch(branch: "main") }
    guard case .authenticationFailed(let text)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!text.contains("not-the-word") && text.contains("password of ada"))
    #expect(error?.isTransient == false)
  }

  @Test func `a password in the address stays out of messages`() async throws {
    let mirror = GitRepository(
      directory: "\(folder.path)/mirror",
      remote: GitRemote(url: "http://ada:oops-secret@127.0.0.1:\(server.port)/shop.git")
    )
    let error = await mirror.failure { try await $0.fetch(branch: "main") }
    guard case .authenticationFailed(let text)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!text.contains("oops-secret"))
  }

  @Test func `missing credentials are a clear refusal`() async throws {
    let error = await repository(.none).failure { try await $0.remoteTip(branch: "main") }
    #expect(error?.message.contains("it wants credentials and none are given") == true)
    guard case .authenticationFailed? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a repository that does not exist is not found`() async throws {
    let error = await repository(ada, "/nothing.git").failure { try await $0.fetch(branch: "main") }
    guard case .notFound? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a server that cannot serve now is transient`() async throws {
    let error = await repository(ada, "/broken/shop.git").failure { try await $0.fetch(branch: "main") }
    guard case .unreachable? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.isTransient == true)
  }

  @Test func `a redirect does not take the credentials along`() async throws {
    let error = await repository(ada, "/moved/shop.git").failure { try await $0.fetch(branch: "main") }
    #expect(error?.isTransient == false)
    #expect(error?.message.contains("give the final address") == true, "\(String(describing: error))")
    _ = try await repository(.none, "/moved/open/shop.git").fetch(branch: "main")
  }

  @Test func `a hook that refuses is told with its words, and the branch stays`() async throws {
    try folder.write(
      "#!/bin/sh\necho frozen until Monday\nexit 1\n",
      to: "shop.git/hooks/pre-receive",
      mode: 0o755
    )
    let mirror = repository(ada)
    let tip = try await mirror.fetch(branch: "main")
    let commit = try await mirror.commit(on: tip, ["web.yaml": "image: v2\n"])
    let error = await mirror.failure { try await $0.push(commit: commit, to: "main") }
    guard case .refused(let text)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(text.contains("pre-receive hook declined") && text.contains("frozen until Monday"))
    #expect(try folder.git("rev-parse", "main", at: bare) == tip.hex)
  }

  @Test func `a push that lost the race carries the new tip`() async throws {
    let mirror = repository(ada)
    let tip = try await mirror.fetch(branch: "main")
    let commit = try await mirror.commit(on: tip, ["web.yaml": "image: v2\n"])
    let theirs = try folder.push(["other.yaml": "x\n"], "Someone else")
    let error = await mirror.failure { try await $0.push(commit: commit, to: "main") }
    #expect(error == .rejected(newTip: try #require(GitCommitID(theirs))))
    #expect(error?.isTransient == true)
    #expect(try folder.git("rev-parse", "main", at: bare) == theirs)
  }

  @Test func `a push that loses while the server holds it carries the new tip`() async throws {
    // The hook moves the branch after our check and before the server's own.
    let hook = """
      #!/bin/sh
      unset GIT_QUARANTINE_PATH
      git update-ref refs/heads/main refs/heads/theirs
      exit 0

      """
    let theirs = try folder.push(["other.yaml": "x\n"], "Someone else")
    try folder.git("branch", "theirs", "main", at: bare)
    try folder.git("update-ref", "refs/heads/main", "main~1", at: bare)
    try folder.write(hook, to: "shop.git/hooks/pre-receive", mode: 0o755)
    let mirror = repository(ada)
    let tip = try await mirror.fetch(branch: "main")
    #expect(tip.hex != theirs)
    let commit = try await mirror.commit(on: tip, ["web.yaml": "image: v2\n"])
    let error = await mirror.failure { try await $0.push(commit: commit, to: "main") }
    #expect(error == .rejected(newTip: try #require(GitCommitID(theirs))))
  }

  @Test func `a custom authority is trusted for its own remote only`() async throws {
    let url = "https://localhost:\(server.tlsPort)/shop.git"
    let pem = Array(server.authorityPEM.utf8)
    let trusting = GitRepository(
      directory: "\(folder.path)/a",
      remote: GitRemote(url: url, credentials: ada, caPEM: pem)
    )
    let plain = GitRepository(directory: "\(folder.path)/b", remote: GitRemote(url: url, credentials: ada))
    let careless = GitRepository(
      directory: "\(folder.path)/c",
      remote: GitRemote(url: url, credentials: ada, insecure: true)
    )
    for _ in 0..<3 {
      _ = try await trusting.fetch(branch: "main")
      let error = await plain.failure { try await $0.fetch(branch: "main") }
      guard case .untrustedHost? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
    _ = try await careless.fetch(branch: "main")
    let tip = try await trusting.fetch(branch: "main")
    let commit = try await trusting.commit(on: tip, ["web.yaml": "image: v3\n"])
    try await trusting.push(commit: commit, to: "main")
    #expect(try folder.git("rev-parse", "main", at: bare) == commit.hex)
  }

  @Test func `two writers race fifty commits and lose none`() async throws {
    try await raceWriters(url: "http://127.0.0.1:\(server.port)/shop.git", ada, in: folder, bare: bare)
  }
}
