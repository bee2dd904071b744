import GitStore
import Testing

@Suite(
  "Remotes over ssh",
  .serialized,
  .enabled(if: SSHRemote.isInstalled, "sshd is not installed, or not root")
)
struct SSHRemoteTests {
  let folder: TestFolder
  let bare: String

  init() throws {
    folder = try TestFolder()
    bare = try folder.repository()
  }

  private func repository(
    _ server: SSHRemote,
    key: String? = nil,
    passphrase: String? = nil,
    knownHosts: String? = nil,
    path: String? = nil,
    insecure: Bool = false
  ) -> GitRepository {
    GitRepository(
      directory: "\(folder.path)/mirror",
      remote: GitRemote(
        url: server.url(path ?? bare),
        credentials: .sshKey(
          user: "root",
          privateKeyPEM: key ?? server.key,
          passphrase: passphrase,
          knownHosts: knownHosts ?? server.knownHosts
        ),
        insecure: insecure
      )
    )
  }

  @Test(arguments: ["ed25519", "ecdsa"])
  func `a key in memory reads and pushes`(type: String) async throws {
    let server = try await SSHRemote(keyType: type)
    let mirror = repository(server)
    defer { withExtendedLifetime(server) {} }
    let tip = try await mirror.fetch(branch: "main")
    #expect(try await mirror.remoteTip(branch: "main") == tip)
    let commit = try await mirror.commit(on: tip, ["web.yaml": "image: v2\n"])
    try await mirror.push(commit: commit, to: "main")
    #expect(try folder.git("rev-parse", "main", at: bare) == commit.hex)
  }

  @Test func `a key with a passphrase works with it and fails without`() async throws {
    let server = try await SSHRemote(passphrase: "open sesame")
    _ = try await repository(server, passphrase: "open sesame").fetch(branch: "main")
    let error = await repository(server, passphrase: "wrong").failure { try await $0.fetch(branch: "main") }
    guard case .authenticationFailed(let text)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!text.contains("PRIVATE") && !text.contains("wrong"))
  }

  @Test func `a stranger's key is refused`() async throws {
    let server = try await SSHRemote()
    let error = await repository(server, key: server.strangersKey).failure {
      try await $0.fetch(branch: "main")
    }
    guard case .authenticationFailed(let text)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(text.contains("refuses the ssh key of root"))
  }

  @Test func `a key that is none is refused in one line`() async throws {
    let server = try await SSHRemote()
    let error = await repository(server, key: "garbage").failure { try await $0.fetch(branch: "main") }
    guard case .authenticationFailed(let text)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!text.contains("\n"))
  }

  @Test func `an unknown host is not talked to, unless the Secret says insecure`() async throws {
    let server = try await SSHRemote()
    for known in ["", "example.com ssh-ed25519 AAAA\n", "# nothing\n"] {
      let error = await repository(server, knownHosts: known).failure { try await $0.fetch(branch: "main") }
      guard case .untrustedHost(let text)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(text.contains("is not in the known hosts"))
    }
    _ = try await repository(server, knownHosts: "", insecure: true).fetch(branch: "main")
  }

  @Test func `a host whose key changed is not talked to`() async throws {
    let server = try await SSHRemote()
    let mirror = repository(server, knownHosts: server.forgedKnownHosts)
    let error = await mirror.failure { try await $0.fetch(branch: "main") }
    guard case .untrustedHost(let text)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(text.contains("has changed"))
    #expect(error?.isTransient == false)
  }

  @Test func `hashed known hosts are understood`() async throws {
    let server = try await SSHRemote()
    let hashed = try server.hashedKnownHosts()
    #expect(hashed.hasPrefix("|1|"))
    _ = try await repository(server, knownHosts: hashed).fetch(branch: "main")
  }

  @Test func `a repository that does not exist is not found`() async throws {
    let server = try await SSHRemote()
    let error = await repository(server, path: "/nowhere/at/all.git").failure {
      try await $0.fetch(branch: "main")
    }
    guard case .notFound? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `hooks refuse over ssh too, and a lost race carries the new tip`() async throws {
    let server = try await SSHRemote()
    let mirror = repository(server)
    defer { withExtendedLifetime(server) {} }
    let tip = try await mirror.fetch(branch: "main")
    let commit = try await mirror.commit(on: tip, ["web.yaml": "image: v2\n"])
    try folder.write("#!/bin/sh\necho protected >&2\nexit 1\n", to: "shop.git/hooks/pre-receive", mode: 0o755)
    let refused = await mirror.failure { try await $0.push(commit: commit, to: "main") }
    guard case .refused(let text)? = refused else {
      Issue.record("\(String(describing: refused))")
      return
    }
    #expect(text.contains("protected"))
    try folder.run("/bin/rm", ["\(bare)/hooks/pre-receive"])
    let theirs = try folder.push(["other.yaml": "x\n"], "Someone else")
    let rejected = await mirror.failure { try await $0.push(commit: commit, to: "main") }
    #expect(rejected == .rejected(newTip: try #require(GitCommitID(theirs))))
  }
}
